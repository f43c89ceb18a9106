//===- Compile.h - the real pipeline, in this process -----------------------------------------===//
//
// Compiles a module through compiler/Pipeline and runs its entries by JIT: segments, load and save
// entries and SPMD threads as a trainer has them. No file is written and nothing is linked. Reading
// on: Check.h (who compares the results with the oracle).
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_TEST_NUMERIC_COMPILE_H
#define SINTER_TEST_NUMERIC_COMPILE_H

#include "codegen/interpret/Interpreter.h"
#include "dialects/kernel/Kernel.h"
#include "dialects/sinter/Sinter.h"

#include "mlir/IR/BuiltinOps.h"

#include <memory>

namespace sinter::test {

/// Expands every derivative in place, as the pipeline does; false after an error was printed.
bool differentiate(mlir::ModuleOp module);
/// What no step of a loop needs of another is done for all steps at once, in place.
bool batchSteps(mlir::ModuleOp module);

/// Values for the inputs and symbols of a module that no model stands behind, by their names and
/// `salt`.
interpret::Arguments drawArguments(mlir::ModuleOp module, int salt = 0);
/// Inputs of one entry, drawn the same way.
interpret::Values drawInputs(ir::EntryOp entry, int salt = 0);

/// A module compiled into memory.
class Program {
public:
  virtual ~Program() = default;
  /// Runs entry `entry` (its symbol name) with `threads` threads, on symbols as they are loaded, or
  /// as the run before has left them (`keepsSymbols`).
  virtual llvm::FailureOr<interpret::Evaluation> run(llvm::StringRef entry,
                                                     const interpret::Arguments &arguments,
                                                     unsigned threads,
                                                     bool keepsSymbols = false) = 0;
  /// Runs `entry` again and again; gives the median nanoseconds of a run, or a negative number
  /// after an error.
  virtual double time(llvm::StringRef entry, const interpret::Arguments &arguments,
                      unsigned threads) = 0;
};

/// True when this build can compile and run (the JIT and the pipeline are linked in).
bool canCompile();
/// What a program is compiled for.
struct Machine {
  kernel::TargetInterface target; ///< null: cpu:native; of a GPU: the emulator runs the code
  /// Called with the planned module, to give its kernels other schedules.
  std::function<void(mlir::ModuleOp)> reschedule = {};
};
/// The target of that name; null when this machine cannot run its code.
kernel::CpuTargetAttr findTarget(mlir::MLIRContext *context, llvm::StringRef name);
/// The GPU of that name, whose code the emulator runs; null for another name.
kernel::TargetInterface findGpu(mlir::MLIRContext *context, llvm::StringRef name);
/// Compiles a copy of `module` at -O`level`; null after an error was printed.
std::unique_ptr<Program> compile(mlir::ModuleOp module, int level, const Machine &machine = {});

} // namespace sinter::test

#endif
