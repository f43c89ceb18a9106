//===- Fit.h - whether text is what it says of itself -----------------------------------------===//
//
// Text of a stage may have been edited, so what its module says (stage, target) need not be true of
// what it holds. Whatever could only fail later, as a fault of ours, is refused here as the text's.
// Reading on: Session.cpp (who asks).
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_COMPILER_FIT_H
#define SINTER_COMPILER_FIT_H

#include "mlir/IR/BuiltinOps.h"

namespace sinter::compiler {

/// Checks a module that was read from the file `name`: it has entries, ops and functions of the
/// stage that it says, places for its buffers, and a target that there is. Failures are emitted as
/// diagnostics.
mlir::LogicalResult checkText(mlir::ModuleOp module, llvm::StringRef name);

} // namespace sinter::compiler

#endif
