//===- Context.h - which dialects the compiler knows ------------------------------------------===//
//
// The one list of dialects, shared by `sinter` and `sinter-opt`: ours, and those of the stages
// loops and llvm. Invariant: never all of MLIR's; what is not here cannot be parsed. Reading on:
// Pipeline.cpp.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_COMPILER_CONTEXT_H
#define SINTER_COMPILER_CONTEXT_H

#include "mlir/IR/DialectRegistry.h"

namespace sinter::compiler {

/// Adds every dialect that a stage may hold, and the translations to LLVM IR.
void registerDialects(mlir::DialectRegistry &registry);

} // namespace sinter::compiler

#endif
