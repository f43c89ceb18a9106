//===- Reduce.cpp - reductions along axes --------------------------------------------------------------===//
//
// What the records of Reduce.td leave open: inner dims and folds. Reading on: kernel.reduce in Kernel.td.
//
//===---------------------------------------------------------------------------------------------------===//
#include "dialects/sinter/GradBuilder.h"

using namespace mlir;
using namespace sinter::ir;

SmallVector<int64_t> SumOp::getInnerDims() { return llvm::to_vector(getAxes()); }
SmallVector<int64_t> ReduceMaxOp::getInnerDims() { return llvm::to_vector(getAxes()); }
SmallVector<int64_t> ReduceMinOp::getInnerDims() { return llvm::to_vector(getAxes()); }
SmallVector<int64_t> ArgmaxOp::getInnerDims() { return {int64_t(getAxis())}; }

/// Without axes nothing is reduced.
template <class ReduceOp> static OpFoldResult foldNoAxes(ReduceOp op) {
  return op.getAxes().empty() && op.getInput().getType() == op.getType() ? OpFoldResult(op.getInput()) : OpFoldResult();
}
OpFoldResult SumOp::fold(FoldAdaptor) { return foldNoAxes(*this); }
OpFoldResult ReduceMaxOp::fold(FoldAdaptor) { return foldNoAxes(*this); }
OpFoldResult ReduceMinOp::fold(FoldAdaptor) { return foldNoAxes(*this); }
