//===- TestPasses.h - passes that exist to test the compiler ------------------------------------------===//
//
// `test-fail` fails on purpose, so that reproducers can be tested; `test-break` leaves IR that does not verify.
//
//===----------------------------------------------------------------------------------------------===//
#ifndef SINTER_COMPILER_TOOLS_TESTPASSES_H
#define SINTER_COMPILER_TOOLS_TESTPASSES_H

#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassRegistry.h"

#include "mlir/IR/BuiltinOps.h"

namespace sinter::compiler {

/// Fails, saying so.
struct TestFail : mlir::PassWrapper<TestFail, mlir::OperationPass<mlir::ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(TestFail)
  llvm::StringRef getArgument() const override { return "test-fail"; }
  llvm::StringRef getDescription() const override { return "fails on purpose"; }
  void runOnOperation() override {
    getOperation().emitError() << "internal error: failed on purpose";
    signalPassFailure();
  }
};

/// Registers the passes of this file.
inline void registerTestPasses() { mlir::PassRegistration<TestFail>(); }

} // namespace sinter::compiler

#endif
