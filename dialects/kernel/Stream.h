//===- Stream.h - what a kernel.stream is made of ---------------------------------------------===//
//
// The plan that an op of the graph gives to lowering, by numbers of its operands and results.
// Reading on: Kernel.td (StreamOp: what the kernel computes), passes/lower/LowerStream.cpp.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_DIALECTS_KERNEL_STREAM_H
#define SINTER_DIALECTS_KERNEL_STREAM_H

#include "mlir/IR/AffineMap.h"

#include "llvm/ADT/SmallVector.h"

#include <optional>
#include <vector>

namespace sinter::kernel {

/// An operand or result, and its access from the kernel's domain.
struct StreamAccess {
  unsigned number = 0;
  mlir::AffineMap map;
};

/// One kernel.stream.
struct StreamPlan {
  llvm::SmallVector<int64_t> dims; ///< batch dims, rows, columns, then the inner dims
  int64_t rows = 0;                ///< number of the dim of rows; the columns are the next one
  /// Sums of products over an inner dim: one operand has rows, the other has columns.
  std::vector<std::pair<StreamAccess, StreamAccess>> products;
  std::vector<StreamAccess> extras;
  /// Sums over columns or rows of a weight times an operand: (operand, result).
  std::vector<std::pair<StreamAccess, StreamAccess>> sums;
  /// Columns that are taken at once where the weights are the softmax of what is yielded; 0: they
  /// are what is yielded.
  int64_t softmaxBlock = 0;
  /// Result that gets the logarithm of each row's sum of exponentials.
  std::optional<StreamAccess> statistics;
};

class StreamOp;

/// How far to the right of its row a column may lie to matter: the weights of columns beyond
/// row + reach are 0, or their scores -inf, as a causal mask makes them (reach 0). What depends on
/// data is taken for finite: a tile that lies beyond the reach as a whole may be left out though
/// there is an infinity in it, as other implementations of attention do. None: all may matter.
std::optional<int64_t> getReach(StreamOp op);

/// Pairs of a row and a column within reach, of one batch.
int64_t countPairs(StreamOp op);

} // namespace sinter::kernel

#endif
