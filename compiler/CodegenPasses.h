//===- CodegenPasses.h - code generation as passes --------------------------------------------===//
//
// Wraps codegen's two steps, so that they are traced, timed, verified and replayed by sinter-opt
// like all others.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_COMPILER_CODEGENPASSES_H
#define SINTER_COMPILER_CODEGENPASSES_H

#include "mlir/Pass/Pass.h"

namespace sinter::compiler {

/// `lower-to-loops`: planned -> loops.
std::unique_ptr<mlir::Pass> createLowerToLoops();
/// `lower-to-llvm`: loops -> llvm.
std::unique_ptr<mlir::Pass> createLowerToLLVM();
/// `test-fail`: fails on purpose, to test what is done about it; `test-break` breaks the module,
/// `test-crash` crashes.
std::unique_ptr<mlir::Pass> createTestFail();
std::unique_ptr<mlir::Pass> createTestBreak();
std::unique_ptr<mlir::Pass> createTestCrash();
/// Registers them for sinter-opt.
void registerCodegenPasses();

} // namespace sinter::compiler

#endif
