//===- Cpu.h - from planned kernels to loops, LLVM and machine code ----------------------------------===//
//
// The whole public surface of the CPU code generator. A module goes planned -> loops -> llvm in place; module-level
// symbols stay, and the planned entries stay under `module @planned` so that any stage can still become an artefact.
// Errors are reported at ops; LogicalResult or llvm::Error says that there was one. Reading on: codegen/README.md.
//
//===----------------------------------------------------------------------------------------------===//
#ifndef SINTER_CODEGEN_CPU_CPU_H
#define SINTER_CODEGEN_CPU_CPU_H

#include "dialects/kernel/Kernel.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/DialectRegistry.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

#include <memory>

namespace llvm {
class LLVMContext;
class Module;
} // namespace llvm

namespace sinter::codegen {

/// Name of the nested module that keeps the planned kernel.entry ops after lowerToLoops.
inline constexpr llvm::StringLiteral kPlannedModule = "planned";

/// Dialects and interfaces that the functions below need in the module's context.
void registerCpuDialects(mlir::DialectRegistry &registry);

/// planned -> loops: a private function a kernel, an SPMD function an entry, a `<kernel>.run` thunk a kernel.
llvm::LogicalResult lowerToLoops(mlir::ModuleOp module);

/// loops -> llvm: LLVM dialect, bare pointers.
llvm::LogicalResult lowerToLLVM(mlir::ModuleOp module);

/// The kernel.entry ops of a module at stage planned, loops or llvm, in order.
llvm::SmallVector<kernel::EntryOp> getPlannedEntries(mlir::ModuleOp module);

/// llvm -> LLVM IR, not yet optimised. Module-level symbols and `module @planned` are left out. Null after an error.
std::unique_ptr<llvm::Module> translateToLLVMIR(mlir::ModuleOp module, llvm::LLVMContext &context);

/// Options of machine code.
struct CodeOptions {
  int level = 3; ///< -O0 .. -O3
};

/// Optimises `module` for `target`, the way every output does: no reassociation, no contraction (D1).
llvm::Error optimise(llvm::Module &module, kernel::TargetAttr target, CodeOptions options);

/// Object code (PIC, hidden visibility). `extra` (host tables, same context) is linked in first; then everything but
/// what `extra` exports becomes local, so that several models can live in one program.
llvm::Error emitObject(std::unique_ptr<llvm::Module> module, kernel::TargetAttr target, llvm::raw_pwrite_stream &out,
                       CodeOptions options = {}, std::unique_ptr<llvm::Module> extra = nullptr);

/// The same as text.
llvm::Error emitAssembly(std::unique_ptr<llvm::Module> module, kernel::TargetAttr target,
                         llvm::raw_pwrite_stream &out, CodeOptions options = {},
                         std::unique_ptr<llvm::Module> extra = nullptr);

} // namespace sinter::codegen

#endif
