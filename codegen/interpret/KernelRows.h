//===- KernelRows.h - kernels along the rows of an axis ---------------------------------------===//
//
// What they do to whole buffers. Reading on: KernelInterpreter.cpp, which brings the contents.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_CODEGEN_INTERPRET_KERNELROWS_H
#define SINTER_CODEGEN_INTERPRET_KERNELROWS_H

#include "codegen/interpret/Tensor.h"

#include "mlir/IR/Operation.h"

namespace sinter::interpret {

/// Runs `op`, a kernel along rows: `in` is what it reads, `outs` what it writes.
void runRowKernel(mlir::Operation *op, const Tensor &in, std::vector<Tensor> &outs);

} // namespace sinter::interpret

#endif
