//===- Algorithm.h - the order of sums, from shapes alone -------------------------------------===//
//
// The determinism law (D1) in one place: which algorithm (canonical lanes, chunks) an op has is
// decided here, when ops are fused, and by shapes alone: no target, thread or layout has a say.
// Reading on: AlgorithmAttr in dialects/kernel/Kernel.td (what the numbers mean).
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_PASSES_FUSE_ALGORITHM_H
#define SINTER_PASSES_FUSE_ALGORITHM_H

#include "dialects/kernel/Kernel.h"
#include "dialects/sinter/Sinter.h"

namespace sinter::passes {

/// The algorithm of one op, from its shapes and type (D1); null when it reduces nothing. Rows along
/// the innermost dim have canonical lanes, 16 or for long rows 64 (f64: 32), and chunks when they
/// are one long row; sums over two dims and more of which many stay, and along outer dims, are
/// chains, in f32 of bounded length, whose sums are joined in f64.
kernel::AlgorithmAttr getAlgorithm(ir::MapOpInterface op);

/// The algorithm of a sum of products, from its shapes only (D1): long sums of few results are cut
/// into chunks along the outermost reduced dim, so that threads have work and a chunk's operands
/// stay in cache.
kernel::AlgorithmAttr getAlgorithm(ir::ContractionOpInterface op);

/// Elements of one chunk of a reduction to a scalar (D1).
inline constexpr int64_t kChunkElements = 65536;

} // namespace sinter::passes

#endif
