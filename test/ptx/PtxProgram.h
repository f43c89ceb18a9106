//===- PtxProgram.h - planned entries on the emulator -----------------------------------------===//
//
// Compiles a planned module to PTX and runs its entries kernel by kernel, on segments in this
// process: what a runtime for GPUs will do by launches. Reading on: Emulator.h.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_TEST_PTX_PTXPROGRAM_H
#define SINTER_TEST_PTX_PTXPROGRAM_H

#include "dialects/kernel/Kernel.h"
#include "test/ptx/Emulator.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/Support/Error.h"

#include <memory>

namespace sinter::test {

/// A module in PTX.
class PtxProgram {
public:
  /// Compiles a module at stage planned for a GPU; `module` stays as it is.
  static llvm::Expected<std::unique_ptr<PtxProgram>> create(mlir::ModuleOp module, int level);

  /// Runs the entry of that name in grids of `blocks` blocks. `segments` are SINTER_SEGMENTS base
  /// pointers.
  llvm::Error run(llvm::StringRef entry, void *const *segments, unsigned blocks);

private:
  llvm::Error runBlock(mlir::Block &block);
  llvm::Error launch(kernel::KernelOpInterface op);
  llvm::Expected<ptx::Range> locate(mlir::Value buffer);

  mlir::OwningOpRef<mlir::ModuleOp> module; ///< at stage llvm
  ptx::Program code;
  llvm::DenseMap<mlir::Operation *, std::vector<char>> constants;
  void *const *segments = nullptr;
  unsigned blocks = 1;
};

} // namespace sinter::test

#endif
