//===- Kernels.h - kernels of a GPU -----------------------------------------------------------===//
//
// See Kernels.cpp.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_CODEGEN_GPU_KERNELS_H
#define SINTER_CODEGEN_GPU_KERNELS_H

#include "codegen/loops/Kernels.h"

namespace sinter::codegen {

/// Of a function of a kernel: threads of a block, and blocks of a grid in which each thread has
/// work and that this GPU runs at once.
inline constexpr llvm::StringLiteral kThreadsAttr = "kernel.threads", kBlocksAttr = "kernel.blocks";

/// Kernels over their buffers and, with indirect accesses, a sinter_report: which thread runs is
/// read from the hardware.
KernelWriter getGpuWriter();

/// Threads of a warp, of all architectures.
inline constexpr int64_t kWarp = 32;

/// Rows that a warp reduces together; false, with nothing written, when the op is not covered.
bool emitWarpMap(EmitContext &kernel, kernel::MapOp op);

/// Constants of a module, one behind the other in SINTER_SEG_CONSTANTS.
class ConstantMemory {
public:
  /// Where the elements of a constant begin.
  int64_t place(mlir::DenseElementsAttr value, kernel::BufferType type);
  llvm::ArrayRef<char> getBytes() const { return bytes; }

private:
  llvm::DenseMap<mlir::Attribute, int64_t> places;
  llvm::SmallVector<char, 0> bytes;
};

/// The functions by which the host runs an entry: `host` calls sinter_spmd.launch (Entry.cpp).
llvm::LogicalResult emitHostEntry(mlir::ModuleOp host, kernel::EntryOp entry,
                                  const KernelSet &kernels, ConstantSet &texts,
                                  ConstantMemory &constants);

} // namespace sinter::codegen

#endif
