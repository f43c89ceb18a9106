//===- LaneReduce.h - kernel.reduce in canonical lanes, as vectors ----------------------------===//
//
// The state of a reduction is a vector of 16 canonical lanes (argmax: and one of places). Reading
// on: Reduce.h (the steps), Map.cpp, MapRows.cpp.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_CODEGEN_CPU_LANEREDUCE_H
#define SINTER_CODEGEN_CPU_LANEREDUCE_H

#include "codegen/loops/Reduce.h"

namespace sinter::codegen {

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
