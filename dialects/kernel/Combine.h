//===- Combine.h - what a reduction makes of two values ---------------------------------------===//
//
// One place for all that join values: reductions and prefixes (codegen/cpu), sums of chunks
// (passes/lower). Reading on: Enums.td (the kinds).
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_DIALECTS_KERNEL_COMBINE_H
#define SINTER_DIALECTS_KERNEL_COMBINE_H

#include "dialects/kernel/Kernel.h"

namespace sinter::kernel {

/// True for element types whose numbers are all 0 or more: u8 and truth values.
bool isUnsigned(mlir::Type element);

/// `x` and `y`, scalars or vectors, joined: their sum, product, larger or smaller one. Of floats
/// the larger and the smaller one is NaN where one is. Not for argmax.
mlir::Value combine(mlir::OpBuilder &b, mlir::Location loc, ReduceKind kind, mlir::Value x,
                    mlir::Value y);

} // namespace sinter::kernel

#endif
