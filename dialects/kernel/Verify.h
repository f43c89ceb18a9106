//===- Verify.h - what the files of kernel ops share ------------------------------------------===//
//
// Defined in KernelOps.cpp; checks emit what was expected and what was found.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_DIALECTS_KERNEL_VERIFY_H
#define SINTER_DIALECTS_KERNEL_VERIFY_H

#include "dialects/kernel/Kernel.h"

namespace sinter::kernel {

/// `map` leads from `dims` into `type`; unless it `mayLeave`, never outside of its shape.
llvm::LogicalResult verifyAccess(mlir::Operation *op, llvm::StringRef what, mlir::AffineMap map,
                                 BufferType type, llvm::ArrayRef<int64_t> dims, bool mayLeave,
                                 bool indirect = false);
/// No size is negative, and 64 bits count all points.
llvm::LogicalResult verifyDims(mlir::Operation *op, llvm::ArrayRef<int64_t> dims);
/// `block` is scalar code that ends in kernel.yield.
llvm::LogicalResult verifyScalarCode(mlir::Operation *op, mlir::Block &block);

/// The element type of a buffer as the kernel's scalar code sees it.
mlir::Type scalarOf(mlir::Value buffer);

} // namespace sinter::kernel

#endif
