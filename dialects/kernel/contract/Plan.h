//===- Plan.h - a contraction with its walk, before any code is written -----------------------===//
//
// A phase and a walk together: what is on the lanes, how addresses of factors move with the k
// loops, tiles of rows and, for each, the reduced values that borders leave. Whether the vector
// emitter covers a contraction is asked here (`covers`), and the emitter asks the same function:
// what gives no plan is left to plain loops. Reading on: codegen/cpu/ContractEmitter.h (who writes
// the code), Rows.cpp (tiles and borders).
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_DIALECTS_KERNEL_CONTRACT_PLAN_H
#define SINTER_DIALECTS_KERNEL_CONTRACT_PLAN_H

#include "dialects/kernel/contract/Phase.h"
#include "dialects/kernel/contract/Walk.h"

#include <map>

namespace sinter::kernel {

/// One of the two factors. Its address is `base` (tile) + step[d] * d for every reduced dim d.
struct ContractFactor {
  LaneKind kind = LaneKind::Uniform;
  mlir::AffineExpr base;           ///< the address where all reduced dims are 0
  llvm::SmallVector<int64_t> step; ///< elements a step, of each dim; 0 for parallel ones
};

/// Neighbouring row tiles of equal height whose rows have equal intervals.
struct RowClass {
  int64_t first = 0, tiles = 0, height = 0;
  int64_t begin = 0; ///< first row of the first tile; the others follow `height` apart
  /// reduced dim -> what each row takes part in
  std::map<int64_t, llvm::SmallVector<Interval>> taps;
  /// First rows of the tiles.
  Progression begins() const { return {begin, height, tiles}; }
};

/// A dim that gives tile rows.
struct RowDim {
  int64_t dim = -1, mr = 1;
  bool balanced = true; ///< two nearly equal heights; else tiles of mr and a lower last one
  RowSplit split;
  llvm::SmallVector<RowClass> classes;
};

/// A phase and how it is walked.
struct ContractPlan : ContractPhase {
  bool sums = false, acrossLanes = false; ///< acrossLanes: canonical lanes along a reduced dim
  int64_t lanesDim = -1, laneCount = 1, width = 1, nr = 1, laneTiles = 1;
  mlir::Type element;               ///< of the accumulator
  ContractFactor factors[2];        ///< the second one is read as vectors when only one is
  int factorNumbers[2] = {0, 1};    ///< which factor of the contraction each one is
  llvm::SmallVector<RowDim> rows;   ///< in the order of the dims
  llvm::SmallVector<int64_t> order; ///< grid loops; with partial sums the first `owned` are shared
  size_t owned = 0;
  int64_t chunkLevel = -1, chunkBlock = 0, group = 0; ///< k loops outside of groups of tiles
  int64_t unroll = 1;                                 ///< steps of the innermost k loop written out

  int64_t tilesOf(int64_t dim) const; ///< grid size along a parallel dim
};

/// The first part of a plan, which rows and tiles have no say in: the phase with `walk`'s lanes. It
/// fails where the vector emitter does not cover the contraction: borders along the lanes, sums
/// over blocks that cut runs unevenly, borders of blocks, partial sums that the lanes do not own.
std::optional<ContractPlan> planLanes(CpuTargetAttr target, const Contraction &contraction,
                                      const ContractPhase &phase, const ContractWalk &walk);

/// The plans of all phases; empty where one is not covered.
std::vector<ContractPlan> makePlans(CpuTargetAttr target, const Contraction &contraction,
                                    const ContractWalk &walk);

/// True when the vector emitter writes a contraction of these phases with `lanes` on the lanes.
bool covers(CpuTargetAttr target, const Contraction &contraction,
            llvm::ArrayRef<ContractPhase> phases, int64_t lanes);

//===--- steps of planning (Rows.cpp) ---------------------------------------------------------===//

/// Fills in the classes of all row dims and takes the bounds that they decide out of the plan; dims
/// that cannot give rows go.
void cutRows(ContractPlan &plan);

/// Pieces [begin, end) of a k loop in which the same rows of the given classes take part.
llvm::SmallVector<Interval> getSegments(const ContractPlan &plan, int64_t dim, int64_t size,
                                        llvm::ArrayRef<const RowClass *> classes);

/// Steps of the innermost k loop to write out: as many as keep a kernel small and in registers.
void chooseUnroll(CpuTargetAttr target, ContractPlan &plan);

} // namespace sinter::kernel

#endif
