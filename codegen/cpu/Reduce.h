//===- Reduce.h - what kernel.reduce does to two values ---------------------------------------------===//
//
// Start values and combining steps of every kind, on scalars or vectors. Sums and products run in the order that the
// kernel's algorithm names; max, min and argmax give the same result in any order. Reading on: NaiveMap.cpp, Map.cpp.
//
//===----------------------------------------------------------------------------------------------===//
#ifndef SINTER_CODEGEN_CPU_REDUCE_H
#define SINTER_CODEGEN_CPU_REDUCE_H

#include "codegen/cpu/Emit.h"

namespace sinter::codegen {

/// Start value of `kind` for scalars of `element` (argmax: of the value compared).
mlir::Value getReduceStart(Kernel &kernel, llvm::StringRef kind, mlir::Type element);

/// One step of sum, prod, max or min.
mlir::Value combineReduce(Kernel &kernel, llvm::StringRef kind, mlir::Value x, mlir::Value y);

/// True where `y` replaces `x` in argmax: greater, or the first NaN.
mlir::Value isBetter(Kernel &kernel, mlir::Value x, mlir::Value y);

/// True for kinds whose result depends on the order of the steps.
bool isOrdered(llvm::StringRef kind);

} // namespace sinter::codegen

#endif
