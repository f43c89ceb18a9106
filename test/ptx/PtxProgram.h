//===- PtxProgram.h - planned entries on the emulator -----------------------------------------===//
//
// Compiles a planned module for a GPU and runs the host's functions of its entries, whose launches
// go to the emulator, on segments in this process: what the runtime does with a driver. Reading on:
// Emulator.h.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_TEST_PTX_PTXPROGRAM_H
#define SINTER_TEST_PTX_PTXPROGRAM_H

#include "codegen/cpu/Jit.h"
#include "test/ptx/Emulator.h"

namespace sinter::test {

/// A module in PTX, and its host's part in this process.
class PtxProgram {
public:
  /// Compiles a module at stage planned for a GPU; `module` stays as it is.
  static llvm::Expected<std::unique_ptr<PtxProgram>> create(mlir::ModuleOp module, int level);

  /// Runs the entry of that name in grids of `blocks` blocks. `segments` are SINTER_SEGMENTS base
  /// pointers.
  llvm::Error run(llvm::StringRef entry, void *const *segments, unsigned blocks);

private:
  void launch(const sinter_launch &launch);

  ptx::Program code;
  std::unique_ptr<codegen::Jit> host;
  void *constants = nullptr;
  unsigned blocks = 1;
  std::string error; ///< of the run: the first
};

} // namespace sinter::test

#endif
