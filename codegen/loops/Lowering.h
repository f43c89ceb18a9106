//===- Lowering.h - the way from planned kernels to LLVM IR that all targets share ------------===//
//
// A module goes planned -> loops -> llvm in place; module-level symbols stay, and the planned
// entries stay under `module @planned` so that any stage can still become an artefact. Errors are
// reported at ops. Reading on: codegen/cpu/Lower.cpp, codegen/gpu/Lower.cpp (its users), Convert.h.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_CODEGEN_LOOPS_LOWERING_H
#define SINTER_CODEGEN_LOOPS_LOWERING_H

#include "dialects/kernel/Kernel.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/DialectRegistry.h"

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"

#include <memory>

namespace llvm {
class LLVMContext;
class Module;
} // namespace llvm

namespace sinter::codegen {

/// Name of the nested module that keeps the planned kernel.entry ops behind stage planned.
inline constexpr llvm::StringLiteral kPlannedModule = "planned";

/// Name of the nested module with functions of the host, where kernels are not functions of its
/// own.
inline constexpr llvm::StringLiteral kHostModule = "host";

/// In that module: the global with the bytes of SINTER_SEG_CONSTANTS.
inline constexpr llvm::StringLiteral kConstantsName = "sinter.constants";

/// Dialects that functions of kernels are written in, and what translates them.
void registerLoopDialects(mlir::DialectRegistry &registry);

/// The kernel.entry ops of a module at stage planned, loops or llvm, in order.
llvm::SmallVector<kernel::EntryOp> getPlannedEntries(mlir::ModuleOp module);

/// Kernels of a module and, once at stage loops, their functions: equal kernels share one.
struct KernelCount {
  size_t kernels = 0, functions = 0;
};
KernelCount countKernels(mlir::ModuleOp module);

/// The functions of the host; null when they are the module's own.
mlir::ModuleOp findHostModule(mlir::ModuleOp module);

/// planned -> loops: puts the entries aside, has `emit` write functions for them, and cleans those
/// up.
llvm::LogicalResult
lowerEntries(mlir::ModuleOp module,
             llvm::function_ref<llvm::LogicalResult(llvm::ArrayRef<kernel::EntryOp>)> emit);

/// loops -> llvm: all functions and globals, the host's too, to the LLVM dialect, with bare
/// pointers.
llvm::LogicalResult convertToLLVM(mlir::ModuleOp module);

/// What turns the LLVM dialect into LLVM IR; before several threads do it.
void registerTranslations(mlir::MLIRContext &context);

/// llvm -> LLVM IR, not yet optimised. Module-level symbols and `module @planned` are left out.
/// Null after an error.
std::unique_ptr<llvm::Module> translateToLLVMIR(mlir::ModuleOp module, llvm::LLVMContext &context);

} // namespace sinter::codegen

#endif
