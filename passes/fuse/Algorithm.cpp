//===- Algorithm.cpp - the order of sums, from shapes alone -----------------------------------===//
//
// See Algorithm.h. The constants below are part of what a model computes: another value is another
// order of summation, and other bits.
//
//===------------------------------------------------------------------------------------------===//
#include "passes/fuse/Algorithm.h"

using namespace mlir;

namespace sinter::passes {

/// Sums that are fewer than this are made along the row, not beside each other.
static constexpr int64_t kFewestLanes = 16;

/// Products of a sum that is worth cutting.
static constexpr int64_t kFewestToCut = 4096;

kernel::AlgorithmAttr getAlgorithm(ir::MapOpInterface op) {
  SmallVector<int64_t> inner = op.getInnerDims();
  if (inner.empty())
    return {};
  SmallVector<int64_t> dims = op.getMapDomain();
  int64_t rank = static_cast<int64_t>(dims.size()), kept = 1;
  for (int64_t d = 0; d < rank; ++d)
    kept *= llvm::is_contained(inner, d) ? 1 : dims[d];
  // Over two dims and more (an image, a window) while many sums stay: the sums are on the lanes.
  bool across = inner.size() > 1 && kept >= kFewestLanes;
  bool innermost = llvm::is_contained(inner, rank - 1);
  return kernel::AlgorithmAttr::get(op->getContext(), innermost && !across ? 16 : 1);
}

/// The largest divisor of `size` that is at most `limit`; 0 when there is none. By pairs of
/// divisors: sizes may be in the billions.
static int64_t getLargestDivisor(int64_t size, int64_t limit) {
  int64_t best = 0;
  for (int64_t d = 1; d <= limit && d <= size / d; ++d)
    for (int64_t divisor : {d, size / d})
      if (size % d == 0 && divisor <= limit)
        best = std::max(best, divisor);
  return best;
}

/// Pieces that the outermost reduced dim is cut into; 1: the sum stays whole.
static int64_t countChunks(ir::ContractionOpInterface op) {
  SmallVector<int64_t> dims = op.getContractionDomain();
  int64_t parallel = op.getParallelDims(), points = 1, reduced = 1, operands = 0;
  for (auto [d, size] : llvm::enumerate(dims))
    (static_cast<int64_t>(d) < parallel ? points : reduced) *= size;
  for (unsigned i : {0, 1})
    operands += cast<RankedTensorType>(op->getOperand(i).getType()).getNumElements();
  // By phase, points beyond the result's edge have no place for their chunks' sum.
  if (reduced < kFewestToCut || points == 0 ||
      points != cast<RankedTensorType>(op->getResult(0).getType()).getNumElements())
    return 1;
  int64_t most = std::min(operands / 4 / points, operands / kChunkElements);
  return std::max<int64_t>(1, getLargestDivisor(dims[parallel], most));
}

kernel::AlgorithmAttr getAlgorithm(ir::ContractionOpInterface op) {
  int64_t reduced = 1, chunks = countChunks(op);
  SmallVector<int64_t> dims = op.getContractionDomain();
  for (int64_t size : llvm::drop_begin(dims, op.getParallelDims()))
    reduced *= size;
  if (chunks > 1)
    return kernel::AlgorithmAttr::get(op->getContext(), chunks, reduced / chunks, op.getSumLanes(),
                                      /*join=*/1);
  return kernel::AlgorithmAttr::get(op->getContext(), op.getSumLanes());
}

} // namespace sinter::passes
