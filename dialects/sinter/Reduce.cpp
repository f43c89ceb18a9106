//===- Reduce.cpp - reductions along axes --------------------------------------------------------------===//
#include "dialects/sinter/GradBuilder.h"

using namespace mlir;
using namespace sinter::ir;

SmallVector<int64_t> SumOp::getInnerDims() { return llvm::to_vector(getAxes()); }
SmallVector<int64_t> ReduceMaxOp::getInnerDims() { return llvm::to_vector(getAxes()); }
SmallVector<int64_t> ReduceMinOp::getInnerDims() { return llvm::to_vector(getAxes()); }
SmallVector<int64_t> ArgmaxOp::getInnerDims() { return {int64_t(getAxis())}; }

OpFoldResult SumOp::fold(FoldAdaptor) {
  return getAxes().empty() && getInput().getType() == getResult().getType() ? OpFoldResult(getInput()) : OpFoldResult();
}
