//===- Support.h - helpers shared by op families ----------------------------------------------===//
//
// The bridge to dialects/rules (one rule for DSL and dialect) and the usual accesses of map ops.
// Reading on: Support.cpp.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_DIALECTS_SINTER_SUPPORT_H
#define SINTER_DIALECTS_SINTER_SUPPORT_H

#include "mlir/IR/AffineMap.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Operation.h"
#include "mlir/IR/PatternMatch.h"
#include "sinter/rules/type.h"

namespace sinter::ir {

/// The rule's view of a ranked tensor type; encodings (layouts) are ignored.
rules::Type toRule(mlir::Type type);
/// Element type of the rules as an MLIR type: bool is i1, u8 is i8.
mlir::Type fromRule(rules::ElementType element, mlir::MLIRContext *context);
/// A rule's type as a tensor type without encoding.
mlir::RankedTensorType fromRule(const rules::Type &type, mlir::MLIRContext *context);
/// Types of all operands, for rules of variadic ops.
std::vector<rules::Type> operandRules(mlir::Operation *op);
/// Types of a list of tensors.
std::vector<rules::Type> toRules(mlir::TypeRange types);
/// Types that the body yields; fails, with a diagnostic, when it has other arguments or no yield.
llvm::FailureOr<std::vector<rules::Type>> verifyBody(mlir::Operation *op, mlir::Region &region,
                                                     llvm::StringRef what,
                                                     const std::vector<rules::Type> &arguments);
/// A rule's one type as a list; a list as it is.
rules::Result<std::vector<rules::Type>> listTypes(const rules::Result<rules::Type> &rule);
inline rules::Result<std::vector<rules::Type>>
listTypes(const rules::Result<std::vector<rules::Type>> &rule) {
  return rule;
}
/// Compares a rule's verdict with the op's result types; emits "<message> [code]".
llvm::LogicalResult verifyRule(mlir::Operation *op, const rules::Result<rules::Type> &rule);
llvm::LogicalResult verifyRule(mlir::Operation *op,
                               const rules::Result<std::vector<rules::Type>> &rule);

/// `type` must be a tensor that memory could hold, its encoding a layout of its rank; emits what is
/// not.
llvm::LogicalResult verifyStored(mlir::Operation *op, mlir::Type type);
/// The same for all operands and results.
llvm::LogicalResult verifyLayouts(mlir::Operation *op);

/// Text of a scalar's kind: ` kind step`; nothing for a flag.
mlir::ParseResult parseScalarKind(mlir::OpAsmParser &parser, ScalarKindAttr &kind);
void printScalarKind(mlir::OpAsmPrinter &printer, mlir::Operation *op, ScalarKindAttr kind);

/// Text of the sources of a form: `@w, @scale`.
mlir::ParseResult parseSources(mlir::OpAsmParser &parser, mlir::ArrayAttr &sources);
void printSources(mlir::OpAsmPrinter &printer, mlir::Operation *op, mlir::ArrayAttr sources);

/// Elementwise ops broadcast by themselves: reads what a broadcast_to reads where the result's
/// shape allows it.
llvm::LogicalResult dropBroadcasts(mlir::Operation *op, mlir::PatternRewriter &rewriter);

/// Sizes of a ranked tensor value.
llvm::ArrayRef<int64_t> shapeOf(mlir::Value value);
/// An array attribute's numbers as the rules take them.
inline std::vector<int64_t> vec(llvm::ArrayRef<int64_t> values) { return values.vec(); }

/// Domain = result shape; operand `i` broadcasts to it as in NumPy.
mlir::AffineMap getBroadcastAccess(mlir::Operation *op, unsigned i);
/// Result 0's own indices.
mlir::AffineMap getIdentityAccess(mlir::Operation *op);
mlir::AffineMap getIdentityAccess(size_t rank, mlir::MLIRContext *context);
/// The dims that stay when `axes` are reduced; kept ones read index 0.
mlir::AffineMap getReducedAccess(size_t rank, llvm::ArrayRef<int64_t> axes, bool keepdims,
                                 mlir::MLIRContext *context);
/// The operand of a reduction that has no axes and changes nothing, else none.
mlir::OpFoldResult foldNoAxes(mlir::Operation *op, llvm::ArrayRef<int64_t> axes);
/// The attribute keepdims, false where an op has none.
bool keepsDims(mlir::Operation *op);

} // namespace sinter::ir

#endif
