//===- ScalarBuilder.cpp - scalar code of elementwise ops -------------------------------------===//
//
// See ScalarBuilder.h. Invariant: the code is defined for every operand (no poison), so that all
// targets and the oracle agree. Reading on: codegen/loops/Math.cpp (how math ops are expanded).
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/sinter/ScalarBuilder.h"
#include "dialects/kernel/Combine.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

#include <cmath>

using namespace mlir;
using namespace sinter::ir;

static bool isFloat(Value x) { return isa<FloatType>(x.getType()); }
static bool isUnsigned(Value x) { return sinter::kernel::isUnsigned(x.getType()); }

template <class FloatOp, class IntOp>
static Value pick(OpBuilder &b, Location loc, Value x, Value y) {
  if (isFloat(x))
    return FloatOp::create(b, loc, x, y);
  return IntOp::create(b, loc, x, y);
}

Value ScalarBuilder::add(Value x, Value y) {
  return pick<arith::AddFOp, arith::AddIOp>(b, loc, x, y);
}
Value ScalarBuilder::sub(Value x, Value y) {
  return pick<arith::SubFOp, arith::SubIOp>(b, loc, x, y);
}
Value ScalarBuilder::mul(Value x, Value y) {
  return pick<arith::MulFOp, arith::MulIOp>(b, loc, x, y);
}
Value ScalarBuilder::div(Value x, Value y) {
  return pick<arith::DivFOp, arith::DivSIOp>(b, loc, x, y);
}
Value ScalarBuilder::max(Value x, Value y) {
  return isUnsigned(x) ? Value(arith::MaxUIOp::create(b, loc, x, y))
                       : pick<arith::MaximumFOp, arith::MaxSIOp>(b, loc, x, y);
}
Value ScalarBuilder::min(Value x, Value y) {
  return isUnsigned(x) ? Value(arith::MinUIOp::create(b, loc, x, y))
                       : pick<arith::MinimumFOp, arith::MinSIOp>(b, loc, x, y);
}
Value ScalarBuilder::pow(Value x, Value y) { return math::PowFOp::create(b, loc, x, y); }
Value ScalarBuilder::fmod(Value x, Value y) {
  if (isFloat(x))
    return arith::RemFOp::create(b, loc, x, y);
  // Machines trap at a division by 0, and of the least number by -1; by 1 the rest is 0, too.
  Value traps = compare("eq", y, zero(y));
  if (!isUnsigned(y))
    traps = logicalOr(traps, compare("eq", y, constant(y, -1)));
  Value safe = select(traps, constant(y, 1), y);
  return isUnsigned(x) ? Value(arith::RemUIOp::create(b, loc, x, safe))
                       : Value(arith::RemSIOp::create(b, loc, x, safe));
}
Value ScalarBuilder::neg(Value x) {
  if (isFloat(x))
    return arith::NegFOp::create(b, loc, x);
  return arith::SubIOp::create(b, loc, zero(x), x);
}
Value ScalarBuilder::exp(Value x) { return math::ExpOp::create(b, loc, x); }
Value ScalarBuilder::log(Value x) { return math::LogOp::create(b, loc, x); }
Value ScalarBuilder::sqrt(Value x) { return math::SqrtOp::create(b, loc, x); }
Value ScalarBuilder::rsqrt(Value x) { return div(constant(x, 1), sqrt(x)); }
Value ScalarBuilder::tanh(Value x) { return math::TanhOp::create(b, loc, x); }
Value ScalarBuilder::sigmoid(Value x) {
  Value one = constant(x, 1);
  return div(one, add(one, exp(neg(x))));
}
Value ScalarBuilder::abs(Value x) {
  if (isFloat(x))
    return math::AbsFOp::create(b, loc, x);
  return max(x, neg(x));
}
Value ScalarBuilder::sign(Value x) {
  Value zeroOfX = zero(x), below = select(compare("lt", x, zeroOfX), constant(x, -1), zeroOfX);
  return select(compare("gt", x, zeroOfX), constant(x, 1), below);
}

Value ScalarBuilder::compare(StringRef predicate, Value x, Value y) {
  if (isFloat(x)) {
    using P = arith::CmpFPredicate;
    P p = predicate == "eq"   ? P::OEQ
          : predicate == "ne" ? P::UNE
          : predicate == "lt" ? P::OLT
          : predicate == "le" ? P::OLE
          : predicate == "gt" ? P::OGT
                              : P::OGE;
    return arith::CmpFOp::create(b, loc, p, x, y);
  }
  using P = arith::CmpIPredicate;
  bool u = isUnsigned(x);
  P p = predicate == "eq"   ? P::eq
        : predicate == "ne" ? P::ne
        : predicate == "lt" ? (u ? P::ult : P::slt)
        : predicate == "le" ? (u ? P::ule : P::sle)
        : predicate == "gt" ? (u ? P::ugt : P::sgt)
                            : (u ? P::uge : P::sge);
  return arith::CmpIOp::create(b, loc, p, x, y);
}

Value ScalarBuilder::select(Value condition, Value x, Value y) {
  return arith::SelectOp::create(b, loc, condition, x, y);
}

/// arith leaves what does not fit open, and machines differ: clamp first. NaN gives 0.
Value ScalarBuilder::saturate(Value x, Type to) {
  unsigned width = to.getIntOrFloatBitWidth();
  bool isUnsignedByte = to.isInteger(8);
  double high = std::ldexp(1.0, isUnsignedByte ? width : width - 1),
         low = isUnsignedByte ? 0 : -high;
  Value isHigh = compare("ge", x, constant(x, high));
  Value below = select(compare("lt", x, constant(x, high)), x, zero(x));
  Value inside = select(compare("ge", below, constant(x, low)), below, constant(x, low));
  Value value = isUnsignedByte ? Value(arith::FPToUIOp::create(b, loc, to, inside))
                               : Value(arith::FPToSIOp::create(b, loc, to, inside));
  APInt largest = isUnsignedByte ? APInt::getMaxValue(width) : APInt::getSignedMaxValue(width);
  return select(isHigh, arith::ConstantOp::create(b, loc, IntegerAttr::get(to, largest)), value);
}

Value ScalarBuilder::cast(Value x, Type to) {
  Type from = x.getType();
  if (from == to)
    return x;
  if (to.isInteger(1))
    return compare("ne", x, zero(x));
  if (isa<FloatType>(from) && isa<FloatType>(to)) {
    if (from.getIntOrFloatBitWidth() < to.getIntOrFloatBitWidth())
      return arith::ExtFOp::create(b, loc, to, x);
    return arith::TruncFOp::create(b, loc, to, x);
  }
  if (isa<FloatType>(from))
    return saturate(x, to);
  if (isa<FloatType>(to))
    return isUnsigned(x) ? Value(arith::UIToFPOp::create(b, loc, to, x))
                         : Value(arith::SIToFPOp::create(b, loc, to, x));
  if (from.getIntOrFloatBitWidth() > to.getIntOrFloatBitWidth())
    return arith::TruncIOp::create(b, loc, to, x);
  return isUnsigned(x) ? Value(arith::ExtUIOp::create(b, loc, to, x))
                       : Value(arith::ExtSIOp::create(b, loc, to, x));
}

Value ScalarBuilder::logicalAnd(Value x, Value y) { return arith::AndIOp::create(b, loc, x, y); }
Value ScalarBuilder::logicalOr(Value x, Value y) { return arith::OrIOp::create(b, loc, x, y); }
Value ScalarBuilder::logicalNot(Value x) {
  return arith::XOrIOp::create(b, loc, x, constant(x, 1));
}

Value ScalarBuilder::constant(Value like, double value) {
  if (auto type = dyn_cast<FloatType>(like.getType()))
    return arith::ConstantOp::create(b, loc, b.getFloatAttr(type, value));
  // i1's 1 is -1 as a signed number; build from bits.
  auto type = cast<IntegerType>(like.getType());
  return arith::ConstantOp::create(
      b, loc,
      IntegerAttr::get(type, APInt(type.getWidth(), uint64_t(int64_t(value)), /*isSigned=*/true,
                                   /*implicitTrunc=*/true)));
}
