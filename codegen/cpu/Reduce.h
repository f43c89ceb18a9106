//===- Reduce.h - what kernel.reduce does to two values ---------------------------------------===//
//
// Start values and combining steps of every kind, on scalars or vectors. Sums and products run in
// the order that the kernel's algorithm names; max, min and argmax give the same result in any
// order. Reading on: NaiveMap.cpp, Map.cpp.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_CODEGEN_CPU_REDUCE_H
#define SINTER_CODEGEN_CPU_REDUCE_H

#include "codegen/cpu/Emit.h"

namespace sinter::codegen {

/// Start value of `kind` for scalars of `element` (argmax: of the value compared).
mlir::Value getReduceStart(EmitContext &k, kernel::ReduceKind kind, mlir::Type element);

/// One step of sum, prod, max or min.
mlir::Value combineReduce(EmitContext &k, kernel::ReduceKind kind, mlir::Value x, mlir::Value y);

/// True where `y` replaces `x` in argmax: greater, or the first NaN.
mlir::Value isBetter(EmitContext &kernel, mlir::Value x, mlir::Value y);

/// True for kinds whose result depends on the order of the steps.
bool isOrdered(kernel::ReduceKind kind);

/// Canonical lanes of a reduction (D1).
inline constexpr int64_t kLanes = 16;

/// True for the reduction that gives a place.
bool isArgmax(kernel::ReduceOp reduce);

/// Vectors of a reduction's state: values, and for argmax also places.
int64_t countStates(kernel::ReduceOp reduce);

/// State of all lanes before the first element: values, and for argmax also places.
llvm::SmallVector<mlir::Value> startLanes(EmitContext &kernel, kernel::ReduceOp reduce);

/// One step of every lane; lanes from `valid` on keep their state. `number`: the elements' places,
/// for argmax.
llvm::SmallVector<mlir::Value> stepLanes(EmitContext &kernel, kernel::ReduceOp reduce,
                                         llvm::ArrayRef<mlir::Value> state, mlir::Value value,
                                         mlir::Value number, int64_t valid);

/// One scalar of the lanes' states.
mlir::Value finishLanes(EmitContext &kernel, kernel::ReduceOp reduce,
                        llvm::ArrayRef<mlir::Value> state);

/// first, or first .. first + 15, as a vector of `element`.
mlir::Value numberLanes(EmitContext &kernel, mlir::Value first, mlir::Type element,
                        bool consecutive);

} // namespace sinter::codegen

#endif
