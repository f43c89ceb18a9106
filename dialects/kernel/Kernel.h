//===- Kernel.h - C++ side of the `kernel` dialect --------------------------------------------===//
//
// Declares the dialect's types, attributes, ops and interfaces, generated from Kernel.td.
// Reading on: Kernel.td for meaning.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_DIALECTS_KERNEL_KERNEL_H
#define SINTER_DIALECTS_KERNEL_KERNEL_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dialects/kernel/Affine.h"
#include "dialects/kernel/KernelDialect.h.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/kernel/KernelAttrs.h.inc"
#define GET_TYPEDEF_CLASSES
#include "dialects/kernel/KernelTypes.h.inc"

namespace sinter::kernel {
/// Bytes of `shape` as it is stored in `layout` (null: row-major), padding included; none when 63
/// bits do not count them, a size is negative or the layout has another rank.
std::optional<int64_t> getStoredBytes(llvm::ArrayRef<int64_t> shape, int64_t elementBytes,
                                      LayoutAttr layout);
} // namespace sinter::kernel

#include "dialects/kernel/KernelInterfaces.h.inc"

#define GET_OP_CLASSES
#include "dialects/kernel/KernelOps.h.inc"

#endif
