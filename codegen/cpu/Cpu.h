//===- Cpu.h - from planned kernels to loops, LLVM and machine code ---------------------------===//
//
// The whole public surface of the CPU code generator, over codegen/loops/Lowering.h. Errors are
// reported at ops; LogicalResult or llvm::Error says that there was one. Reading on:
// codegen/README.md.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_CODEGEN_CPU_CPU_H
#define SINTER_CODEGEN_CPU_CPU_H

#include "codegen/loops/TargetKind.h"

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

#include <memory>
#include <string>

namespace sinter::codegen {

/// CPUs, among all kinds of machines.
const TargetKind &getCpuKind();

/// planned -> loops: a private function a kernel, an SPMD function an entry, a `<kernel>.run` thunk
/// a kernel.
llvm::LogicalResult lowerToCpuLoops(mlir::ModuleOp module);

/// loops -> llvm: LLVM dialect, bare pointers.
llvm::LogicalResult lowerToCpuLLVM(mlir::ModuleOp module);

/// Makes the host's tables in a context that is given; may return null.
using MakeTables = llvm::function_ref<std::unique_ptr<llvm::Module>(llvm::LLVMContext &)>;

/// Object code (PIC, hidden visibility) of a module at stage llvm, made on all cores; its bytes do
/// not depend on their number. All but what the tables export becomes local, so that several models
/// can live in one program; without tables entries and thunks stay visible.
llvm::Error emitObject(mlir::ModuleOp module, kernel::CpuTargetAttr target, llvm::raw_ostream &out,
                       CodeOptions options = {}, MakeTables makeTables = nullptr);

/// Object code of LLVM IR, on one core; `tables` of the same context are linked in first.
llvm::Error emitObject(std::unique_ptr<llvm::Module> module, kernel::CpuTargetAttr target,
                       llvm::raw_pwrite_stream &out, CodeOptions options = {},
                       std::unique_ptr<llvm::Module> tables = nullptr);

/// The same as text.
llvm::Error emitAssembly(std::unique_ptr<llvm::Module> module, kernel::CpuTargetAttr target,
                         llvm::raw_pwrite_stream &out, CodeOptions options = {},
                         std::unique_ptr<llvm::Module> tables = nullptr);

} // namespace sinter::codegen

#endif
