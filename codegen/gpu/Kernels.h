//===- Kernels.h - kernels of a GPU -----------------------------------------------------------===//
//
// See Kernels.cpp.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_CODEGEN_GPU_KERNELS_H
#define SINTER_CODEGEN_GPU_KERNELS_H

#include "codegen/loops/Kernels.h"

namespace sinter::codegen {

/// What a kernel with indirect accesses writes, in memory of the device, when it meets a value that
/// is no index.
struct ReportRecord {
  int32_t taken;    ///< 0 until there is one
  int32_t line;     ///< which of the kernel's indirect accesses
  int64_t value;    ///< what it is
  int64_t position; ///< where it stands in its tensor
  int64_t size;     ///< of the axis
};

/// Kernels over their buffers and, with indirect accesses, a ReportRecord: which thread runs is
/// read from the hardware.
KernelWriter getGpuWriter();

} // namespace sinter::codegen

#endif
