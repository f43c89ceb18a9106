//===- Gpu.h - from planned kernels to PTX ----------------------------------------------------===//
//
// The public surface of the GPU code generator. A kernel becomes one function over its buffers,
// whose threads take turns at the points of its domain; the planned entries say what is launched,
// in which order. Reading on: Kernels.cpp (loops), Ptx.cpp (text), codegen/README.md.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_CODEGEN_GPU_GPU_H
#define SINTER_CODEGEN_GPU_GPU_H

#include "codegen/loops/TargetKind.h"

namespace sinter::codegen {

/// NVIDIA GPUs, among all kinds of machines.
const TargetKind &getGpuKind();

/// `cuda:sm_80`, `cuda:sm_90`, …; the error says what is expected.
llvm::Expected<kernel::GpuTargetAttr> parseGpuTarget(mlir::MLIRContext *context,
                                                     llvm::StringRef name);
/// Names that parseGpuTarget accepts.
llvm::ArrayRef<llvm::StringRef> getGpuTargetNames();

/// planned -> loops: a function a kernel and, under `module @host`, those by which the host runs
/// entries. Fails, with an error at the op, where edited text calls the C library.
llvm::LogicalResult lowerToGpuLoops(mlir::ModuleOp module);

/// loops -> llvm: LLVM dialect, kernels marked as such.
llvm::LogicalResult lowerToGpuLLVM(mlir::ModuleOp module);

/// PTX of the lowest version that the architecture allows.
llvm::Error emitPtx(std::unique_ptr<llvm::Module> module, kernel::GpuTargetAttr target,
                    llvm::raw_pwrite_stream &out, int level);

} // namespace sinter::codegen

#endif
