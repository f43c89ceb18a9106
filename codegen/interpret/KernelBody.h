//===- KernelBody.h - scalar code inside kernels ----------------------------------------------===//
//
// Evaluates epilogues and map bodies (arith, math, kernel.index, kernel.reduce, kernel.philox). A
// value is an array over the points of one row, so that a reduction sees the whole row; an epilogue
// is a row of one point. Reading on: KernelInterpreter.cpp, which calls this once a row.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_CODEGEN_INTERPRET_KERNELBODY_H
#define SINTER_CODEGEN_INTERPRET_KERNELBODY_H

#include "codegen/interpret/Tensor.h"

#include "mlir/IR/AffineMap.h"
#include "mlir/IR/Operation.h"

namespace sinter::interpret {

/// The points of one row: the full domain index of each.
using Row = std::vector<Dims>;

/// The index that `map` gives at `point`; `values` are those of its symbols.
Dims applyMap(mlir::AffineMap map, const Dims &point, const Dims &values = {});

/// Evaluates `body` on `arguments` (one 1-D tensor over the row each) and gives the yielded values
/// likewise. Reductions see the first `points` of the row; a row always has one point, even when
/// `points` is 0.
llvm::FailureOr<std::vector<Tensor>> runKernelBody(mlir::Block &body, std::vector<Tensor> arguments,
                                                   const Row &row, int64_t points);

} // namespace sinter::interpret

#endif
