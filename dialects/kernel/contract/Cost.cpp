//===- Cost.cpp - what a walk of a contraction costs ------------------------------------------===//
//
// Bounds counted: FMA issue with edge waste, load ports, what L2 gives to tiles of rows, lanes that
// would have to be gathered or scattered, and what every tile takes besides. Reading on:
// Choose.cpp.
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/kernel/contract/Cost.h"

#include "dialects/kernel/Cost.h"
#include "dialects/kernel/contract/CostConstants.h"
#include "dialects/kernel/contract/Plan.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace sinter::kernel {

/// The grid of tiles that a walk cuts a contraction into.
struct ContractModel::Grid {
  int64_t counts[2];  ///< values of the row dims
  RowSplit splits[2]; ///< and how they are cut
  int64_t laneCount = 1, laneTiles = 1;
  double vectors = 1; ///< along the lanes
  double points = 1;  ///< sums
  double reduced = 1; ///< terms of a sum
  double outer = 1;   ///< grids of row and lane tiles
  double steps = 1;   ///< k steps of all of those

  double rowTiles() const {
    return static_cast<double>(splits[0].tiles) * static_cast<double>(splits[1].tiles);
  }
  double rows() const { return static_cast<double>(counts[0]) * static_cast<double>(counts[1]); }
};

ContractModel::ContractModel(CpuTargetAttr target, Contraction contraction)
    : target(target), c(std::move(contraction)) {
  c.dropUnits();
  phases = analyze(c);
  known.resize(c.parallel + 1);
  for (int f : {0, 1})
    for (AffineExpr index : c.factors[f].map.getResults()) {
      auto &moves = steps[f].emplace_back();
      for (int64_t d = 0; d < c.getRank(); ++d)
        if (SmallVector<int64_t> two(c.getRank(), 1); index.isFunctionOfDim(d)) {
          two[d] = 2;
          auto [low, high] = getIndexRange(index, two);
          moves.push_back({d, high - low});
        }
    }
}

RegisterBudget ContractModel::budget(int64_t lanes) const {
  return {target, c.accumulator, lanes >= 0 ? c.dims[lanes] : c.sumLanes};
}

LaneKind ContractModel::getKind(size_t access, int64_t lanes) const {
  bool across = c.isAcrossLanes();
  int64_t dim = across ? c.getRank() - 1 : lanes;
  if (dim < 0)
    return LaneKind::Uniform;
  if (phases.empty() || phases.front().nothing)
    return c.getAccesses()[access]->uses(dim) ? LaneKind::Scattered : LaneKind::Uniform;
  return getLaneKind(phases.front().addresses[access], dim,
                     across ? c.sumLanes : target.getVectorLanes(c.accumulator),
                     phases.front().dims);
}

const ContractModel::Lanes &ContractModel::getLanes(int64_t lanes) const {
  std::optional<Lanes> &entry = known[lanes + 1];
  if (!entry) {
    entry.emplace();
    for (int f : {0, 1}) {
      LaneKind kind = getKind(f, lanes);
      entry->vector[f] = kind != LaneKind::Uniform;
      entry->apart[f] = kind == LaneKind::Scattered;
    }
    entry->resultApart = !c.isAcrossLanes() && getKind(2 + c.extras.size() + c.findMainResult(),
                                                       lanes) == LaneKind::Scattered;
    entry->covered = covers(target, c, phases, lanes);
  }
  return *entry;
}

bool ContractModel::mayMerge(int64_t inner) const {
  return !phases.empty() && llvm::all_of(phases, [&](const ContractPhase &phase) {
    return !phase.nothing && kernel::mayMerge(c, phase, inner);
  });
}

/// Rows that the first tile dim has, neighbours taken in where they merge.
int64_t ContractModel::countRows(const ContractWalk &walk) const {
  if (walk.rows < 0)
    return 1;
  bool merged = walk.rows2 < 0 && walk.rows - 1 != walk.lanes && mayMerge(walk.rows);
  return c.dims[walk.rows] * (merged ? c.dims[walk.rows - 1] : 1);
}

ContractModel::Grid ContractModel::measure(const ContractWalk &walk) const {
  bool across = c.isAcrossLanes();
  Grid grid{{countRows(walk), walk.rows2 >= 0 ? c.dims[walk.rows2] : 1}, {}};
  grid.laneCount = across            ? c.sumLanes
                   : walk.lanes >= 0 ? std::max<int64_t>(1, c.dims[walk.lanes])
                                     : 1;
  grid.laneTiles = across ? 1 : llvm::divideCeil(grid.laneCount, walk.tile.nr);
  grid.vectors =
      static_cast<double>(llvm::divideCeil(grid.laneCount, target.getVectorLanes(c.accumulator)));
  grid.splits[0] = splitRows(grid.counts[0], walk.tile.mr);
  grid.splits[1] = splitRows(grid.counts[1], walk.mr2);
  for (auto [d, size] : llvm::enumerate(c.dims))
    (static_cast<int64_t>(d) < c.parallel ? grid.points : grid.reduced) *=
        static_cast<double>(size);
  grid.outer =
      grid.points / static_cast<double>(across ? 1 : grid.laneCount) / std::max(1.0, grid.rows());
  grid.steps = grid.outer * grid.reduced / static_cast<double>(across ? c.sumLanes : 1);
  return grid;
}

/// Every tile loads its vectors, or broadcasts its scalars, once a step and row that a factor has.
double ContractModel::countLoads(const ContractWalk &walk, const Grid &grid, int factor) const {
  double loads = grid.steps;
  for (auto [i, dim] : {std::pair(0, walk.rows), std::pair(1, walk.rows2)})
    loads *= static_cast<double>(dim >= 0 && c.factors[factor].uses(dim) ? grid.counts[i]
                                                                         : grid.splits[i].tiles);
  return loads;
}

/// Vectors of the epilogue's sums that tiles add to memory: one a row where each row has sums of
/// its own, else one a tile.
double ContractModel::countSums(const ContractWalk &walk, const Grid &grid) const {
  double vectors = 0;
  for (const ContractAccess &result : c.results) {
    if (!result.sums)
      continue;
    double rows = 1;
    for (auto [i, dim] : {std::pair(0, walk.rows), std::pair(1, walk.rows2)})
      rows *=
          static_cast<double>(dim >= 0 && result.uses(dim) ? grid.counts[i] : grid.splits[i].tiles);
    vectors += grid.outer * grid.vectors * rows *
               static_cast<double>(result.element.getIntOrFloatBitWidth()) /
               static_cast<double>(c.accumulator.getIntOrFloatBitWidth());
  }
  return vectors;
}

/// Bytes of a factor that one tile reads in all its k steps, each once, in whole lines. Taps of a
/// window that give rows read the same again; rows of different images share nothing.
double ContractModel::countTileBytes(const ContractWalk &walk, const Grid &grid, int factor) const {
  const ContractAccess &access = c.factors[factor];
  SmallVector<int64_t> extents(c.dims);
  std::fill_n(extents.begin(), c.parallel, 1);
  for (auto [i, dim] : {std::pair(0, walk.rows), std::pair(1, walk.rows2)})
    if (dim >= 0)
      extents[dim] = std::min(c.dims[dim], grid.splits[i].big);
  if (walk.lanes >= 0)
    extents[walk.lanes] = std::min(c.dims[walk.lanes], walk.tile.nr);
  int64_t inner = getContiguousDim(access.shape, access.layout),
          element = getElementBytes(access.element);
  double bytes = 1;
  for (auto [position, moves] : llvm::enumerate(steps[factor])) {
    int64_t reach = 1, points = 1; // a step of more than one leaves elements out
    for (auto [dim, step] : moves) {
      reach += step * (extents[dim] - 1);
      points *= extents[dim];
    }
    points = std::min(points, reach);
    bool isRun = static_cast<int64_t>(position) == inner;
    bytes *= static_cast<double>(isRun ? llvm::alignTo(points * element, kLineBytes) : points);
  }
  return bytes;
}

ContractCost ContractModel::estimate(const ContractWalk &walk) const {
  const Lanes &lanes = getLanes(walk.lanes);
  Grid grid = measure(walk);
  ContractCost cost;
  // A chain of fewer than ports * latency accumulators leaves issue slots empty.
  double ports = static_cast<double>(std::max<int64_t>(1, target.getFmaPorts())) *
                 (target.getHasFma() ? 1.0 : 0.5);
  int64_t across = c.isAcrossLanes() ? c.sumLanes : walk.tile.nr;
  double sums = static_cast<double>(grid.splits[0].big * grid.splits[1].big *
                                    budget(walk.lanes).getRegisters(across));
  double inFlight = std::min(1.0, sums / (ports * static_cast<double>(target.getFmaLatency())));
  cost.fma = grid.vectors * grid.rows() * grid.steps / ports / std::max(inFlight, 1e-3);
  for (int f : {0, 1}) {
    double loads = countLoads(walk, grid, f);
    cost.loads += loads * (lanes.vector[f] ? grid.vectors : static_cast<double>(grid.laneTiles)) /
                  static_cast<double>(target.getLoadPorts());
    // A gathered vector costs one load an element instead of one a vector.
    if (lanes.apart[f])
      cost.scatter += kGatherCycles * static_cast<double>(grid.laneCount) * loads;
  }
  // The factor that has the rows goes by; panels of the other stay. Sums in canonical lanes take
  // turns with both in L1 (Schedule.cpp).
  double tiles = grid.outer * static_cast<double>(grid.laneTiles) * grid.rowTiles();
  if (!c.isAcrossLanes() && walk.rows >= 0)
    for (int f : {0, 1})
      if (c.factors[f].uses(walk.rows))
        cost.rows +=
            tiles * countTileBytes(walk, grid, f) / target.getBytesPerCycle(target.getL2());
  auto streams = static_cast<double>(c.countStreams());
  cost.tiles =
      tiles * kTileCycles +
      kStoreCycles * (grid.outer * grid.vectors * grid.rows() * streams + countSums(walk, grid)) +
      (c.isAcrossLanes() ? grid.points * kTreeCycles : 0);
  if (!lanes.covered)
    cost.scatter += kNaiveCycles * grid.points * grid.reduced;
  if (lanes.resultApart)
    cost.scatter += kGatherCycles * grid.points * streams;
  return cost;
}

} // namespace sinter::kernel
