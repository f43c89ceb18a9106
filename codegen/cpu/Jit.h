//===- Jit.h - compiled entries in this process -----------------------------------------------===//
//
// For tests and tuning: the object code that a file would get, linked by ORC and called with given
// segments. Invariant: same pipeline as emitObject, so same bits. Reading on: Object.cpp,
// <sinter/abi.h>.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_CODEGEN_CPU_JIT_H
#define SINTER_CODEGEN_CPU_JIT_H

#include "codegen/cpu/Cpu.h"

#include <sinter/abi.h>

namespace llvm::orc {
class LLJIT;
} // namespace llvm::orc

namespace sinter::codegen {

/// One compiled module.
class Jit {
public:
  /// Compiles a module at stage planned, loops or llvm for `target`; `module` itself stays as it
  /// is.
  static llvm::Expected<std::unique_ptr<Jit>>
  create(mlir::ModuleOp module, kernel::CpuTargetAttr target, CodeOptions options = {});
  ~Jit();

  /// Address of an entry or of a `<kernel>.run` thunk.
  llvm::Expected<sinter_entry_fn> lookup(llvm::StringRef name);

  /// Calls an entry on `threads` threads. `segments` are SINTER_SEGMENTS base pointers.
  llvm::Error run(llvm::StringRef name, void *const *segments, unsigned threads = 1);

private:
  explicit Jit(std::unique_ptr<llvm::orc::LLJIT> engine);
  std::unique_ptr<llvm::orc::LLJIT> engine;
};

/// Calls a function already looked up, on this thread.
void callEntry(sinter_entry_fn entry, const sinter_spmd *spmd);

/// Same as Jit::run, for a function already looked up.
void runEntry(sinter_entry_fn entry, void *const *segments, unsigned threads);

} // namespace sinter::codegen

#endif
