//===- sinter-opt.cpp - runs single passes on textual IR --------------------------------------===//
//
// For lit tests and for replaying reproducers: our dialects and passes, and the few upstream passes
// around them. The only program with LLVM's own command line. Reading on: passes/Passes.td,
// compiler/CodegenPasses.h.
//
//===------------------------------------------------------------------------------------------===//
#include "compiler/CodegenPasses.h"
#include "compiler/Context.h"
#include "passes/Passes.h"

#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mlir/Transforms/Passes.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  sinter::compiler::registerDialects(registry);
  sinter::passes::registerSinterPasses();
  sinter::compiler::registerCodegenPasses();
  mlir::registerCanonicalizerPass();
  mlir::registerCSEPass();
  mlir::registerSymbolDCEPass();
  return mlir::asMainReturnCode(mlir::MlirOptMain(argc, argv, "sinter's pass driver\n", registry));
}
