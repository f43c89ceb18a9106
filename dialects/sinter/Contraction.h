//===- Contraction.h - sums of products of the graph, as kernels see them ---------------------===//
//
// The bridge from ContractionOpInterface to the one analysis of contractions
// (dialects/kernel/contract). Reading on: passes/layout/LayoutConstraints.cpp (who adds an
// epilogue).
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_DIALECTS_SINTER_CONTRACTION_H
#define SINTER_DIALECTS_SINTER_CONTRACTION_H

#include "dialects/kernel/contract/Contraction.h"
#include "dialects/sinter/Sinter.h"

namespace sinter::ir {

/// The access to a tensor through `map`, row-major.
kernel::ContractAccess getAccess(mlir::Value tensor, mlir::AffineMap map);

/// The sum that `op` is, without epilogue; all tensors row-major.
kernel::Contraction getContraction(ContractionOpInterface op);

} // namespace sinter::ir

#endif
