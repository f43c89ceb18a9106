//===- Batching.cpp - ops on whole stacks of steps --------------------------------------------===//
//
// Batching rules (BatchingInterface): operands have a new leading axis, or are the same for every
// step, and the result has one. Ops that broadcast need no more than axes of size 1 where ranks
// differ; others name axes, which move up by one. Reading on: passes/graph/BatchSteps.cpp.
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/sinter/GradBuilder.h"

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

/// The op, whose only result gets a leading axis, on other operands.
static Operation *cloneOnStack(OpBuilder &b, Operation *op, ValueRange operands, int64_t steps) {
  Operation *copy = b.clone(*op);
  copy->setOperands(operands);
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  copy->getResult(0).setType(
      RankedTensorType::get(stackShape(steps, type.getShape()), type.getElementType()));
  return copy;
}

Value GradBuilder::batchBroadcasting(Operation *op, ValueRange operands, ArrayRef<bool> stacked) {
  SmallVector<Value> aligned;
  for (auto [operand, isStack] : llvm::zip_equal(operands, stacked))
    aligned.push_back(isStack ? alignStack(*this, operand, shapeOf(op->getResult(0)).size())
                              : operand);
  return cloneOnStack(b, op, aligned, countSteps(operands, stacked))->getResult(0);
}

Value GradBuilder::batchAlongAxes(Operation *op, ValueRange operands, ArrayRef<bool> stacked) {
  int64_t steps = countSteps(operands, stacked);
  SmallVector<Value> stacks;
  for (auto [operand, isStack] : llvm::zip_equal(operands, stacked))
    stacks.push_back(isStack ? operand : broadcastTo(operand, stackShape(steps, shapeOf(operand))));
  Operation *copy = cloneOnStack(b, op, stacks, steps);
  if (auto axis = copy->getAttrOfType<IntegerAttr>("axis"))
    copy->setAttr("axis", b.getI64IntegerAttr(axis.getInt() + 1));
  if (auto axes = copy->getAttrOfType<DenseI64ArrayAttr>("axes")) {
    SmallVector<int64_t> moved(llvm::map_range(axes.asArrayRef(), [](int64_t a) { return a + 1; }));
    copy->setAttr("axes", b.getDenseI64ArrayAttr(moved));
  }
  return copy->getResult(0);
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
  int64_t rows = 1;
  for (int64_t size : lhs.drop_back())
    rows *= size;
  Value all = b.matmul(b.reshape(product.getLhs(), {rows, lhs.back()}),
                       b.reshape(product.getRhs(), {rows, rhs.back()}), true, false);
  rewriter.replaceOp(op, b.reshape(all, shapeOf(op.getResult())));
  return success();
}
