//===- GradBuilder.cpp - what gradients are written with --------------------------------------===//
//
// See GradBuilder.h. Operands were verified, so the rules cannot refuse here.
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/sinter/GradBuilder.h"

#include "sinter/rules/elementwise.h"
#include "sinter/rules/index.h"
#include "sinter/rules/matmul.h"
#include "sinter/rules/reduce.h"
#include "sinter/rules/shape.h"

#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::ir;

static RankedTensorType typed(Value like, const rules::Result<rules::Type> &rule) {
  return fromRule(*rule, like.getContext());
}
static Type elementOf(Value x) { return getElementTypeOrSelf(x.getType()); }

Value GradBuilder::add(Value x, Value y) {
  return AddOp::create(b, loc, typed(x, rules::add(toRule(x.getType()), toRule(y.getType()))), x,
                       y);
}
Value GradBuilder::sub(Value x, Value y) {
  return SubOp::create(b, loc, typed(x, rules::sub(toRule(x.getType()), toRule(y.getType()))), x,
                       y);
}
Value GradBuilder::mul(Value x, Value y) {
  return MulOp::create(b, loc, typed(x, rules::mul(toRule(x.getType()), toRule(y.getType()))), x,
                       y);
}
Value GradBuilder::div(Value x, Value y) {
  return DivOp::create(b, loc, typed(x, rules::div(toRule(x.getType()), toRule(y.getType()))), x,
                       y);
}
Value GradBuilder::pow(Value x, Value y) {
  return PowOp::create(b, loc, typed(x, rules::pow(toRule(x.getType()), toRule(y.getType()))), x,
                       y);
}
Value GradBuilder::neg(Value x) { return NegOp::create(b, loc, x.getType(), x); }
Value GradBuilder::exp(Value x) { return ExpOp::create(b, loc, x.getType(), x); }
Value GradBuilder::log(Value x) { return LogOp::create(b, loc, x.getType(), x); }
Value GradBuilder::sign(Value x) { return SignOp::create(b, loc, x.getType(), x); }
Value GradBuilder::compare(StringRef predicate, Value x, Value y) {
  auto type = typed(x, rules::compare(toRule(x.getType()), toRule(y.getType()), predicate.str()));
  return CompareOp::create(b, loc, type, predicate, x, y);
}
Value GradBuilder::select(Value condition, Value x, Value y) {
  auto type = typed(
      x, rules::select(toRule(condition.getType()), toRule(x.getType()), toRule(y.getType())));
  return SelectOp::create(b, loc, type, condition, x, y);
}
Value GradBuilder::cast(Value x, Type element) {
  if (elementOf(x) == element)
    return x;
  return CastOp::create(b, loc, RankedTensorType::get(shapeOf(x), element), x);
}

Value GradBuilder::constantLike(Value x, double value) {
  auto type = RankedTensorType::get(shapeOf(x), elementOf(x));
  Attribute element = isa<FloatType>(elementOf(x))
                          ? Attribute(b.getFloatAttr(elementOf(x), value))
                          : Attribute(b.getIntegerAttr(elementOf(x), int64_t(value)));
  return ConstantOp::create(b, loc, type, DenseElementsAttr::get(type, element));
}

Value GradBuilder::reshape(Value x, ArrayRef<int64_t> shape) {
  if (shapeOf(x) == shape)
    return x;
  return ReshapeOp::create(b, loc, RankedTensorType::get(shape, elementOf(x)), x);
}
Value GradBuilder::broadcastTo(Value x, ArrayRef<int64_t> shape) {
  if (shapeOf(x) == shape)
    return x;
  return BroadcastToOp::create(b, loc, RankedTensorType::get(shape, elementOf(x)), x);
}
Value GradBuilder::transpose(Value x, ArrayRef<int64_t> perm) {
  return TransposeOp::create(b, loc, typed(x, rules::transpose(toRule(x.getType()), perm.vec())),
                             perm, x);
}
Value GradBuilder::slice(Value x, ArrayRef<int64_t> starts, ArrayRef<int64_t> limits,
                         ArrayRef<int64_t> steps) {
  SmallVector<int64_t> strides(steps);
  strides.resize(starts.size(), 1);
  return SliceOp::create(
      b, loc, typed(x, rules::slice(toRule(x.getType()), starts.vec(), limits.vec(), vec(strides))),
      starts, limits, strides, x);
}
Value GradBuilder::concat(ArrayRef<Value> xs, int64_t axis) {
  std::vector<rules::Type> types;
  for (Value x : xs)
    types.push_back(toRule(x.getType()));
  return ConcatOp::create(b, loc, typed(xs[0], rules::concat(types, axis)), axis, xs);
}
Value GradBuilder::pad(Value x, ArrayRef<int64_t> low, ArrayRef<int64_t> high) {
  return PadOp::create(b, loc, typed(x, rules::pad(toRule(x.getType()), low.vec(), high.vec())),
                       low, high, x);
}
Value GradBuilder::sum(Value x, ArrayRef<int64_t> axes, bool keepdims) {
  if (axes.empty())
    return x;
  return SumOp::create(b, loc, typed(x, rules::sum(toRule(x.getType()), axes.vec(), keepdims)),
                       axes, keepdims, x);
}
Value GradBuilder::softmax(Value x, int64_t axis) {
  return SoftmaxOp::create(b, loc, RankedTensorType::get(shapeOf(x), elementOf(x)), axis, x);
}
Value GradBuilder::iota(ArrayRef<int64_t> shape, int64_t axis) {
  return IotaOp::create(b, loc, RankedTensorType::get(shape, b.getI32Type()), axis);
}
Value GradBuilder::matmul(Value x, Value y, bool transposeX, bool transposeY) {
  auto type =
      typed(x, rules::matmul(toRule(x.getType()), toRule(y.getType()), transposeX, transposeY));
  return MatmulOp::create(b, loc, type, transposeX, transposeY, x, y);
}

Value GradBuilder::gather(Value table, Value index, int64_t axis) {
  auto type = typed(table, rules::gather(toRule(table.getType()), toRule(index.getType()), axis));
  return GatherOp::create(b, loc, type, axis, table, index);
}
Value GradBuilder::scatterAdd(Value base, Value index, Value updates, int64_t axis) {
  auto type = typed(base, rules::scatter_add(toRule(base.getType()), toRule(index.getType()),
                                             toRule(updates.getType()), axis));
  return ScatterAddOp::create(b, loc, type, axis, base, index, updates);
}

Value GradBuilder::sumTo(Value x, Value like) {
  ArrayRef<int64_t> from = shapeOf(x), to = shapeOf(like);
  if (from == to)
    return x;
  SmallVector<int64_t> axes;
  size_t extra = from.size() - to.size();
  for (size_t axis = 0; axis < from.size(); ++axis)
    if (axis < extra || (to[axis - extra] == 1 && from[axis] != 1))
      axes.push_back(axis);
  return reshape(sum(x, axes, false), to);
}

Value GradBuilder::withKeptDims(Value reduced, Value like, ArrayRef<int64_t> axes) {
  SmallVector<int64_t> shape(shapeOf(like));
  for (int64_t axis : axes)
    shape[axis] = 1;
  return reshape(reduced, shape);
}

Value GradBuilder::extremeGradient(Value input, Value result, ArrayRef<int64_t> axes, Value dy) {
  Value hit = compare("eq", input, withKeptDims(result, input, axes));
  Value count = sum(cast(hit, elementOf(input)), axes, true);
  return select(hit, div(withKeptDims(dy, input, axes), count), constantLike(input, 0));
}

void GradBuilder::splitAt(StringRef predicate, Value x, Value y, Value dy,
                          SmallVectorImpl<Value> &dx) {
  Value zero = constantLike(dy, 0), half = mul(dy, constantLike(dy, 0.5));
  Value tie = compare("eq", x, y), wins = compare(predicate, x, y),
        loses = compare(predicate, y, x);
  // Both have all of it where one is NaN.
  dx[0] = sumTo(select(tie, half, select(loses, zero, dy)), x);
  dx[1] = sumTo(select(tie, half, select(wins, zero, dy)), y);
}

SmallVector<Value> GradBuilder::inlineBody(Region &body, ValueRange arguments) {
  IRMapping mapping;
  mapping.map(body.getArguments(), arguments);
  for (Operation &op : body.front().without_terminator())
    b.clone(op, mapping);
  return llvm::map_to_vector(body.front().back().getOperands(),
                             [&](Value value) { return mapping.lookupOrDefault(value); });
}

LogicalResult GradBuilder::refuse(Operation *op, StringRef why) {
  refusal = why.str();
  return failure();
}
