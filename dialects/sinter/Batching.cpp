//===- Batching.cpp - ops on whole stacks of steps --------------------------------------------===//
//
// Batching rules (BatchingInterface): operands have a new leading axis, or are the same for every
// step, and the result has one. Ops that broadcast need no more than axes of size 1 where ranks
// differ; others name axes, which move up by one. Reading on: passes/graph/BatchSteps.cpp.
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/sinter/GradBuilder.h"
#include "sinter/rules/index.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::ir;

/// [steps, 1 …, sizes of a step]: broadcasts behind the first axis as the steps' values do.
static Value alignStack(GradBuilder &b, Value stack, size_t rank) {
  SmallVector<int64_t> shape(shapeOf(stack));
  shape.insert(shape.begin() + 1, rank + 1 - shape.size(), 1);
  return b.reshape(stack, shape);
}

static SmallVector<int64_t> stackShape(int64_t steps, ArrayRef<int64_t> shape) {
  SmallVector<int64_t> result{steps};
  llvm::append_range(result, shape);
  return result;
}

static int64_t countSteps(ValueRange operands, ArrayRef<bool> stacked) {
  for (auto [operand, isStack] : llvm::zip_equal(operands, stacked))
    if (isStack)
      return shapeOf(operand)[0];
  llvm_unreachable("a batching rule has at least one stacked operand");
}

/// The value of every step, also of what is the same for all.
static Value asStack(GradBuilder &b, Value value, bool stacked, int64_t steps) {
  return stacked ? value : b.broadcastTo(value, stackShape(steps, shapeOf(value)));
}

/// The op on other operands, which give its only result `shape`.
static Operation *cloneOn(GradBuilder &b, Operation *op, ValueRange operands,
                          ArrayRef<int64_t> shape) {
  Operation *copy = b.getBuilder().clone(*op);
  copy->setOperands(operands);
  copy->getResult(0).setType(
      RankedTensorType::get(shape, getElementTypeOrSelf(op->getResult(0).getType())));
  return copy;
}

/// The op, whose only result gets a leading axis, on other operands.
static Operation *cloneOnStack(GradBuilder &b, Operation *op, ValueRange operands, int64_t steps) {
  return cloneOn(b, op, operands, stackShape(steps, shapeOf(op->getResult(0))));
}

Value GradBuilder::batchBroadcasting(Operation *op, ValueRange operands, ArrayRef<bool> stacked) {
  SmallVector<Value> aligned;
  for (auto [operand, isStack] : llvm::zip_equal(operands, stacked))
    aligned.push_back(isStack ? alignStack(*this, operand, shapeOf(op->getResult(0)).size())
                              : operand);
  return cloneOnStack(*this, op, aligned, countSteps(operands, stacked))->getResult(0);
}

Value GradBuilder::batchAlongAxes(Operation *op, ValueRange operands, ArrayRef<bool> stacked) {
  int64_t steps = countSteps(operands, stacked);
  SmallVector<Value> stacks;
  for (auto [operand, isStack] : llvm::zip_equal(operands, stacked))
    stacks.push_back(asStack(*this, operand, isStack, steps));
  Operation *copy = cloneOnStack(*this, op, stacks, steps);
  if (auto axis = copy->getAttrOfType<IntegerAttr>("axis"))
    copy->setAttr("axis", b.getI64IntegerAttr(axis.getInt() + 1));
  if (auto axes = copy->getAttrOfType<DenseI64ArrayAttr>("axes")) {
    SmallVector<int64_t> moved(llvm::map_range(axes.asArrayRef(), [](int64_t a) { return a + 1; }));
    copy->setAttr("axes", b.getDenseI64ArrayAttr(moved));
  }
  return copy->getResult(0);
}

/// [steps, n, …] → [steps * n, …].
static Value mergeImages(GradBuilder &b, Value stack) {
  SmallVector<int64_t> shape(shapeOf(stack).drop_front());
  shape[0] *= shapeOf(stack)[0];
  return b.reshape(stack, shape);
}

/// The op on images of all steps, whose result is images, too.
static Value cloneOnImages(GradBuilder &b, Operation *op, ValueRange operands, int64_t steps) {
  ArrayRef<int64_t> one = shapeOf(op->getResult(0));
  SmallVector<int64_t> all(one);
  all[0] *= steps;
  return b.reshape(cloneOn(b, op, operands, all)->getResult(0), stackShape(steps, one));
}

Value GradBuilder::batchImages(Operation *op, ValueRange operands, ArrayRef<bool> stacked) {
  int64_t steps = countSteps(operands, stacked);
  SmallVector<Value> images;
  for (auto [operand, isStack] : llvm::zip_equal(operands, stacked))
    images.push_back(mergeImages(*this, asStack(*this, operand, isStack, steps)));
  return cloneOnImages(*this, op, images, steps);
}

//===--- Ops that name more than axes ---------------------------------------------------------===//

Value MatmulOp::buildBatched(GradBuilder &b, ValueRange operands, ArrayRef<bool> stacked) {
  return b.batchBroadcasting(*this, operands, stacked);
}

Value ReshapeOp::buildBatched(GradBuilder &b, ValueRange operands, ArrayRef<bool>) {
  return b.reshape(operands[0], stackShape(shapeOf(operands[0])[0], shapeOf(getResult())));
}

Value BroadcastToOp::buildBatched(GradBuilder &b, ValueRange operands, ArrayRef<bool>) {
  ArrayRef<int64_t> shape = shapeOf(getResult());
  return b.broadcastTo(alignStack(b, operands[0], shape.size()),
                       stackShape(shapeOf(operands[0])[0], shape));
}

Value TransposeOp::buildBatched(GradBuilder &b, ValueRange operands, ArrayRef<bool>) {
  SmallVector<int64_t> perm{0};
  for (int64_t axis : getPerm())
    perm.push_back(axis + 1);
  return b.transpose(operands[0], perm);
}

Value ConcatOp::buildBatched(GradBuilder &b, ValueRange operands, ArrayRef<bool> stacked) {
  return b.batchAlongAxes(*this, operands, stacked);
}

Value SliceOp::buildBatched(GradBuilder &b, ValueRange operands, ArrayRef<bool>) {
  int64_t steps = shapeOf(operands[0])[0];
  return b.slice(operands[0], stackShape(0, getStarts()), stackShape(steps, getLimits()),
                 stackShape(1, getStrides()));
}

Value PadOp::buildBatched(GradBuilder &b, ValueRange operands, ArrayRef<bool>) {
  return b.pad(operands[0], stackShape(0, getLow()), stackShape(0, getHigh()));
}

//===--- Convolutions -------------------------------------------------------------------------===//

/// With one filter images of all steps are images. A filter a step is more groups: the channels of
/// all steps side by side. The cotangent of a filter, a sum over images, has no rule: in a loop it
/// is added up step by step.
template <class Op>
static Value batchConvolution(GradBuilder &b, Op op, ValueRange operands, ArrayRef<bool> stacked) {
  int64_t steps = countSteps(operands, stacked);
  if (!stacked[1])
    return cloneOnImages(b, op, {mergeImages(b, operands[0]), operands[1]}, steps);
  Value images = asStack(b, operands[0], stacked[0], steps);
  SmallVector<int64_t> in(shapeOf(op->getOperand(0))), out(shapeOf(op.getResult()));
  images = b.reshape(b.transpose(images, {1, 0, 2, 3, 4}), {in[0], steps * in[1], in[2], in[3]});
  Value filters = mergeImages(b, operands[1]);
  auto copy = cast<Op>(cloneOn(b, op, {images, filters}, {out[0], steps * out[1], out[2], out[3]}));
  copy.setGroups(steps * op.getGroups());
  Value result = b.reshape(copy.getResult(), {out[0], steps, out[1], out[2], out[3]});
  return b.transpose(result, {1, 0, 2, 3, 4});
}

Value Conv2dOp::buildBatched(GradBuilder &b, ValueRange operands, ArrayRef<bool> stacked) {
  return batchConvolution(b, *this, operands, stacked);
}
Value Conv2dInputGradientOp::buildBatched(GradBuilder &b, ValueRange operands,
                                          ArrayRef<bool> stacked) {
  return batchConvolution(b, *this, operands, stacked);
}

//===--- Indices ------------------------------------------------------------------------------===//

/// [steps, before…, rows, behind…], the shape of `slices`: an index for each element that it names,
/// so that each step looks into its own table and none beyond it.
static Value spreadIndex(GradBuilder &b, Value index, ArrayRef<int64_t> slices, int64_t axis) {
  SmallVector<int64_t> thin(slices.size(), 1);
  thin[0] = slices[0];
  thin[axis] = slices[axis];
  return b.broadcastTo(b.reshape(index, thin), slices);
}

/// [steps, before…, axes of the index…, behind…] with those of the index as one.
static SmallVector<int64_t> joinIndexAxes(ArrayRef<int64_t> shape, int64_t axis, size_t rank) {
  SmallVector<int64_t> joined(shape.take_front(axis));
  joined.push_back(ShapedType::getNumElements(shape.slice(axis, rank)));
  llvm::append_range(joined, shape.drop_front(axis + rank));
  return joined;
}

Value GatherOp::buildBatched(GradBuilder &b, ValueRange operands, ArrayRef<bool> stacked) {
  int64_t steps = countSteps(operands, stacked), axis = getAxis() + 1;
  if (!stacked[0] && getAxis() == 0) // one table: all rows of all steps
    return b.gather(operands[0], operands[1], 0);
  Value table = asStack(b, operands[0], stacked[0], steps);
  if (!stacked[1])
    return b.gather(table, operands[1], axis);
  SmallVector<int64_t> result = stackShape(steps, shapeOf(getResult()));
  SmallVector<int64_t> slices = joinIndexAxes(result, axis, shapeOf(getIndex()).size());
  Value index = spreadIndex(b, operands[1], slices, axis);
  auto type = rules::gather_along(toRule(table.getType()), toRule(index.getType()), axis);
  return b.reshape(b.make<GatherAlongOp>(type, axis, table, index), result);
}

Value ScatterAddOp::buildBatched(GradBuilder &b, ValueRange operands, ArrayRef<bool> stacked) {
  int64_t steps = countSteps(operands, stacked), axis = getAxis() + 1;
  Value base = asStack(b, operands[0], stacked[0], steps),
        updates = asStack(b, operands[2], stacked[2], steps);
  if (!stacked[1])
    return b.scatterAdd(base, operands[1], updates, axis);
  SmallVector<int64_t> slices = joinIndexAxes(shapeOf(updates), axis, shapeOf(getIndex()).size());
  updates = b.reshape(updates, slices);
  Value index = spreadIndex(b, operands[1], slices, axis);
  auto type = rules::scatter_add_along(toRule(base.getType()), toRule(index.getType()),
                                       toRule(updates.getType()), axis);
  return b.make<ScatterAddAlongOp>(type, axis, base, index, updates);
}

//===--- Sums of stacks -----------------------------------------------------------------------===//

/// The sum over all leading axes of a stack of products, both factors of which come in rows of what
/// is summed, is one product over all rows: the gradient of a weight that a stack shares.
LogicalResult ir::sumProductsAtOnce(SumOp op, PatternRewriter &rewriter) {
  auto product = op.getInput().getDefiningOp<MatmulOp>();
  if (!product || !product->hasOneUse() || !product.getTransposeA() || product.getTransposeB())
    return failure();
  ArrayRef<int64_t> lhs = shapeOf(product.getLhs()), rhs = shapeOf(product.getRhs());
  size_t leading = lhs.size() - 2;
  if (leading == 0 || lhs.drop_back() != rhs.drop_back() ||
      !llvm::equal(op.getAxes(), llvm::seq<int64_t>(0, leading)))
    return failure();
  GradBuilder b(rewriter, op.getLoc());
  int64_t rows = ShapedType::getNumElements(lhs.drop_back());
  Value all = b.matmul(b.reshape(product.getLhs(), {rows, lhs.back()}),
                       b.reshape(product.getRhs(), {rows, rhs.back()}), true, false);
  rewriter.replaceOp(op, b.reshape(all, shapeOf(op.getResult())));
  return success();
}
