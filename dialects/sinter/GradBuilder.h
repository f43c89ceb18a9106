//===- GradBuilder.h - what gradients are written with ----------------------------------------===//
//
// Builds `sinter` ops with result types from the rules, all at the location of the op that is
// differentiated (D24), so that gradients read like formulas and differentiate again. Reading on:
// OpBase.td, passes/gradient.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_DIALECTS_SINTER_GRADBUILDER_H
#define SINTER_DIALECTS_SINTER_GRADBUILDER_H

#include "dialects/sinter/Sinter.h"
#include "mlir/IR/Builders.h"

namespace sinter::ir {

class GradBuilder {
public:
  /// Builds at `builder`'s place.
  GradBuilder(mlir::OpBuilder &builder, mlir::Location loc) : b(builder), loc(loc) {}

  mlir::Value add(mlir::Value x, mlir::Value y);
  mlir::Value sub(mlir::Value x, mlir::Value y);
  mlir::Value mul(mlir::Value x, mlir::Value y);
  mlir::Value div(mlir::Value x, mlir::Value y);
  mlir::Value pow(mlir::Value x, mlir::Value y);
  mlir::Value neg(mlir::Value x);
  mlir::Value exp(mlir::Value x);
  mlir::Value log(mlir::Value x);
  mlir::Value sign(mlir::Value x);
  mlir::Value compare(llvm::StringRef predicate, mlir::Value x, mlir::Value y);
  mlir::Value select(mlir::Value condition, mlir::Value x, mlir::Value y);
  mlir::Value cast(mlir::Value x, mlir::Type element);
  /// A splat of x's shape and element type.
  mlir::Value constantLike(mlir::Value x, double value);
  mlir::Value reshape(mlir::Value x, llvm::ArrayRef<int64_t> shape);
  mlir::Value broadcastTo(mlir::Value x, llvm::ArrayRef<int64_t> shape);
  mlir::Value transpose(mlir::Value x, llvm::ArrayRef<int64_t> perm);
  /// `strides`: 1 everywhere when empty.
  mlir::Value slice(mlir::Value x, llvm::ArrayRef<int64_t> starts, llvm::ArrayRef<int64_t> limits,
                    llvm::ArrayRef<int64_t> strides = {});
  mlir::Value concat(llvm::ArrayRef<mlir::Value> xs, int64_t axis);
  mlir::Value pad(mlir::Value x, llvm::ArrayRef<int64_t> low, llvm::ArrayRef<int64_t> high);
  mlir::Value sum(mlir::Value x, llvm::ArrayRef<int64_t> axes, bool keepdims);
  mlir::Value softmax(mlir::Value x, int64_t axis);
  /// i32 indices along `axis` of a tensor of `shape`.
  mlir::Value iota(llvm::ArrayRef<int64_t> shape, int64_t axis);
  /// Slices of `table` where `index` says.
  mlir::Value gather(mlir::Value table, mlir::Value index, int64_t axis);
  /// `base` with slices added where `index` says.
  mlir::Value scatterAdd(mlir::Value base, mlir::Value index, mlir::Value updates, int64_t axis);
  mlir::Value matmul(mlir::Value x, mlir::Value y, bool transposeX, bool transposeY);

  /// Batching rule of ops whose operands broadcast.
  mlir::Value batchBroadcasting(mlir::Operation *op, mlir::ValueRange operands,
                                llvm::ArrayRef<bool> stacked);
  /// Batching rule of ops that name axes in `axis` or `axes`.
  mlir::Value batchAlongAxes(mlir::Operation *op, mlir::ValueRange operands,
                             llvm::ArrayRef<bool> stacked);
  /// Batching rule of ops on images [n, …]: images of all steps are images.
  mlir::Value batchImages(mlir::Operation *op, mlir::ValueRange operands,
                          llvm::ArrayRef<bool> stacked);

  /// A unary op that keeps its operand's type: apply<CosOp>(x).
  template <class Op> mlir::Value apply(mlir::Value x) {
    return Op::create(b, loc, x.getType(), x);
  }
  /// An op whose result type a rule gives; `args` as its create function takes them behind the
  /// type.
  template <class Op, class... Args>
  mlir::Value make(const rules::Result<rules::Type> &rule, Args &&...args) {
    return Op::create(b, loc, fromRule(*rule, b.getContext()), std::forward<Args>(args)...);
  }

  /// Sums the axes along which `like` was broadcast to x's shape.
  mlir::Value sumTo(mlir::Value x, mlir::Value like);
  /// `reduced` (with or without kept dims) as a tensor with size 1 at `axes` of `like`.
  mlir::Value withKeptDims(mlir::Value reduced, mlir::Value like, llvm::ArrayRef<int64_t> axes);
  /// Cotangent of a max or min along axes: shared equally by the elements that equal the result.
  mlir::Value extremeGradient(mlir::Value input, mlir::Value result, llvm::ArrayRef<int64_t> axes,
                              mlir::Value dy);
  /// Cotangents of an elementwise max or min: to the side that wins by `predicate`, half each on a
  /// tie.
  void splitAt(llvm::StringRef predicate, mlir::Value x, mlir::Value y, mlir::Value dy,
               llvm::SmallVectorImpl<mlir::Value> &dx);

  /// The ops of a body with `arguments` in the place of its own; what it yields.
  llvm::SmallVector<mlir::Value> inlineBody(mlir::Region &body, mlir::ValueRange arguments);

  /// For ops with regions or several results.
  mlir::OpBuilder &getBuilder() { return b; }

  /// Records why `op` has no gradient and fails.
  llvm::LogicalResult refuse(mlir::Operation *op, llvm::StringRef why);
  /// The reason of the last refusal.
  llvm::StringRef getRefusal() const { return refusal; }

private:
  mlir::OpBuilder &b;
  mlir::Location loc;
  std::string refusal;
};

/// Canonical form of a sum over stacks of products, see Batching.cpp.
llvm::LogicalResult sumProductsAtOnce(SumOp op, mlir::PatternRewriter &rewriter);

} // namespace sinter::ir

#endif
