//===- Cost.h - what the machine makes of bytes and lanes -------------------------------------===//
//
// The part of the cost model (D18) that is about machines, not about kernels: vectors, caches,
// where neighbours lie; and the default schedules. Costs of contractions: contract/Cost.h. All
// answers are estimates in cycles of one core, and change no bits (D1). Reading on:
// passes/lower/Schedule.cpp.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_DIALECTS_KERNEL_COST_H
#define SINTER_DIALECTS_KERNEL_COST_H

#include "dialects/kernel/Kernel.h"

namespace sinter::kernel {

/// Bytes that a core fetches at once.
inline constexpr int64_t kLineBytes = 64;

/// Elements of `element` in one vector register (at least 1).
int64_t getVectorLanes(TargetAttr target, mlir::Type element);

/// Logical dim whose neighbours are neighbours in memory; -1 for rank 0.
int64_t getContiguousDim(llvm::ArrayRef<int64_t> shape, LayoutAttr layout);

/// True when consecutive values of domain dim `dim` touch consecutive elements of a value accessed
/// by `map`.
bool isContiguousAlong(mlir::AffineMap map, int64_t dim, llvm::ArrayRef<int64_t> shape,
                       LayoutAttr layout);

/// Bytes that a core moves a cycle, with ease, from the nearest level that holds `bytes`.
double getBytesPerCycle(TargetAttr target, int64_t bytes);

/// Bytes of what may stay in L2 while other data pass through it.
double getCacheRoom(TargetAttr target);

/// Cycles of a pass that reads and writes `bytes` in all.
double estimateTraffic(TargetAttr target, int64_t bytes);

/// True for a step of scalar code that takes about a cycle: arithmetic, but no division.
bool isPlainStep(mlir::Operation *step);

/// The target of the module around `op`, or a plain x86-64 one when none is set.
TargetAttr getTarget(mlir::Operation *op);

/// Default schedules: the cost model's first choice.
CpuScheduleAttr chooseSchedule(TargetAttr target, ContractOp op);
CpuScheduleAttr chooseSchedule(TargetAttr target, MapOp op);
/// Of a stream: tiles of `nr` rows, on the lanes, by `mr` columns, which softmax decides.
CpuScheduleAttr chooseSchedule(TargetAttr target, StreamOp op);
/// Of a prefix: `nr` rows on the lanes of the innermost dim; where that is the axis, `mr` at a time.
CpuScheduleAttr chooseSchedule(TargetAttr target, PrefixOp op);

} // namespace sinter::kernel

#endif
