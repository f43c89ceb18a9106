//===- Loss.cpp - softmax and cross-entropy ---------------------------------------------------===//
//
// All three ops start with the same scalar code: m = max x, e = exp(x - m), z = sum e.
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/sinter/GradBuilder.h"
#include "dialects/sinter/ScalarBuilder.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::ir;

static Value reduce(OpBuilder &b, Location loc, kernel::ReduceKind kind, Value x) {
  return kernel::ReduceOp::create(b, loc, x.getType(), kind, x);
}

namespace {
/// The common start of a row's scalar code.
struct Exponentials {
  Value max, shifted, exp, sum;
  Exponentials(OpBuilder &b, Location loc, Value x) {
    ScalarBuilder s(b, loc);
    max = reduce(b, loc, kernel::ReduceKind::Max, x);
    shifted = s.sub(x, max);
    exp = s.exp(shifted);
    sum = reduce(b, loc, kernel::ReduceKind::Sum, exp);
  }
};
} // namespace

static AffineMap identityOf(Value x) {
  return getIdentityAccess(shapeOf(x).size(), x.getContext());
}

SmallVector<int64_t> SoftmaxOp::getMapDomain() { return llvm::to_vector(shapeOf(getInput())); }
SmallVector<int64_t> SoftmaxOp::getInnerDims() { return {int64_t(getAxis())}; }
AffineMap SoftmaxOp::getOperandAccess(unsigned) { return identityOf(getInput()); }
AffineMap SoftmaxOp::getResultAccess(unsigned) { return identityOf(getInput()); }
void SoftmaxOp::buildBody(OpBuilder &b, Location loc, ValueRange operands,
                          SmallVectorImpl<Value> &results) {
  Exponentials row(b, loc, operands[0]);
  results.push_back(ScalarBuilder(b, loc).div(row.exp, row.sum));
}

SmallVector<int64_t> LogSoftmaxOp::getMapDomain() { return llvm::to_vector(shapeOf(getInput())); }
SmallVector<int64_t> LogSoftmaxOp::getInnerDims() { return {int64_t(getAxis())}; }
AffineMap LogSoftmaxOp::getOperandAccess(unsigned) { return identityOf(getInput()); }
AffineMap LogSoftmaxOp::getResultAccess(unsigned) { return identityOf(getInput()); }
void LogSoftmaxOp::buildBody(OpBuilder &b, Location loc, ValueRange operands,
                             SmallVectorImpl<Value> &results) {
  Exponentials row(b, loc, operands[0]);
  ScalarBuilder s(b, loc);
  results.push_back(s.sub(row.shifted, s.log(row.sum)));
}

SmallVector<int64_t> SoftmaxCrossEntropyOp::getMapDomain() {
  return llvm::to_vector(shapeOf(getLogits()));
}
SmallVector<int64_t> SoftmaxCrossEntropyOp::getInnerDims() {
  return {int64_t(shapeOf(getLogits()).size()) - 1};
}
AffineMap SoftmaxCrossEntropyOp::getOperandAccess(unsigned i) {
  return i == 0 ? identityOf(getLogits()) : getResultAccess(0);
}
AffineMap SoftmaxCrossEntropyOp::getResultAccess(unsigned) {
  return getReducedAccess(shapeOf(getLogits()).size(), getInnerDims(), false, getContext());
}
/// The row's logit at its label: an indexed read tells of a label that is no class.
SmallVector<unsigned> SoftmaxCrossEntropyOp::getIndexOperands() { return {1}; }
SmallVector<std::pair<unsigned, AffineMap>> SoftmaxCrossEntropyOp::getSecondReads() {
  int64_t rank = shapeOf(getLogits()).size();
  SmallVector<AffineExpr> at(identityOf(getLogits()).getResults());
  at.back() = getAffineSymbolExpr(0, getContext());
  return {{0, AffineMap::get(rank, 1, at, getContext())}};
}
void SoftmaxCrossEntropyOp::buildBody(OpBuilder &b, Location loc, ValueRange operands,
                                      SmallVectorImpl<Value> &results) {
  Exponentials row(b, loc, operands[0]);
  ScalarBuilder s(b, loc);
  results.push_back(s.sub(s.log(row.sum), s.sub(operands[2], row.max)));
}
LogicalResult SoftmaxCrossEntropyOp::buildGradient(GradBuilder &b, ValueRange dy,
                                                   SmallVectorImpl<Value> &dx) {
  ArrayRef<int64_t> shape = shapeOf(getLogits());
  int64_t axis = shape.size() - 1;
  Value labels = b.withKeptDims(getLabels(), getLogits(), {axis});
  Value hit = b.compare("eq", b.iota(shape, axis), labels);
  Value one = b.cast(hit, getElementTypeOrSelf(getLogits().getType()));
  dx[0] =
      b.mul(b.sub(b.softmax(getLogits(), axis), one), b.withKeptDims(dy[0], getLogits(), {axis}));
  return success();
}
