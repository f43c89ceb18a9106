//===- Session.h - one compilation, from MODEL to a stage -------------------------------------===//
//
// Loads a model in any of its forms (.cpp, .sinter, .mlir), selects batch sizes, sets the target
// and runs the pipeline. Invariant: after a failure everything is reported and getExitCode() says
// how it ends; a fault of ours leaves a reproducer. Reading on: Driver.cpp (who uses it).
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_COMPILER_SESSION_H
#define SINTER_COMPILER_SESSION_H

#include "compiler/Diagnostics.h"
#include "compiler/Driver.h"
#include "compiler/PassInstrumentation.h"

#include "dialects/kernel/Kernel.h"
#include "mlir/IR/OwningOpRef.h"

namespace sinter::compiler {

/// One compilation.
class Session {
public:
  explicit Session(const Options &options);
  ~Session();

  /// Loads the model. Done or an exit code.
  int load();
  /// Takes the module to `stage`. Done or an exit code.
  int runTo(Stage stage);
  /// Loads, then runs to `stage`.
  int loadAndRunTo(Stage stage);
  /// Runs codegen; a crash in it is reported as a fault of ours, and ends the program.
  int runSafely(llvm::function_ref<int()> work);
  /// Reports a failure of codegen: ours.
  int fail(llvm::Error error);

  mlir::ModuleOp getModule() { return *module; }
  mlir::MLIRContext &getContext() { return context; }
  kernel::TargetInterface getTarget();
  /// The same, of a session whose target is a CPU.
  kernel::CpuTargetAttr getCpuTarget() { return mlir::cast<kernel::CpuTargetAttr>(getTarget()); }
  /// The model's name, for file names.
  std::string getName();
  /// Prints what --timing asks for.
  void finish();

  const Options &options;
  Reporter reporter;

private:
  mlir::MLIRContext context; // outlives the modules that the instrumentation keeps

public:
  PassInstrumentation instrumentation;

private:
  int loadProgram(std::string &graph);
  int loadGraph(const std::string &bytes);
  int loadText(const std::string &text);
  int selectBatches();
  int checkSet();
  int writeDepfile();
  int setTarget();
  int getExitCode();

  std::unique_ptr<mlir::ScopedDiagnosticHandler> handler;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  bool ranProgram = false;
};

} // namespace sinter::compiler

#endif
