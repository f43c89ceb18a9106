//===- Cost.h - what the machine makes of bytes and lanes -------------------------------------===//
//
// The part of the cost model (D18) that is the same for all kinds of machines: where neighbours
// lie, what traffic costs. What differs is asked of TargetInterface (Targets.td). All answers are
// estimates, and change no bits (D1). Reading on: CpuTarget.cpp, GpuTarget.cpp.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_DIALECTS_KERNEL_COST_H
#define SINTER_DIALECTS_KERNEL_COST_H

#include "dialects/kernel/Kernel.h"

namespace sinter::kernel {

/// Bytes that a core fetches at once.
inline constexpr int64_t kLineBytes = 64;

/// Logical dim whose neighbours are neighbours in memory; -1 for rank 0.
int64_t getContiguousDim(llvm::ArrayRef<int64_t> shape, LayoutAttr layout);

/// True when consecutive values of domain dim `dim` touch consecutive elements of a value accessed
/// by `map`.
bool isContiguousAlong(mlir::AffineMap map, int64_t dim, llvm::ArrayRef<int64_t> shape,
                       LayoutAttr layout);

/// Cycles of a pass that reads and writes `bytes` in all.
double estimateTraffic(TargetInterface target, int64_t bytes);

/// True for a step of scalar code that takes about a cycle: arithmetic, but no division.
bool isPlainStep(mlir::Operation *step);

/// The target of the module around `op`, or a plain x86-64 one when none is set.
TargetInterface getTarget(mlir::Operation *op);

} // namespace sinter::kernel

#endif
