//===- Kernels.h - kernels and entries of a CPU -----------------------------------------------===//
//
// The emitters, and the writer that chooses among them. Behind its buffers a kernel's function has
// `%thread: index, %threads: index`; one with indirect accesses also the thread's sinter_spmd and
// the text of each access. Reading on: Kernels.cpp, Entry.cpp (who calls kernels).
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_CODEGEN_CPU_KERNELS_H
#define SINTER_CODEGEN_CPU_KERNELS_H

#include "codegen/loops/Kernels.h"

namespace sinter::codegen {

/// Kernels by the best emitter that covers them.
KernelWriter getCpuWriter();

/// The machine of a CPU kernel.
inline kernel::CpuTargetAttr getCpu(const EmitContext &k) {
  return mlir::cast<kernel::CpuTargetAttr>(k.target);
}

/// Emitters: each writes the body of one kernel function.
void emitStream(EmitContext &kernel, kernel::StreamOp op);
void emitPrefix(EmitContext &kernel, kernel::PrefixOp op);
/// False, with nothing written, when the op is not covered.
bool emitContract(EmitContext &kernel, kernel::ContractOp op);
bool emitMap(EmitContext &kernel, kernel::MapOp op);

/// The functions by which the threads of an entry wait for each other (sinter_spmd: barrier,
/// enter_serial and leave_serial).
inline constexpr llvm::StringLiteral kBarrierName = "sinter.barrier",
                                     kEnterSerialName = "sinter.enter_serial",
                                     kLeaveSerialName = "sinter.leave_serial";

/// Turns one kernel.entry into functions at the end of `module` (Entry.cpp).
llvm::LogicalResult emitEntry(mlir::ModuleOp module, kernel::EntryOp entry, KernelSet &kernels,
                              ConstantSet &constants);

} // namespace sinter::codegen

#endif
