//===- Matmul.cpp - products of matrices ------------------------------------------------------===//
//
// The domain is (batch…, m, n, k). Closed under differentiation: both gradients are matmuls (D9).
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/sinter/GradBuilder.h"

using namespace mlir;
using namespace sinter::ir;

SmallVector<int64_t> MatmulOp::getContractionDomain() {
  SmallVector<int64_t> domain(shapeOf(getResult()));
  ArrayRef<int64_t> lhs = shapeOf(getLhs());
  domain.push_back(lhs[lhs.size() - (getTransposeA() ? 2 : 1)]);
  return domain;
}
int64_t MatmulOp::getParallelDims() { return shapeOf(getResult()).size(); }

AffineMap MatmulOp::getOperandAccess(unsigned i) {
  MLIRContext *context = getContext();
  int64_t rank = getParallelDims();
  ArrayRef<int64_t> shape = shapeOf(getOperand(i));
  SmallVector<AffineExpr> index;
  for (size_t axis = 0; axis + 2 < shape.size(); ++axis)
    index.push_back(shape[axis] == 1 ? getAffineConstantExpr(0, context)
                                     : getAffineDimExpr(axis + rank - shape.size(), context));
  AffineExpr m = getAffineDimExpr(rank - 2, context), n = getAffineDimExpr(rank - 1, context),
             k = getAffineDimExpr(rank, context);
  AffineExpr row = i == 0 ? m : k, column = i == 0 ? k : n;
  if (i == 0 ? getTransposeA() : getTransposeB())
    std::swap(row, column);
  index.push_back(row);
  index.push_back(column);
  return AffineMap::get(rank + 1, 0, index, context);
}
AffineMap MatmulOp::getResultAccess() {
  return AffineMap::getMultiDimIdentityMap(getParallelDims() + 1, getContext())
      .getMajorSubMap(getParallelDims());
}

LogicalResult MatmulOp::buildGradient(GradBuilder &b, ValueRange dy, SmallVectorImpl<Value> &dx) {
  bool ta = getTransposeA(), tb = getTransposeB();
  Value da = ta ? b.matmul(getRhs(), dy[0], tb, true) : b.matmul(dy[0], getRhs(), false, !tb);
  Value db = tb ? b.matmul(dy[0], getLhs(), true, ta) : b.matmul(getLhs(), dy[0], !ta, false);
  dx[0] = b.sumTo(da, getLhs());
  dx[1] = b.sumTo(db, getRhs());
  return success();
}

/// The operand of a transpose that swaps just the last two axes.
static Value getSwapped(Value value) {
  auto transpose = value.getDefiningOp<TransposeOp>();
  if (!transpose)
    return {};
  SmallVector<int64_t> swap(transpose.getPerm());
  std::swap(swap[swap.size() - 1], swap[swap.size() - 2]);
  return llvm::equal(swap, llvm::seq<int64_t>(0, swap.size())) ? transpose.getInput() : Value();
}

/// A transposed operand is read transposed, without a copy.
LogicalResult MatmulOp::canonicalize(MatmulOp op, PatternRewriter &rewriter) {
  Value lhs = getSwapped(op.getLhs()), rhs = getSwapped(op.getRhs());
  if (!lhs && !rhs)
    return failure();
  rewriter.replaceOpWithNewOp<MatmulOp>(op, op.getType(), op.getTransposeA() != bool(lhs),
                                        op.getTransposeB() != bool(rhs), lhs ? lhs : op.getLhs(),
                                        rhs ? rhs : op.getRhs());
  return success();
}
