//===- Cost.h - what a walk of a contraction costs, and the walk that follows -----------------===//
//
// The cost model of contractions (D18): read by the layout pass (which layouts to ask for) and by
// the schedule pass (which tile to walk with). All answers are estimates in cycles of one core.
// What it knows of a contraction comes from its phases (Phase.h), what the emitter covers from
// Plan.h, what registers hold from Registers.h, the machine from #kernel.target; what remains is in
// CostConstants.h. Invariant: nothing here can change bits (D1). Reading on: Cost.cpp (estimates),
// Choose.cpp (tiles), Schedule.cpp (order and chunks).
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_DIALECTS_KERNEL_CONTRACT_COST_H
#define SINTER_DIALECTS_KERNEL_CONTRACT_COST_H

#include "dialects/kernel/contract/Phase.h"
#include "dialects/kernel/contract/Registers.h"
#include "dialects/kernel/contract/Walk.h"

#include <algorithm>

namespace sinter::kernel {

/// What a walk costs.
struct ContractCost {
  double fma = 0;     ///< multiply-adds, edge waste included, in cycles
  double loads = 0;   ///< load-port bound, in cycles
  double rows = 0;    ///< cycles in which L2 gives what tiles of rows read
  double scatter = 0; ///< extra cycles for lanes that are not contiguous in a factor or a result
  double tiles = 0;   ///< cycles that every tile takes besides its sums
  double total() const { return std::max({fma, loads, rows}) + scatter + tiles; }
};

/// A walk and its price.
struct ContractChoice {
  ContractWalk walk;
  ContractCost cost;
};

/// The widest tile that the target's registers hold for `rows` by `lanes` sums.
Tile chooseTile(CpuTargetAttr target, mlir::Type accumulator, int64_t rows, int64_t lanes);

/// Prices and walks of one contraction on one target.
class ContractModel {
public:
  ContractModel(CpuTargetAttr target, Contraction contraction);

  /// The price of the tiles of `walk`; its order and chunks have no say.
  ContractCost estimate(const ContractWalk &walk) const;

  /// The best rows and tile with `lanes` on the lanes (-1: a sum in canonical lanes). `filled`: of
  /// tiles that fill the registers; panels are as wide as those that need not.
  ContractChoice chooseRows(int64_t lanes, bool filled = false) const;

  /// All choices of lanes (best rows and tile for each), cheapest first; ties keep the later dim
  /// first. Sums in canonical lanes have one choice, with lanes -1.
  llvm::SmallVector<ContractChoice> rank() const;

  /// The whole walk that the model prefers.
  ContractWalk chooseWalk() const;

private:
  /// What is known of a dim on the lanes.
  struct Lanes {
    bool vector[2], apart[2]; ///< each factor: has the lanes; has them not side by side
    bool resultApart, covered;
  };
  /// Sizes of a walk's tile grid.
  struct Grid;

  const Lanes &getLanes(int64_t lanes) const;
  LaneKind getKind(size_t access, int64_t lanes) const;
  Grid measure(const ContractWalk &walk) const;
  double countLoads(const ContractWalk &walk, const Grid &grid, int factor) const;
  double countSums(const ContractWalk &walk, const Grid &grid) const;
  double countTileBytes(const ContractWalk &walk, const Grid &grid, int factor) const;

  bool mayGiveRows(int64_t dim, int64_t lanes) const;
  bool mayMerge(int64_t inner) const;
  int64_t countRows(const ContractWalk &walk) const;
  int64_t getBlockOf(int64_t dim) const;
  std::optional<ContractChoice> chooseTwoRows(int64_t lanes, int64_t rows, int64_t rows2) const;
  ContractChoice chooseOneRow(int64_t lanes, int64_t rows) const;
  ContractChoice fillRegisters(ContractChoice choice) const;
  void addRows(ContractWalk &walk, int64_t vectors) const;

  int64_t widenLanes(const ContractWalk &walk) const;
  bool isBatch(int64_t d) const;
  bool keepsRowTile(const ContractWalk &walk) const;
  llvm::SmallVector<int64_t> placeLanes(const ContractWalk &walk,
                                        llvm::SmallVector<int64_t> others) const;
  bool goesRowsFirst(const ContractWalk &walk, llvm::ArrayRef<int64_t> others) const;
  void setOrder(ContractWalk &walk) const;
  int64_t countStepBytes(const ContractWalk &walk) const;
  bool mayChunk(const ContractWalk &walk) const;
  int64_t countTiles(const ContractWalk &walk, int64_t d) const;
  int64_t countResidentSteps(const ContractAccess &factor) const;
  std::optional<int> findCrowded(const ContractWalk &walk) const;
  void setChunk(ContractWalk &walk) const;

  CpuTargetAttr target;
  Contraction c; ///< without dims of one value
  std::vector<ContractPhase> phases;
  RegisterBudget budget(int64_t lanes) const;
  /// Of each factor's indices: the dims that move it, and how far the first step of each does.
  llvm::SmallVector<llvm::SmallVector<std::pair<int64_t, int64_t>>> steps[2];
  /// By lanes + 1, as far as asked.
  mutable llvm::SmallVector<std::optional<Lanes>> known;
};

} // namespace sinter::kernel

#endif
