//===- Cost.cpp - what a walk of a contraction costs ------------------------------------------===//
//
// Bounds counted: FMA issue with edge waste, load ports, lanes that would have to be gathered
// or scattered, and what every tile takes besides. Reading on: Choose.cpp.
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

ContractModel::ContractModel(TargetAttr target, Contraction contraction)
    : target(target), c(std::move(contraction)) {
  c.dropUnits();
  phases = analyze(c);
  known.resize(c.parallel + 1);
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
                     across ? c.sumLanes : getVectorLanes(target, c.accumulator),
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
      static_cast<double>(llvm::divideCeil(grid.laneCount, getVectorLanes(target, c.accumulator)));
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
  auto streams = static_cast<double>(c.countStreams());
  cost.tiles = grid.outer * static_cast<double>(grid.laneTiles) * grid.rowTiles() * kTileCycles +
               grid.outer * grid.vectors * grid.rows() * kStoreCycles * streams +
               (c.isAcrossLanes() ? grid.points * kTreeCycles : 0);
  if (!lanes.covered)
    cost.scatter += kNaiveCycles * grid.points * grid.reduced;
  if (lanes.resultApart)
    cost.scatter += kGatherCycles * grid.points * streams;
  return cost;
}

} // namespace sinter::kernel
