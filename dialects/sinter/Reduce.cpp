//===- Reduce.cpp - reductions along axes -----------------------------------------------------===//
//
// What the records of Reduce.td leave open: how a long sum is split, the gradient of a product.
// Reading on: kernel.reduce in Kernel.td.
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/sinter/GradBuilder.h"

#include "llvm/Support/MathExtras.h"

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

/// As a tree: each product of a level is one of two of the level before, and has their slopes.
/// Nothing is divided out, so that this is a polynomial as the product is: it holds where elements
/// are 0, and so do its derivatives.
LogicalResult ProdOp::buildGradient(GradBuilder &b, ValueRange dy, SmallVectorImpl<Value> &dx) {
  Value x = getInput();
  ArrayRef<int64_t> shape = shapeOf(x);
  SmallVector<int64_t> perm, back(shape.size());
  int64_t rows = 1, count = 1;
  for (bool reduced : {false, true})
    for (int64_t axis = 0; axis < int64_t(shape.size()); ++axis)
      if (llvm::is_contained(getAxes(), axis) == reduced) {
        back[axis] = perm.size();
        perm.push_back(axis);
        (reduced ? count : rows) *= shape[axis];
      }
  dx[0] = b.constantLike(x, 0);
  if (rows == 0 || count == 0)
    return success();
  int64_t size = llvm::PowerOf2Ceil(count);
  Value turned = b.transpose(x, perm), level = b.reshape(turned, {rows, count});
  if (size > count) {
    Value pads = b.slice(level, {0, 0}, {rows, size - count}); // fewer than there are
    level = b.concat({level, b.constantLike(pads, 1)}, 1);
  }
  SmallVector<std::pair<Value, Value>> halves;
  for (int64_t half = size / 2; half > 0; half /= 2) {
    halves.push_back(
        {b.slice(level, {0, 0}, {rows, half}), b.slice(level, {0, half}, {rows, 2 * half})});
    level = b.mul(halves.back().first, halves.back().second);
  }
  Value slope = b.reshape(dy[0], {rows, 1});
  for (auto [first, second] : llvm::reverse(halves))
    slope = b.concat({b.mul(slope, second), b.mul(slope, first)}, 1);
  slope = b.slice(slope, {0, 0}, {rows, count});
  dx[0] = b.transpose(b.reshape(slope, shapeOf(turned)), back);
  return success();
}
