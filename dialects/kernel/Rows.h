//===- Rows.h - kernels that go along the rows of an axis -------------------------------------===//
//
// What kernel.prefix, kernel.sort and their emitters share: a row-major buffer seen as [outer,
// length, inner], its rows along the middle. Defined in Prefix.cpp. Reading on: Kernel.td.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_DIALECTS_KERNEL_ROWS_H
#define SINTER_DIALECTS_KERNEL_ROWS_H

#include "dialects/kernel/Kernel.h"

namespace sinter::kernel {

/// A shape as [outer, length, inner] around an axis: element i of row (o, n) is at
/// (o * length + i) * inner + n.
struct RowExtents {
  int64_t outer = 1, length = 1, inner = 1;
};
RowExtents getRowExtents(llvm::ArrayRef<int64_t> shape, int64_t axis);

/// `axis` is one of `type`, its elements are numbers, and all buffers of `op` are row-major; emits
/// what is not so.
mlir::LogicalResult verifyRows(mlir::Operation *op, BufferType type, int64_t axis);

} // namespace sinter::kernel

#endif
