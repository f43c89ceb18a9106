//===- Cpu.h - from planned kernels to loops, LLVM and machine code ---------------------------===//
//
// The whole public surface of the CPU code generator. A module goes planned -> loops -> llvm in
// place; module-level symbols stay, and the planned entries stay under `module @planned` so that
// any stage can still become an artefact. Errors are reported at ops; LogicalResult or llvm::Error
// says that there was one. Reading on: codegen/README.md.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_CODEGEN_CPU_CPU_H
#define SINTER_CODEGEN_CPU_CPU_H

#include "dialects/kernel/Kernel.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/DialectRegistry.h"

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

#include <memory>
#include <string>

namespace llvm {
class LLVMContext;
class Module;
} // namespace llvm

namespace sinter::codegen {

/// Name of the nested module that keeps the planned kernel.entry ops after lowerToLoops.
inline constexpr llvm::StringLiteral kPlannedModule = "planned";

/// Dialects and interfaces that the functions below need in the module's context.
void registerCpuDialects(mlir::DialectRegistry &registry);

/// planned -> loops: a private function a kernel, an SPMD function an entry, a `<kernel>.run` thunk
/// a kernel.
llvm::LogicalResult lowerToLoops(mlir::ModuleOp module);

/// loops -> llvm: LLVM dialect, bare pointers.
llvm::LogicalResult lowerToLLVM(mlir::ModuleOp module);

/// Kernels of a module and, once at stage loops, their functions: equal kernels share one.
struct KernelCount {
  size_t kernels = 0, functions = 0;
};
KernelCount countKernels(mlir::ModuleOp module);

/// The kernel.entry ops of a module at stage planned, loops or llvm, in order.
llvm::SmallVector<kernel::EntryOp> getPlannedEntries(mlir::ModuleOp module);

/// llvm -> LLVM IR, not yet optimised. Module-level symbols and `module @planned` are left out.
/// Null after an error.
std::unique_ptr<llvm::Module> translateToLLVMIR(mlir::ModuleOp module, llvm::LLVMContext &context);

/// Options of machine code; every output is optimised in the same way, without reassociation or
/// contraction (D1).
struct CodeOptions {
  int level = 3;              ///< -O0 .. -O3
  std::string sanitizer = {}; ///< "address", "thread" or none
};

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
