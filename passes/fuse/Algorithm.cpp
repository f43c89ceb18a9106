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
static constexpr int64_t kFewestSums = 16;

/// Rows from this length on have lanes that fill the pipelines: four vectors of 512 bits, or two
/// elements a lane of a warp. Shorter ones have one vector's, 16.
static constexpr int64_t kLongRow = 256;

/// Elements that one f32 accumulator adds up in a row before their sum is joined with others, in
/// f64: at least so many, where slices allow fewer than twice as many. What a chain loses grows
/// with its length, and faster than the sum where its terms have one sign. Sums in f64 need no such
/// care.
static constexpr int64_t kChainChunk = 16;

/// Chunks of a reduction to a scalar are whole vectors when it has one dim.
static constexpr int64_t kWholeElements = 1024;

/// Products of a sum that is worth cutting.
static constexpr int64_t kFewestToCut = 4096;

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

/// The smallest divisor of `size` that is at least `least`, at most `size`.
static int64_t getSmallestDivisor(int64_t size, int64_t least) {
  return size / getLargestDivisor(size, size / std::min(size, least));
}

/// Canonical lanes of rows whose last dim, the only one or not, has `last` elements.
static int64_t chooseLanes(Type element, int64_t elements, int64_t last, bool only) {
  int64_t lanes = element.getIntOrFloatBitWidth() > 32 ? 32 : 64;
  return elements >= kLongRow && (only || last % lanes == 0) ? lanes : 16;
}

/// A row of dims to be reduced; dims of one element are left out.
struct ReducedRow {
  SmallVector<int64_t> sizes;
  int64_t elements = 1, kept = 1; ///< of a row; rows
  bool several = false;           ///< more than one dim is reduced
  bool innermost = false;         ///< the last dim is reduced, or all are

  explicit ReducedRow(ir::MapOpInterface op) {
    SmallVector<int64_t> inner = op.getInnerDims();
    for (auto [d, size] : llvm::enumerate(op.getMapDomain())) {
      bool reduces = llvm::is_contained(inner, static_cast<int64_t>(d));
      (reduces ? elements : kept) *= size;
      if (size == 1)
        continue;
      if (reduces)
        sizes.push_back(size);
    }
    several = inner.size() > 1;
    innermost = kept == 1 || inner.back() + 1 == static_cast<int64_t>(op.getMapDomain().size());
  }
  /// Elements of a slice of the outermost dim.
  int64_t getSlice() const { return elements / sizes.front(); }
};

/// True when the op leaves nothing but one value a row.
static bool leavesRowsOnly(ir::MapOpInterface op) {
  for (unsigned i = 0; i < op->getNumResults(); ++i)
    for (int64_t d : op.getInnerDims())
      if (op.getResultAccess(i).isFunctionOfDim(d))
        return false;
  return true;
}

/// `slices` of the outermost dim a chunk, when those are more than one.
static kernel::AlgorithmAttr cutRow(MLIRContext *context, const ReducedRow &row, int64_t slices,
                                    int64_t lanes) {
  int64_t chunks = llvm::divideCeil(row.sizes.front(), slices);
  if (chunks < 2)
    return kernel::AlgorithmAttr::get(context, lanes);
  return kernel::AlgorithmAttr::get(context, chunks, slices * row.getSlice(), lanes, /*join=*/1);
}

kernel::AlgorithmAttr getAlgorithm(ir::MapOpInterface op) {
  if (op.getInnerDims().empty())
    return {};
  MLIRContext *context = op->getContext();
  if (op.getBaseOperand()) // what is added to one element is added one after the other
    return kernel::AlgorithmAttr::get(context, 1);
  ReducedRow row(op);
  Type element = getElementTypeOrSelf(op->getOperand(0));
  if (row.sizes.empty() || row.elements == 0)
    return kernel::AlgorithmAttr::get(context, 1);
  // Over two dims and more (an image, a window) while many sums stay: the sums are on the lanes.
  bool across = row.several && row.kept >= kFewestSums;
  if (row.innermost && !across) {
    bool only = row.sizes.size() == 1;
    int64_t lanes = chooseLanes(element, row.elements, row.sizes.back(), only);
    if (row.kept > 1 || row.elements <= kChunkElements || !leavesRowsOnly(op))
      return kernel::AlgorithmAttr::get(context, lanes);
    int64_t chunks = llvm::divideCeil(row.elements, kChunkElements);
    int64_t slices = llvm::divideCeil(row.sizes.front(), chunks);
    return cutRow(context, row, only ? llvm::alignTo(slices, kWholeElements) : slices, lanes);
  }
  bool isLong = isa<FloatType>(element) && element.getIntOrFloatBitWidth() <= 32 &&
                row.elements > 2 * kChainChunk && leavesRowsOnly(op);
  if (!isLong)
    return kernel::AlgorithmAttr::get(context, 1);
  // Chunks of equal length when they need not be much longer.
  int64_t size = row.sizes.front(), slices = llvm::divideCeil(kChainChunk, row.getSlice());
  int64_t divisor = getSmallestDivisor(size, slices);
  return cutRow(context, row, divisor < 2 * slices ? divisor : slices, 1);
}

/// Slices of the outermost reduced dim that a chunk has; all of them: the sum stays whole.
static int64_t chooseSlices(ir::ContractionOpInterface op) {
  SmallVector<int64_t> dims = op.getContractionDomain();
  int64_t parallel = op.getParallelDims(), points = 1, reduced = 1, operands = 0;
  for (auto [d, size] : llvm::enumerate(dims))
    (static_cast<int64_t>(d) < parallel ? points : reduced) *= size;
  for (unsigned i : {0, 1})
    operands += cast<RankedTensorType>(op->getOperand(i).getType()).getNumElements();
  // By phase, points beyond the result's edge have no place for their chunks' sum.
  if (reduced < kFewestToCut || points == 0 ||
      points != cast<RankedTensorType>(op->getResult(0).getType()).getNumElements())
    return op.getParallelDims() < static_cast<int64_t>(dims.size()) ? dims[parallel] : 1;
  int64_t size = dims[parallel];
  int64_t most = std::min({operands / 4 / points, operands / kChunkElements, size});
  if (most < 2)
    return size;
  // Equal chunks when they can be nearly as many; else some whose last one is nearly full: two
  // chunks of three taps are a kernel more and half of its time.
  int64_t divisor = getLargestDivisor(size, most), slices = llvm::divideCeil(size, most);
  int64_t empty = static_cast<int64_t>(llvm::divideCeil(size, slices)) * slices - size;
  bool nearlyFull = 8 * empty <= size;
  return 2 * divisor <= most && nearlyFull ? slices : size / divisor;
}

kernel::AlgorithmAttr getAlgorithm(ir::ContractionOpInterface op) {
  MLIRContext *context = op->getContext();
  SmallVector<int64_t> dims = op.getContractionDomain();
  ArrayRef<int64_t> reduced = ArrayRef(dims).drop_front(op.getParallelDims());
  int64_t slices = chooseSlices(op);
  if (reduced.empty() || slices == 0 || slices >= reduced.front())
    return kernel::AlgorithmAttr::get(context, op.getSumLanes());
  int64_t slice = 1;
  for (int64_t size : reduced.drop_front())
    slice *= size;
  return kernel::AlgorithmAttr::get(context, llvm::divideCeil(reduced.front(), slices),
                                    slices * slice, op.getSumLanes(), /*join=*/1);
}

} // namespace sinter::passes
