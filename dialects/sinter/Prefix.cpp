//===- Prefix.cpp - prefix sums and products --------------------------------------------------===//
//
// Reading on: Prefix.td; codegen/interpret/Prefix.cpp (the same by definition).
//
//===------------------------------------------------------------------------------------------===//
#include "sinter/rules/prefix.h"
#include "dialects/sinter/GradBuilder.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::ir;

template <class Op>
static void write(Op op, kernel::ReduceKind kind, OpBuilder &builder, StringRef name,
                  IntegerAttr number, ValueRange operands, ValueRange outs) {
  kernel::PrefixOp::create(builder, op.getLoc(), name, number, kind, op.getAxis(), op.getReverse(),
                           op.getExclusive(), operands[0], outs, kernel::CpuScheduleAttr());
}

void CumsumOp::buildKernel(OpBuilder &builder, StringRef name, IntegerAttr number,
                           ValueRange operands, ValueRange outs) {
  write(*this, kernel::ReduceKind::Sum, builder, name, number, operands, outs);
}

void CumprodOp::buildKernel(OpBuilder &builder, StringRef name, IntegerAttr number,
                            ValueRange operands, ValueRange outs) {
  write(*this, kernel::ReduceKind::Prod, builder, name, number, operands, outs);
}

/// An element's slope is the sum of dy times the products that it is in, without it. In front of
/// the first 0 of a row a division takes it out; the first 0 is taken out by a 1 in its place;
/// behind it all products hold that 0.
LogicalResult CumprodOp::buildGradient(GradBuilder &b, ValueRange dy, SmallVectorImpl<Value> &dx) {
  Value x = getInput(), none = b.constantLike(x, 0), one = b.constantLike(x, 1);
  auto rule = rules::prefix(toRule(x.getType()), getAxis());
  auto sumBack = [&](Value products) {
    return b.make<CumsumOp>(rule, getAxis(), !getReverse(), getExclusive(), b.mul(dy[0], products));
  };
  Value isZero = b.compare("eq", x, none);
  Value zeros = b.make<CumsumOp>(rule, getAxis(), getReverse(), false, b.select(isZero, one, none));
  auto where = [&](double count, Value value, Value otherwise) {
    return b.select(b.compare("eq", zeros, b.constantLike(x, count)), value, otherwise);
  };
  Value factors = b.select(isZero, where(1, one, x), x);
  Value without = b.make<CumprodOp>(rule, getAxis(), getReverse(), getExclusive(), factors);
  Value inFront = b.div(sumBack(getResult()), b.select(isZero, one, x));
  dx[0] = where(0, inFront, b.select(isZero, where(1, sumBack(without), none), none));
  return success();
}
