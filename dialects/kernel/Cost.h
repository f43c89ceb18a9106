//===- Cost.h - what kernels cost on a target, and the tile that follows ----------------------===//
//
// The one cost model of the compiler (D18): read by the layout pass (which layouts to ask for), by
// the schedule pass (which tile to walk with) and by codegen (how rows are split). All answers are
// estimates in cycles of one core. Invariant: nothing here can change bits; a schedule only says in
// which order a kernel walks its domain (D1). Reading on: passes/layout/AssignLayouts.cpp,
// passes/lower/Schedule.cpp.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_DIALECTS_KERNEL_COST_H
#define SINTER_DIALECTS_KERNEL_COST_H

#include "dialects/kernel/Kernel.h"

namespace sinter::kernel {

/// Register tile of a contraction: `mr` rows by `nr` lanes (elements).
struct Tile {
  int64_t mr = 1, nr = 1;
};

/// Rows cut into `tiles` pieces of nearly equal size: the first `bigTiles` have `big` rows, the
/// others `big - 1`.
struct RowSplit {
  int64_t tiles = 0, big = 0, bigTiles = 0;
  /// First row of tile `t`.
  int64_t begin(int64_t t) const {
    return t <= bigTiles ? t * big : bigTiles * big + (t - bigTiles) * (big - 1);
  }
  /// Rows of tile `t`.
  int64_t size(int64_t t) const { return t < bigTiles ? big : big - 1; }
};

/// A contraction as the cost model sees it: dims, accesses and where the operands lie.
struct ContractProblem {
  llvm::SmallVector<int64_t> dims; ///< parallel dims first
  int64_t parallel = 0;
  int64_t sumLanes = 1; ///< 16: canonical lanes along the last reduced dim
  bool padded = false;  ///< indices of a and b may leave their shapes
  mlir::Type element;   ///< of the accumulator
  mlir::AffineMap aMap, bMap, outMap;
  LayoutAttr aLayout, bLayout, outLayout; ///< null: row-major
  llvm::SmallVector<int64_t> aShape, bShape, outShape;
  int64_t resultStreams = 1; ///< results, and operands of the epilogue that lie as the result does
};

/// What a choice of lanes and rows costs.
struct ContractCost {
  double fma = 0;   ///< multiply-adds, edge waste included, in cycles
  double loads = 0; ///< load-port bound, in cycles
  double scatter =
      0;            ///< extra cycles for lanes that are not contiguous in an operand or the result
  double tiles = 0; ///< cycles that every tile takes besides its sums
  double total() const { return (fma > loads ? fma : loads) + scatter + tiles; }
};

/// A way to walk a contraction.
struct ContractChoice {
  int64_t lanes = -1; ///< parallel dim on the vector lanes
  int64_t rows = -1;  ///< parallel dim that gives tile rows, -1: none
  Tile tile;
  int64_t rows2 = -1, mr2 = 1; ///< a second one, which the other operand has: mr x mr2 rows
  ContractCost cost;
};

/// Elements of `element` in one vector register (at least 1).
int64_t getVectorLanes(TargetAttr target, mlir::Type element);

/// The widest tile that the target's registers hold for `rows` by `lanes` sums.
Tile chooseTile(TargetAttr target, mlir::Type element, int64_t rows, int64_t lanes);

/// Cuts `rows` into ceil(rows / mr) nearly equal pieces: 256 rows with mr 14 become 19 tiles of 14
/// or 13.
RowSplit splitRows(int64_t rows, int64_t mr);

/// Logical dim whose neighbours are neighbours in memory; -1 for rank 0.
int64_t getContiguousDim(llvm::ArrayRef<int64_t> shape, LayoutAttr layout);

/// True when consecutive values of domain dim `dim` touch consecutive elements of a value accessed
/// by `map`.
bool isContiguousAlong(mlir::AffineMap map, int64_t dim, llvm::ArrayRef<int64_t> shape,
                       LayoutAttr layout);

/// Cost of one choice of lanes and rows.
ContractCost estimateContract(TargetAttr target, const ContractProblem &problem, int64_t lanes,
                              int64_t rows, Tile tile, int64_t rows2 = -1, int64_t mr2 = 1);

/// All choices of lanes (best rows and tile for each), cheapest first; ties keep the later dim
/// first. Sums in 16 canonical lanes have one choice, with lanes -1.
llvm::SmallVector<ContractChoice> rankContractChoices(TargetAttr target,
                                                      const ContractProblem &problem);

/// Lets a tile of few rows grow: its multiply-adds wait for each other and its broadcasts crowd the
/// load ports. First whole panels join as registers hold, then rows of a second dim of the same
/// operand.
ContractChoice fillRegisters(TargetAttr target, const ContractProblem &problem,
                             ContractChoice choice);

/// The best rows and tile with `lanes` on the lanes (-1: a sum in canonical lanes). `filled`: of
/// tiles that fill the registers; panels are as wide as those that need not.
ContractChoice chooseRows(TargetAttr target, const ContractProblem &problem, int64_t lanes,
                          bool filled = false);

/// True when an index of `map` is more than `dim` alone: neighbours along it share elements.
bool isWindow(mlir::AffineMap map, int64_t dim);

/// Takes dims of one value out of the accesses.
void dropUnits(ContractProblem &problem);

/// True for a parallel dim of few values that divisions see (the phase of a strided gradient): the
/// emitter writes each value on its own.
bool isStridePhase(const ContractProblem &problem, int64_t dim);

/// True when the parallel dims `rows - 1` and `rows` step through all values as one dim would.
bool mayMergeRows(const ContractProblem &problem, int64_t rows);

/// Cycles of a pass that reads and writes `bytes` in all.
double estimateTraffic(TargetAttr target, int64_t bytes);

/// The problem that a kernel op poses.
ContractProblem getProblem(ContractOp op);

/// The target of the module around `op`, or a plain x86-64 one when none is set.
TargetAttr getTarget(mlir::Operation *op);

/// Default schedules: the cost model's first choice.
CpuScheduleAttr chooseSchedule(TargetAttr target, ContractOp op);
CpuScheduleAttr chooseSchedule(TargetAttr target, MapOp op);

} // namespace sinter::kernel

#endif
