//===- ContractPlan.h - what is known of a contraction before any code is written -------------===//
//
// A plan is one contraction (or one stride phase of a strided one) reduced to strides: dims of size
// 1 are gone, blocked reduced dims are split so that addresses are linear in them, borders are
// intervals of reduced values: constants where tile rows decide, formulas in the grid's indices
// where those do. Terms outside are left out, never multiplied by zero. Reading on:
// ContractEmitter.h (who writes the code), dialects/kernel/Cost.h (who chooses the schedule).
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_CODEGEN_CPU_CONTRACTPLAN_H
#define SINTER_CODEGEN_CPU_CONTRACTPLAN_H

#include "codegen/cpu/Lanes.h"
#include "dialects/kernel/Cost.h"

#include <map>

namespace sinter::codegen {

/// One of the two factors. Its address is `base` (tile) + step[d] * d for every reduced dim d.
struct Factor {
  LaneAccess lanes;
  mlir::AffineExpr base;           ///< the address where all reduced dims are 0
  llvm::SmallVector<int64_t> step; ///< elements a step, of each dim; 0 for parallel ones
  bool packed = false;             ///< reads the packed copy of a row tile
};

/// An index that must lie in [0, size) for a term to be part of the sum; linear.
struct Bound {
  mlir::AffineExpr expr;
  int64_t size;
};

/// Half-open interval of values of a reduced dim.
using Interval = std::pair<int64_t, int64_t>;

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
  kernel::RowSplit split;
  llvm::SmallVector<RowClass> classes;
};

/// A reduced dim that became (outer, inner); the last outer step has `tail` inner ones, when not 0.
struct Split {
  int64_t outer, inner, tail;
};

/// A way to write one contraction.
struct Plan {
  llvm::SmallVector<std::pair<int64_t, int64_t>> fixed; ///< parallel dims that have one value here
  llvm::SmallVector<int64_t> dims;                      ///< sizes; split dims are appended
  llvm::SmallVector<int64_t> order; ///< grid loops; with partial sums the first `owned` are shared
  llvm::SmallVector<int64_t> reduced; ///< k loops
  size_t owned = 0;
  bool nothing = false;                   ///< no point at all
  bool empty = false;                     ///< no term at all: sums are 0
  bool sums = false, acrossLanes = false; ///< acrossLanes: 16 canonical lanes along a reduced dim
  int64_t lanesDim = -1, laneCount = 1, width = 1, nr = 1, laneTiles = 1;
  mlir::Type element;             ///< of the accumulator
  llvm::SmallVector<RowDim> rows; ///< in the order of the dims
  Factor factors[2];
  llvm::SmallVector<LaneAccess> extras, outs;
  llvm::SmallVector<Bound> bounds; ///< on grid and reduced dims; without a reduced dim: a guard
  llvm::SmallVector<Split> splits;
  int64_t chunkLevel = -1, chunkBlock = 0, group = 0; ///< k loops outside of groups of tiles
  int64_t unroll = 1;                                 ///< steps of the innermost k loop written out

  int64_t tilesOf(int64_t dim) const; ///< grid size along a parallel dim
  bool sumsUp(kernel::ContractOp op, size_t out) const {
    return out < op.getSums().size() && op.getSums()[out];
  }
};

/// Dims with few values that divisions see: each combination becomes a plan of its own (stride
/// phases).
llvm::SmallVector<llvm::SmallVector<std::pair<int64_t, int64_t>>>
getStridePhases(kernel::ContractOp op);

/// The plan of `op` under `schedule`; nothing when the emitter does not cover it.
std::optional<Plan> makePlan(EmitContext &kernel, kernel::ContractOp op,
                             kernel::CpuScheduleAttr schedule,
                             llvm::ArrayRef<std::pair<int64_t, int64_t>> fixed);

/// Coefficients of a sum of dims and a constant; nothing when `expr` is more than that.
struct Linear {
  llvm::SmallVector<int64_t> by;
  int64_t constant = 0;
};
std::optional<Linear> getLinear(mlir::AffineExpr expr, size_t dims);

/// `expr` without divisions that ranges decide and without dims of one value.
mlir::AffineExpr simplifyInRange(mlir::AffineExpr expr, llvm::ArrayRef<int64_t> dims);

/// Values of a reduced dim with coefficient `by` that keep rest + by * value inside [0, size).
Interval getInterval(int64_t rest, int64_t by, int64_t size);

} // namespace sinter::codegen

#endif
