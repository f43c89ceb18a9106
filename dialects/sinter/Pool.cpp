//===- Pool.cpp - windows over images: maxima and sums ----------------------------------------===//
//
// Two domains. Over windows (n, c, oh, ow, p, q): maxima, sums, and their cotangents when the
// windows tile the images, so that each pixel has one window. Over pixels (n, c, h, w, i, j)
// otherwise: pixel h lies in the windows (h + low) / s - i, at their point (h + low) mod s + i * s.
// Reading on: Pool.td; codegen/interpret/Pool.cpp (the same by definition).
//
//===------------------------------------------------------------------------------------------===//
#include "sinter/rules/pool.h"
#include "dialects/sinter/GradBuilder.h"
#include "dialects/sinter/ScalarBuilder.h"

#include <limits>

using namespace mlir;
using namespace sinter;
using namespace sinter::ir;

static AffineExpr dim(unsigned i, MLIRContext *context) { return getAffineDimExpr(i, context); }

/// (n, c, oh, ow, p, q)
template <class Op> static SmallVector<int64_t> windowDomain(Op op, ArrayRef<int64_t> pooled) {
  SmallVector<int64_t> domain(pooled);
  llvm::append_range(domain, op.getWindow());
  return domain;
}
/// The pixel of a window's point.
template <class Op> static AffineMap pixelOfWindow(Op op) {
  MLIRContext *c = op.getContext();
  SmallVector<AffineExpr> at{dim(0, c), dim(1, c)};
  for (int axis : {0, 1})
    at.push_back(dim(2 + axis, c) * op.getStrides()[axis] + dim(4 + axis, c) - op.getLow()[axis]);
  return AffineMap::get(6, 0, at, c);
}
static AffineMap firstFour(MLIRContext *c) {
  return AffineMap::getMultiDimIdentityMap(6, c).getMajorSubMap(4);
}

template <class Op> static bool isPadded(Op op) {
  return llvm::any_of(op.getLow(), [](int64_t x) { return x > 0; }) ||
         llvm::any_of(op.getHigh(), [](int64_t x) { return x > 0; });
}

/// Every pixel lies in exactly one window.
template <class Op> static bool tiles(Op op, ArrayRef<int64_t> pooled) {
  for (int axis : {0, 1})
    if (op.getStrides()[axis] != op.getWindow()[axis] || op.getLow()[axis] ||
        op.getSize()[axis] != pooled[2 + axis] * op.getWindow()[axis])
      return false;
  return true;
}

/// (n, c, h, w, i, j): i and j number the windows that can see a pixel.
template <class Op> static SmallVector<int64_t> pixelDomain(Op op) {
  SmallVector<int64_t> domain(shapeOf(op.getResult()));
  for (int axis : {0, 1})
    domain.push_back(llvm::divideCeil(op.getWindow()[axis], op.getStrides()[axis]));
  return domain;
}
/// The window that a point of that domain speaks of.
template <class Op> static AffineMap windowOfPixel(Op op) {
  MLIRContext *c = op.getContext();
  SmallVector<AffineExpr> at{dim(0, c), dim(1, c)};
  for (int axis : {0, 1})
    at.push_back((dim(2 + axis, c) + op.getLow()[axis]).floorDiv(op.getStrides()[axis]) -
                 dim(4 + axis, c));
  return AffineMap::get(6, 0, at, c);
}

namespace {
/// Scalar code over i32 indices of the domain.
struct Indices {
  OpBuilder &b;
  Location loc;
  ScalarBuilder s;
  Indices(OpBuilder &b, Location loc) : b(b), loc(loc), s(b, loc) {}
  Value number(int64_t value) {
    return arith::ConstantOp::create(b, loc, b.getI32IntegerAttr(static_cast<int32_t>(value)));
  }
  Value at(unsigned i) { return kernel::IndexOp::create(b, loc, b.getI32Type(), i); }
  Value add(Value x, int64_t y) { return y ? Value(s.add(x, number(y))) : x; }
  Value mul(Value x, int64_t y) { return y == 1 ? x : Value(s.mul(x, number(y))); }
  Value both(Value x, Value y) { return x ? s.logicalAnd(x, y) : y; }
};
} // namespace

/// x, or `otherwise` where the window's point lies outside the images.
template <class Op>
static Value inside(Op op, OpBuilder &b, Location loc, Value x, double otherwise) {
  if (!isPadded(op))
    return x;
  Indices i(b, loc);
  Value good;
  ArrayRef<int64_t> shape = shapeOf(op.getInput());
  for (unsigned axis : {0u, 1u}) {
    Value at = i.add(i.s.add(i.mul(i.at(2 + axis), op.getStrides()[axis]), i.at(4 + axis)),
                     -op.getLow()[axis]);
    good = i.both(good, i.s.compare("ge", at, i.number(0)));
    good = i.both(good, i.s.compare("lt", at, i.number(shape[2 + axis])));
  }
  return i.s.select(good, x, i.s.constant(x, otherwise));
}

static constexpr double kLowest = -std::numeric_limits<double>::infinity();

//===--- over windows -------------------------------------------------------------------------===//

#define SINTER_POOL_WINDOWS(Op)                                                                    \
  SmallVector<int64_t> Op::getMapDomain() { return windowDomain(*this, shapeOf(getResult())); }    \
  SmallVector<int64_t> Op::getInnerDims() { return {4, 5}; }                                       \
  AffineMap Op::getOperandAccess(unsigned i) {                                                     \
    return i == 0 ? pixelOfWindow(*this) : firstFour(getContext());                                \
  }                                                                                                \
  AffineMap Op::getResultAccess(unsigned) { return firstFour(getContext()); }                      \
  bool Op::readsPadded() { return isPadded(*this); }

SINTER_POOL_WINDOWS(MaxPool2dOp)
SINTER_POOL_WINDOWS(MaxPool2dArgmaxOp)
SINTER_POOL_WINDOWS(MaxPool2dGatherOp)
SINTER_POOL_WINDOWS(SumPool2dOp)

void MaxPool2dOp::buildBody(OpBuilder &b, Location loc, ValueRange operands,
                            SmallVectorImpl<Value> &results) {
  Value x = inside(*this, b, loc, operands[0], kLowest);
  results.push_back(kernel::ReduceOp::create(b, loc, x.getType(), kernel::ReduceKind::Max, x));
}

void MaxPool2dArgmaxOp::buildBody(OpBuilder &b, Location loc, ValueRange operands,
                                  SmallVectorImpl<Value> &results) {
  Value x = inside(*this, b, loc, operands[0], kLowest);
  Value winner = kernel::ReduceOp::create(b, loc, b.getI32Type(), kernel::ReduceKind::Argmax, x);
  // Where all pixels are -inf, padding before them would win: the first pixel does. No pixel lies
  // before it in the window.
  if (llvm::any_of(getLow(), [](int64_t low) { return low > 0; })) {
    Indices i(b, loc);
    Value first;
    for (unsigned axis : {0u, 1u}) {
      Value at = i.s.sub(i.number(getLow()[axis]), i.mul(i.at(2 + axis), getStrides()[axis]));
      at = i.s.max(at, i.number(0));
      first = first ? i.s.add(i.mul(first, getWindow()[1]), at) : at;
    }
    winner = i.s.max(winner, first);
  }
  results.push_back(winner);
}

/// The window's point as a number: row-major.
static Value pointNumber(Indices &i, int64_t width) {
  return i.s.add(i.mul(i.at(4), width), i.at(5));
}

void MaxPool2dGatherOp::buildBody(OpBuilder &b, Location loc, ValueRange operands,
                                  SmallVectorImpl<Value> &results) {
  Indices i(b, loc);
  Value hit = i.s.compare("eq", operands[1], pointNumber(i, getWindow()[1]));
  Value picked = i.s.select(hit, operands[0], i.s.zero(operands[0]));
  results.push_back(
      kernel::ReduceOp::create(b, loc, picked.getType(), kernel::ReduceKind::Sum, picked));
}

void SumPool2dOp::buildBody(OpBuilder &b, Location loc, ValueRange operands,
                            SmallVectorImpl<Value> &results) {
  results.push_back(kernel::ReduceOp::create(b, loc, operands[0].getType(), kernel::ReduceKind::Sum,
                                             operands[0]));
}

//===--- back to pixels -----------------------------------------------------------------------===//

#define SINTER_POOL_PIXELS(Op)                                                                     \
  SmallVector<int64_t> Op::getMapDomain() {                                                        \
    return tiles(*this, shapeOf(getCotangent())) ? windowDomain(*this, shapeOf(getCotangent()))    \
                                                 : pixelDomain(*this);                             \
  }                                                                                                \
  SmallVector<int64_t> Op::getInnerDims() {                                                        \
    return tiles(*this, shapeOf(getCotangent())) ? SmallVector<int64_t>{}                          \
                                                 : SmallVector<int64_t>{4, 5};                     \
  }                                                                                                \
  AffineMap Op::getOperandAccess(unsigned) {                                                       \
    return tiles(*this, shapeOf(getCotangent())) ? firstFour(getContext()) : windowOfPixel(*this); \
  }                                                                                                \
  AffineMap Op::getResultAccess(unsigned) {                                                        \
    return tiles(*this, shapeOf(getCotangent())) ? pixelOfWindow(*this) : firstFour(getContext()); \
  }                                                                                                \
  bool Op::readsPadded() { return !tiles(*this, shapeOf(getCotangent())); }

SINTER_POOL_PIXELS(MaxPool2dScatterOp)
SINTER_POOL_PIXELS(SumPool2dGradientOp)

/// The point of the window at which the pixel lies, row-major; `good`: it is one.
template <class Op> static Value pointOfPixel(Op op, Indices &i, Value &good) {
  Value number;
  for (unsigned axis : {0u, 1u}) {
    int64_t step = op.getStrides()[axis], size = op.getWindow()[axis];
    Value h = i.add(i.at(2 + axis), op.getLow()[axis]);
    Value offset =
        step == 1 ? i.number(0) : Value(arith::RemUIOp::create(i.b, i.loc, h, i.number(step)));
    Value at = i.s.add(offset, i.mul(i.at(4 + axis), step));
    good = i.both(good, i.s.compare("lt", at, i.number(size)));
    number = number ? i.s.add(i.mul(number, size), at) : at;
  }
  return number;
}

void MaxPool2dScatterOp::buildBody(OpBuilder &b, Location loc, ValueRange operands,
                                   SmallVectorImpl<Value> &results) {
  Indices i(b, loc);
  Value dy = operands[0], zero = i.s.zero(dy), good;
  if (tiles(*this, shapeOf(getCotangent()))) {
    results.push_back(
        i.s.select(i.s.compare("eq", operands[1], pointNumber(i, getWindow()[1])), dy, zero));
    return;
  }
  Value point = pointOfPixel(*this, i, good);
  good = i.both(good, i.s.compare("eq", operands[1], point));
  results.push_back(kernel::ReduceOp::create(b, loc, dy.getType(), kernel::ReduceKind::Sum,
                                             i.s.select(good, dy, zero)));
}

void SumPool2dGradientOp::buildBody(OpBuilder &b, Location loc, ValueRange operands,
                                    SmallVectorImpl<Value> &results) {
  if (tiles(*this, shapeOf(getCotangent()))) {
    results.push_back(operands[0]);
    return;
  }
  Indices i(b, loc);
  Value good;
  (void)pointOfPixel(*this, i, good);
  Value part = i.s.select(good, operands[0], i.s.zero(operands[0]));
  results.push_back(
      kernel::ReduceOp::create(b, loc, part.getType(), kernel::ReduceKind::Sum, part));
}

//===--- gradients ----------------------------------------------------------------------------===//

static SmallVector<int64_t> lastTwo(Value value) {
  return SmallVector<int64_t>(shapeOf(value).take_back(2));
}

template <class Op>
static Value scatter(GradBuilder &b, Op op, Value dy, Value index, ArrayRef<int64_t> size) {
  auto at = toRule(index.getType());
  return b.make<MaxPool2dScatterOp>(
      rules::pool2d_gradient(toRule(dy.getType()), &at, vec(op.getWindow()), op.getSliding(),
                             size.vec()),
      op.getWindow(), op.getStrides(), op.getLow(), op.getHigh(), size, dy, index);
}
template <class Op> static Value gather(GradBuilder &b, Op op, Value z, Value index) {
  return b.make<MaxPool2dGatherOp>(
      rules::max_pool2d_gather(toRule(z.getType()), toRule(index.getType()), vec(op.getWindow()),
                               op.getSliding()),
      op.getWindow(), op.getStrides(), op.getLow(), op.getHigh(), z, index);
}

LogicalResult MaxPool2dOp::buildGradient(GradBuilder &b, ValueRange dy,
                                         SmallVectorImpl<Value> &dx) {
  Value index = b.make<MaxPool2dArgmaxOp>(
      rules::max_pool2d_argmax(toRule(getInput().getType()), vec(getWindow()), getSliding()),
      getWindow(), getStrides(), getLow(), getHigh(), getInput());
  dx[0] = scatter(b, *this, dy[0], index, lastTwo(getInput()));
  return success();
}
LogicalResult MaxPool2dGatherOp::buildGradient(GradBuilder &b, ValueRange dy,
                                               SmallVectorImpl<Value> &dx) {
  dx[0] = scatter(b, *this, dy[0], getIndex(), lastTwo(getInput()));
  return success();
}
LogicalResult MaxPool2dScatterOp::buildGradient(GradBuilder &b, ValueRange dz,
                                                SmallVectorImpl<Value> &dx) {
  dx[0] = gather(b, *this, dz[0], getIndex());
  return success();
}
LogicalResult SumPool2dOp::buildGradient(GradBuilder &b, ValueRange dy,
                                         SmallVectorImpl<Value> &dx) {
  SmallVector<int64_t> size = lastTwo(getInput());
  dx[0] = b.make<SumPool2dGradientOp>(
      rules::pool2d_gradient(toRule(dy[0].getType()), nullptr, vec(getWindow()), getSliding(),
                             vec(size)),
      getWindow(), getStrides(), getLow(), getHigh(), ArrayRef<int64_t>(size), dy[0]);
  return success();
}
LogicalResult SumPool2dGradientOp::buildGradient(GradBuilder &b, ValueRange dz,
                                                 SmallVectorImpl<Value> &dx) {
  dx[0] =
      b.make<SumPool2dOp>(rules::pool2d(toRule(dz[0].getType()), vec(getWindow()), getSliding()),
                          getWindow(), getStrides(), getLow(), getHigh(), dz[0]);
  return success();
}
