//===- Algorithm.h - where the chunks of a sum lie in its loops -------------------------------===//
//
// Reading on: AlgorithmAttr in Kernel.td.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_DIALECTS_KERNEL_ALGORITHM_H
#define SINTER_DIALECTS_KERNEL_ALGORITHM_H

#include "dialects/kernel/Kernel.h"

namespace sinter::kernel {

/// A chunk as a run of slices of one loop: all loops inside of it are whole.
struct ChunkLoop {
  size_t level;   ///< of the loops, outermost first
  int64_t slices; ///< steps of that loop in a chunk; the last chunk of all may have fewer
};

/// The loop over a row of these sizes that the chunks of `algorithm` cut; none when some chunk
/// would end inside of a slice.
std::optional<ChunkLoop> getChunkLoop(AlgorithmAttr algorithm, llvm::ArrayRef<int64_t> row);

/// The type in which the sums of chunks of `element` are joined: f64 for floats. The result is
/// rounded once.
mlir::Type getJoinType(mlir::Type element);

} // namespace sinter::kernel

#endif
