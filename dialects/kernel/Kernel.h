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
#include "mlir/IR/DialectImplementation.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dialects/kernel/Affine.h"
#include "dialects/kernel/KernelDialect.h.inc"
#include "dialects/kernel/KernelEnums.h.inc"

namespace sinter::kernel {
/// The segments of <sinter/abi.h>, in its order; Object: read-only data of the object, in none of
/// them.
enum class Segment { Params, State, Work, Scalars, Logical, Object };

/// Where buffers of `role` lie.
Segment getSegment(Role role);

/// Text of an enum's attribute in ops: the keyword alone. A wrong one is answered with all of them.
template <class Attr> mlir::ParseResult parseKeyword(mlir::OpAsmParser &parser, Attr &attribute) {
  auto value = mlir::FieldParser<decltype(attribute.getValue())>::parse(parser);
  if (mlir::failed(value))
    return mlir::failure();
  attribute = Attr::get(parser.getContext(), *value);
  return mlir::success();
}
template <class Attr>
void printKeyword(mlir::OpAsmPrinter &printer, mlir::Operation *, Attr attribute) {
  printer << stringifyEnum(attribute.getValue());
}

class KernelOpInterface;
class LayoutAttr;
struct Contraction;

/// What a contraction costs with some dim on neighbouring lanes.
struct LanesPrice {
  double cycles = 0;
  int64_t panel =
      0; ///< elements of the dim that its tiles take side by side; 0: as many as there are
};
} // namespace sinter::kernel

#include "dialects/kernel/KernelTargets.h.inc"
#define GET_ATTRDEF_CLASSES
#include "dialects/kernel/KernelAttrs.h.inc"
#define GET_TYPEDEF_CLASSES
#include "dialects/kernel/KernelTypes.h.inc"

namespace sinter::kernel {
/// Bytes of one stored element; a truth value has a byte of its own.
int64_t getElementBytes(mlir::Type element);
/// Bytes of a tensor's elements, without padding.
int64_t getBytes(mlir::RankedTensorType type);

/// Bytes of `shape` as it is stored in `layout` (null: row-major), padding included; none when 63
/// bits do not count them, a size is negative or the layout has another rank.
std::optional<int64_t> getStoredBytes(llvm::ArrayRef<int64_t> shape, int64_t elementBytes,
                                      LayoutAttr layout);

/// Checks the algorithm of an op whose sums go over dims of `reduced` sizes; none: it sums nothing.
/// Errors say what was expected and found.
mlir::LogicalResult verifyAlgorithm(mlir::Operation *op, AlgorithmAttr algorithm,
                                    std::optional<llvm::ArrayRef<int64_t>> reduced);
/// Name of a kernel's function: <entry>_<number>_<name>, or the name where there is no number.
std::string nameFunction(mlir::Operation *op, llvm::StringRef name, mlir::IntegerAttr number);
/// File, line and column of a location: "mlp.cpp:9:12"; "" when it has none.
std::string nameLocation(mlir::Location loc);
} // namespace sinter::kernel

#include "dialects/kernel/KernelInterfaces.h.inc"

#define GET_OP_CLASSES
#include "dialects/kernel/KernelOps.h.inc"

#endif
