//===- Pipeline.h - the compiler's passes, in order -------------------------------------------===//
//
// Takes a module from the stage at which it stands to a later one. Reading on: Pipeline.cpp (the
// list, with reasons).
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_COMPILER_PIPELINE_H
#define SINTER_COMPILER_PIPELINE_H

#include "compiler/PassInstrumentation.h"
#include "compiler/Stage.h"

#include "mlir/IR/BuiltinOps.h"

namespace sinter::compiler {

/// How a module is compiled.
struct PipelineOptions {
  int64_t memoryBudget = 0; ///< bytes; 0: no bound
  std::string failAfter;    ///< name of a pass after which `test-fail` runs
  std::string breakAfter;   ///< the same for `test-break`
  std::string crashAfter;   ///< the same for `test-crash`
  std::string saveStages;   ///< folder for the text of every stage; empty: none
  PassInstrumentation *instrumentation = nullptr; ///< traces, times and reproduces
  std::string *refused = nullptr; ///< says why the text of a stage could not be written
};

/// The stage at which `module` stands.
Stage getStage(mlir::ModuleOp module);

/// Where the text of `stage` lies in the folder of --save-stages.
std::string getStageFile(const std::string &folder, Stage stage);

/// Runs all passes up to `until` (at most llvm). Failures are emitted as diagnostics.
llvm::LogicalResult runPipeline(mlir::ModuleOp module, Stage until, const PipelineOptions &options);

} // namespace sinter::compiler

#endif
