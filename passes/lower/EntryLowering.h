//===- EntryLowering.h - one entry on its way to a kernel list --------------------------------===//
//
// Knows the buffer of every tensor. LowerToKernel.cpp walks the entry, or the region of a form that
// the entry computes, LowerControl.cpp the bodies of loops and choices. Reading on: Lowering.h,
// GenerateEntries.cpp (forms).
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_PASSES_LOWER_ENTRYLOWERING_H
#define SINTER_PASSES_LOWER_ENTRYLOWERING_H

#include "passes/lower/Lowering.h"

namespace sinter::passes {

/// Lowering of one entry.
struct EntryLowering {
  EntryBuilder entry;
  mlir::SymbolTable symbols;
  llvm::DenseMap<mlir::Value, mlir::Value> buffers;
  Places places; ///< where results of fused ops are to lie, of the body at hand

  /// Of an entry of the graph.
  EntryLowering(mlir::OpBuilder &builder, ir::EntryOp source);
  /// Of an entry that the compiler adds, called as its kind.
  EntryLowering(mlir::OpBuilder &builder, mlir::ModuleOp module, kernel::EntryKind kind);

  /// Writes all of `source`. Fails with a diagnostic, as do the others.
  llvm::LogicalResult lower(ir::EntryOp source);
  /// Adds the kernels that compute `form` at its place.
  llvm::LogicalResult lower(ir::FormOp form);
  /// Behind everything else of an added entry.
  void finish();

private:
  llvm::LogicalResult lowerOp(mlir::Operation &op);
  llvm::LogicalResult checkForms(ir::ReturnOp op);
  void lowerReturn(ir::ReturnOp op);
  void makeConstant(mlir::Operation &op, mlir::DenseElementsAttr elements);
  bool becomeOutput(mlir::Value tensor, llvm::StringRef name);

  llvm::LogicalResult lowerControl(ir::ControlOpInterface op);
  llvm::LogicalResult lowerScan(ir::ScanOp op);
  llvm::LogicalResult lowerCond(ir::CondOp op);
  llvm::LogicalResult lowerWhile(ir::WhileOp op);
  llvm::LogicalResult lowerBody(mlir::Region &body, mlir::Block &into,
                                llvm::ArrayRef<mlir::Value> yields);
  void placeResult(mlir::Value value, mlir::Value place, mlir::Region &body,
                   llvm::SmallVectorImpl<std::pair<mlir::Value, mlir::Value>> &copies);
  void fillCarried(mlir::Value init, mlir::Value place);
  llvm::SmallVector<mlir::Value> makePairs(mlir::ValueRange inits);
  mlir::Value inMemory(mlir::Value tensor);
};

} // namespace sinter::passes

#endif
