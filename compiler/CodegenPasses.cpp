//===- CodegenPasses.cpp - code generation as passes ------------------------------------------===//
//
// See CodegenPasses.h.
//
//===------------------------------------------------------------------------------------------===//
#include "compiler/CodegenPasses.h"

#include "codegen/Targets.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/PassRegistry.h"

#include <csignal>

using namespace mlir;

namespace sinter::compiler {

namespace {
struct LowerToLoops : PassWrapper<LowerToLoops, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(LowerToLoops)
  StringRef getArgument() const override { return "lower-to-loops"; }
  StringRef getDescription() const override {
    return "a function of vectors and loops a kernel, an SPMD function an entry";
  }
  void getDependentDialects(DialectRegistry &registry) const override {
    codegen::registerLoopDialects(registry);
  }
  void runOnOperation() override {
    if (failed(codegen::getTargetKind(getOperation()).lowerToLoops(getOperation())))
      signalPassFailure();
  }
};

struct LowerToLLVM : PassWrapper<LowerToLLVM, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(LowerToLLVM)
  StringRef getArgument() const override { return "lower-to-llvm"; }
  StringRef getDescription() const override { return "functions become the LLVM dialect"; }
  void getDependentDialects(DialectRegistry &registry) const override {
    codegen::registerLoopDialects(registry);
  }
  void runOnOperation() override {
    if (failed(codegen::getTargetKind(getOperation()).lowerToLLVM(getOperation())))
      signalPassFailure();
  }
};

struct TestFail : PassWrapper<TestFail, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(TestFail)
  StringRef getArgument() const override { return "test-fail"; }
  StringRef getDescription() const override { return "fails on purpose"; }
  void runOnOperation() override {
    getOperation().emitError() << "internal error: failed on purpose";
    signalPassFailure();
  }
};

/// Leaves a module that does not verify.
struct TestBreak : PassWrapper<TestBreak, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(TestBreak)
  StringRef getArgument() const override { return "test-break"; }
  StringRef getDescription() const override { return "breaks the module on purpose"; }
  void runOnOperation() override {
    for (Operation &op : *getOperation().getBody())
      if (op.getNumRegions() && !op.getRegion(0).empty() && !op.getRegion(0).front().empty())
        op.getRegion(0).front().back().erase();
  }
};

struct TestCrash : PassWrapper<TestCrash, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(TestCrash)
  StringRef getArgument() const override { return "test-crash"; }
  StringRef getDescription() const override { return "crashes on purpose"; }
  void runOnOperation() override { raise(SIGSEGV); }
};
} // namespace

std::unique_ptr<Pass> createLowerToLoops() { return std::make_unique<LowerToLoops>(); }
std::unique_ptr<Pass> createLowerToLLVM() { return std::make_unique<LowerToLLVM>(); }
std::unique_ptr<Pass> createTestFail() { return std::make_unique<TestFail>(); }
std::unique_ptr<Pass> createTestBreak() { return std::make_unique<TestBreak>(); }
std::unique_ptr<Pass> createTestCrash() { return std::make_unique<TestCrash>(); }

void registerCodegenPasses() {
  PassRegistration<LowerToLoops>();
  PassRegistration<LowerToLLVM>();
  PassRegistration<TestFail>();
  PassRegistration<TestBreak>();
  PassRegistration<TestCrash>();
}

} // namespace sinter::compiler
