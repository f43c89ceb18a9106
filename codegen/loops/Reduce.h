//===- Reduce.h - what kernel.reduce does to two values ---------------------------------------===//
//
// Start values and combining steps of every kind, on scalars or vectors. Sums and products run in
// the order that the kernel's algorithm names; max, min and argmax give the same result in any
// order. Reading on: NaiveMap.cpp, codegen/cpu/LaneReduce.h.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_CODEGEN_LOOPS_REDUCE_H
#define SINTER_CODEGEN_LOOPS_REDUCE_H

#include "codegen/loops/Emit.h"

namespace sinter::codegen {

/// Start value of `kind` for scalars of `element` (argmax: of the value compared).
mlir::Value getReduceStart(EmitContext &k, kernel::ReduceKind kind, mlir::Type element);

/// One step of sum, prod, max or min.
mlir::Value combineReduce(EmitContext &k, kernel::ReduceKind kind, mlir::Value x, mlir::Value y);

/// True where `y` replaces `x` in argmax: greater, or the first NaN.
mlir::Value isBetter(EmitContext &kernel, mlir::Value x, mlir::Value y);

/// True for kinds whose result depends on the order of the steps.
bool isOrdered(kernel::ReduceKind kind);

} // namespace sinter::codegen

#endif
