//===- Reverse.h - reverse mode over the ops of one block -------------------------------------===//
//
// Cotangents of values, from ys back to xs, over GradientInterface; ops with bodies are taken by
// Control.cpp, which starts a reverse of its own in each. Reading on: Differentiate.cpp (the pass).
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_PASSES_GRADIENT_REVERSE_H
#define SINTER_PASSES_GRADIENT_REVERSE_H

#include "dialects/sinter/GradBuilder.h"

#include "llvm/ADT/SetVector.h"

namespace sinter::passes {

/// Floating-point values have cotangents.
bool isDifferentiable(mlir::Value value);

/// Floating-point values of `block`, up to `end` (null: all), that depend on `xs`, and those.
llvm::DenseSet<mlir::Value> getMoving(mlir::Block &block, mlir::Operation *end,
                                      mlir::ValueRange xs);
/// Ops of `block`, up to `end`, that lie between the xs that `moving` is of and `ys`, in program
/// order: only these have a part in a derivative.
llvm::SetVector<mlir::Operation *> getPath(mlir::Block &block, mlir::Operation *end,
                                           const llvm::DenseSet<mlir::Value> &moving,
                                           mlir::ValueRange ys);

/// The value's name as a user knows it: its symbol, the name of its line, else its op.
std::string getSourceName(mlir::Value value);

/// Says at `op` that what it differentiates does not depend on `x`.
void warnIndependent(mlir::Operation *op, mlir::Value x);

/// What is to be differentiated.
struct ReverseProblem {
  mlir::Block &block;
  mlir::Operation *end; ///< the first op of the block that does not count
  llvm::SmallVector<mlir::Value> ys, cotangents, xs;
  mlir::Location loc;
};

/// One reverse sweep. New ops stand at the builder's place.
class Reverse {
public:
  Reverse(ReverseProblem problem, mlir::OpBuilder &builder)
      : problem(std::move(problem)), builder(builder) {}
  /// Erases what was replaced: by then nothing reads it.
  ~Reverse();
  Reverse(const Reverse &) = delete;

  /// Contributions to `x` are not added up: getTerms gives each.
  void keepApart(mlir::Value x) { apart.insert(x); }
  /// Builds all cotangents. Fails, with a diagnostic, at an op that has no gradient.
  llvm::LogicalResult run();
  /// Null when no y depends on `x`.
  mlir::Value getCotangent(mlir::Value x) const { return cotangents.lookup(x); }
  llvm::ArrayRef<mlir::Value> getTerms(mlir::Value x) { return terms[x]; }
  /// True when some x reaches `value`.
  bool isWanted(mlir::Value value) const { return moving.contains(value); }

private:
  void accumulate(mlir::Value value, mlir::Value cotangent, mlir::Location loc);
  llvm::LogicalResult differentiate(mlir::Operation *node);
  llvm::LogicalResult refuse(mlir::Operation *node, llvm::StringRef why);
  llvm::DenseMap<mlir::Operation *, mlir::Operation *> getUsers(mlir::Operation *from);

  ReverseProblem problem;
  mlir::OpBuilder &builder;
  llvm::DenseSet<mlir::Value> moving, apart;
  llvm::SetVector<mlir::Operation *> order; ///< ops between xs and ys, in program order
  llvm::DenseMap<mlir::Value, mlir::Value> cotangents;
  llvm::DenseMap<mlir::Value, llvm::SmallVector<mlir::Value>> terms;
  llvm::SmallVector<mlir::Operation *> replaced; ///< loops that became loops that save more
};

/// True for scans, choices and loops of a bounded number of steps.
bool canDifferentiateBodies(ir::ControlOpInterface op);
/// Cotangents of the operands of an op with bodies; `dy` holds one a result (null: zero), `dx` has
/// room for one an operand. A loop that must save values for its backward loop is replaced by one
/// that does: its old op stays, unused, in `replaced`. Fails, with a diagnostic.
llvm::LogicalResult differentiateControl(ir::ControlOpInterface op, mlir::OpBuilder &builder,
                                         mlir::ValueRange dy, const Reverse &reverse,
                                         llvm::SmallVectorImpl<mlir::Value> &dx,
                                         llvm::SmallVectorImpl<mlir::Operation *> &replaced);

} // namespace sinter::passes

#endif
