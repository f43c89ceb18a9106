//===- Jacobian.h - all rows or all columns of a derivative -----------------------------------===//
//
// See Jacobian.cpp.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_PASSES_GRADIENT_JACOBIAN_H
#define SINTER_PASSES_GRADIENT_JACOBIAN_H

#include "dialects/sinter/GradBuilder.h"

namespace sinter::passes {

/// Builds the op's value in front of it; what is left unused is the caller's to erase. Fails, with
/// a diagnostic, at an op without a gradient.
llvm::FailureOr<mlir::Value> expandJacobian(ir::JacobianOp op);

} // namespace sinter::passes

#endif
