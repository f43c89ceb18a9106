//===- Reduce.cpp - reductions along axes -----------------------------------------------------===//
//
// What the records of Reduce.td leave open: how a long sum is split. Reading on: kernel.reduce in
// Kernel.td.
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/sinter/GradBuilder.h"

using namespace mlir;
using namespace sinter::ir;

/// A sum over axes on both sides of one that stays is two sums, the inner one first: it has more
/// results, so that they run beside each other, and a sum of products can leave it behind.
LogicalResult SumOp::canonicalize(SumOp op, PatternRewriter &rewriter) {
  if (succeeded(sumProductsAtOnce(op, rewriter)))
    return success();
  ArrayRef<int64_t> shape = shapeOf(op.getInput());
  int64_t rank = shape.size(), first = rank;
  auto reduces = [&](int64_t axis) { return llvm::is_contained(op.getAxes(), axis); };
  while (first > 0 && reduces(first - 1))
    --first;
  SmallVector<int64_t> inner = llvm::to_vector(llvm::seq<int64_t>(first, rank)), outer, kept;
  for (int64_t axis = 0; axis < first; ++axis)
    if (reduces(axis))
      outer.push_back(axis);
    else if (shape[axis] != 1)
      kept.push_back(axis);
  if (inner.empty() || outer.empty() || kept.empty())
    return failure();
  GradBuilder b(rewriter, op.getLoc());
  // The inner sums are few: in f64 they lose nothing, for no time.
  Type element = getElementTypeOrSelf(op.getType());
  bool isShort = isa<FloatType>(element) && element.getIntOrFloatBitWidth() <= 32;
  Value sum = b.sum(op.getInput(), inner, false);
  if (isShort)
    sum = b.cast(sum, rewriter.getF64Type());
  sum = b.sum(sum, outer, false);
  if (isShort)
    sum = b.cast(sum, element);
  rewriter.replaceOp(op, b.reshape(sum, shapeOf(op.getResult())));
  return success();
}
