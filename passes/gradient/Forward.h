//===- Forward.h - forward mode over the ops of one block -------------------------------------===//
//
// Tangents of values, from xs on to ys. An op's rule is the transpose of its vector-Jacobian
// product, which is linear in the cotangent, so no op has two derivatives to keep in agreement.
// Bodies of loops and choices carry tangents beside values. Reading on: Reverse.h,
// Differentiate.cpp.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_PASSES_GRADIENT_FORWARD_H
#define SINTER_PASSES_GRADIENT_FORWARD_H

#include "dialects/sinter/GradBuilder.h"

#include "llvm/ADT/SetVector.h"

namespace sinter::passes {

/// What is to be differentiated.
struct ForwardProblem {
  mlir::Block &block;
  mlir::Operation *end; ///< the first op of the block that does not count
  llvm::SmallVector<mlir::Value> ys, xs, tangents;
  mlir::Location loc;
};

/// One forward sweep. A tangent is made behind the op it belongs to; where one that it needs is
/// made later than that, at the end.
class Forward {
public:
  explicit Forward(ForwardProblem problem) : problem(std::move(problem)) {}
  Forward(const Forward &) = delete;
  /// Erases loops and choices that became ones with tangents: by then nothing reads them.
  ~Forward();

  /// Builds all tangents. Fails, with a diagnostic, at an op that has no gradient.
  llvm::LogicalResult run();
  /// Null when `y` depends on no x.
  mlir::Value getTangent(mlir::Value y) const { return tangents.lookup(y); }

private:
  llvm::LogicalResult differentiate(mlir::Operation *node);
  llvm::LogicalResult transpose(mlir::Operation *node, mlir::Operation *place,
                                mlir::OpBuilder &builder);
  llvm::LogicalResult refuse(mlir::Operation *node, llvm::StringRef why);
  llvm::LogicalResult differentiate(ir::ScanOp op, mlir::OpBuilder &builder);
  llvm::LogicalResult differentiate(ir::CondOp op, mlir::OpBuilder &builder);
  llvm::LogicalResult differentiate(ir::WhileOp op, mlir::OpBuilder &builder);
  bool isLate(mlir::Operation *node) const;
  /// One a value; null where it has none.
  llvm::SmallVector<mlir::Value> getTangents(mlir::ValueRange values) const;
  void takeResults(mlir::Operation *old, mlir::Operation *fresh, llvm::ArrayRef<unsigned> places,
                   llvm::ArrayRef<unsigned> tangentPlaces);

  ForwardProblem problem;
  llvm::DenseMap<mlir::Value, mlir::Value> tangents;
  llvm::DenseSet<mlir::Value> late;         ///< tangents that are made at the end
  llvm::SetVector<mlir::Operation *> order; ///< ops between xs and ys, in program order
  llvm::SmallVector<mlir::Operation *> replaced;
};

} // namespace sinter::passes

#endif
