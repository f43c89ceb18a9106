//===- Prefix.cpp - prefix sums, products and extremes ----------------------------------------===//
//
// Reading on: Prefix.td; codegen/interpret/Prefix.cpp (the same by definition).
//
//===------------------------------------------------------------------------------------------===//
#include "sinter/rules/prefix.h"
#include "dialects/sinter/GradBuilder.h"
#include "sinter/rules/index.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::ir;

template <class Op>
static void write(Op op, kernel::ReduceKind kind, bool reverse, bool exclusive, OpBuilder &builder,
                  StringRef name, IntegerAttr number, ValueRange operands, ValueRange outs) {
  kernel::PrefixOp::create(builder, op.getLoc(), name, number, kind, op.getAxis(), reverse,
                           exclusive, operands[0], outs, kernel::ScheduleInterface());
}

void CumsumOp::buildKernel(OpBuilder &builder, StringRef name, IntegerAttr number,
                           ValueRange operands, ValueRange outs) {
  write(*this, kernel::ReduceKind::Sum, getReverse(), getExclusive(), builder, name, number,
        operands, outs);
}

void CumprodOp::buildKernel(OpBuilder &builder, StringRef name, IntegerAttr number,
                            ValueRange operands, ValueRange outs) {
  write(*this, kernel::ReduceKind::Prod, getReverse(), getExclusive(), builder, name, number,
        operands, outs);
}

void CummaxOp::buildKernel(OpBuilder &builder, StringRef name, IntegerAttr number,
                           ValueRange operands, ValueRange outs) {
  write(*this, kernel::ReduceKind::Max, false, false, builder, name, number, operands, outs);
}

void CumminOp::buildKernel(OpBuilder &builder, StringRef name, IntegerAttr number,
                           ValueRange operands, ValueRange outs) {
  write(*this, kernel::ReduceKind::Min, false, false, builder, name, number, operands, outs);
}

//===--- products -----------------------------------------------------------------------------===//

namespace {
/// Moves along the axis of a prefix, in its direction or back.
struct Moves {
  GradBuilder &b;
  int64_t axis;
  bool reverse;

  /// v moved by `places`; 0 comes in.
  Value move(Value v, int64_t places, bool back) {
    SmallVector<int64_t> starts(shapeOf(v).size(), 0), limits(shapeOf(v)), low(starts),
        high(starts);
    if (places >= limits[axis])
      return b.constantLike(v, 0);
    bool towardsEnd = reverse == back;
    (towardsEnd ? low : high)[axis] = places;
    if (towardsEnd)
      limits[axis] -= places;
    else
      starts[axis] += places;
    return b.pad(b.slice(v, starts, limits), low, high);
  }
  /// v moved by `places`, fewer than it has, in the prefix's direction; 1 comes in, the product of
  /// nothing.
  Value ofProducts(Value v, int64_t places) {
    Value one = b.constantLike(v, 1), at = b.iota(shapeOf(v), axis);
    int64_t bound = reverse ? shapeOf(v)[axis] - places : places;
    Value isNew = b.compare(reverse ? "ge" : "lt", at, b.constantLike(at, double(bound)));
    return b.select(isNew, one, move(v, places, false));
  }
};
} // namespace

/// Products of 2, 4, 8, … elements up to each, every one the product of two before, and back
/// through them. Nothing is divided out, so that this is a polynomial as the product is: it holds
/// where elements are 0, and so do its derivatives.
LogicalResult CumprodOp::buildGradient(GradBuilder &b, ValueRange dy, SmallVectorImpl<Value> &dx) {
  int64_t axis = getAxis(), size = shapeOf(getInput())[axis];
  Moves moves{b, axis, getReverse()};
  SmallVector<std::pair<Value, Value>> factors;
  Value product = getInput();
  for (int64_t places = 1; places < size; places *= 2) {
    factors.push_back({product, moves.ofProducts(product, places)});
    if (2 * places < size) // the last one is the result
      product = b.mul(factors.back().first, factors.back().second);
  }
  Value slope = getExclusive() ? moves.move(dy[0], 1, true) : dy[0];
  for (size_t step = factors.size(); step-- > 0;) {
    auto [near, far] = factors[step];
    Value ofFar = moves.move(b.mul(slope, near), int64_t(1) << step, true);
    slope = b.add(b.mul(slope, far), ofFar);
  }
  dx[0] = slope;
  return success();
}

//===--- extremes -----------------------------------------------------------------------------===//

/// An element of the result is the last element so far that equals it, and has its slope. No
/// number is reached by NaN, which all behind it are.
template <class Op>
static void passToExtremes(Op op, GradBuilder &b, Value dy, SmallVectorImpl<Value> &dx) {
  int64_t axis = op.getAxis();
  Value x = op.getInput(), at = b.iota(shapeOf(x), axis);
  Value reached = b.select(b.compare("eq", x, op.getResult()), at, b.constantLike(at, 0));
  Value either = b.select(b.compare("ne", x, x), at, reached);
  Value place = b.make<CummaxOp>(rules::prefix(toRule(at.getType()), axis), axis, either);
  auto rule = rules::scatter_add_along(toRule(x.getType()), toRule(place.getType()),
                                       toRule(dy.getType()), axis);
  dx[0] = b.make<ScatterAddAlongOp>(rule, axis, b.constantLike(x, 0), place, dy);
}

LogicalResult CummaxOp::buildGradient(GradBuilder &b, ValueRange dy, SmallVectorImpl<Value> &dx) {
  passToExtremes(*this, b, dy[0], dx);
  return success();
}
LogicalResult CumminOp::buildGradient(GradBuilder &b, ValueRange dy, SmallVectorImpl<Value> &dx) {
  passToExtremes(*this, b, dy[0], dx);
  return success();
}
