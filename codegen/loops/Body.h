//===- Body.h - the code inside a kernel, as scalars or as vectors ----------------------------===//
//
// Clones scalar ops of an epilogue or a map body at one point, or at `lanes` neighbouring points of
// one dim at once. Both forms run the same operations in the same order, so they give the same
// bits. Math functions are our own expansions (Math.cpp). Reading on: NaiveMap.cpp.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_CODEGEN_LOOPS_BODY_H
#define SINTER_CODEGEN_LOOPS_BODY_H

#include "codegen/loops/Emit.h"

namespace sinter::codegen {

/// One evaluation of (part of) a kernel body.
class BodyEmitter {
public:
  /// `lanes` 0: scalars; else vectors of that many points, consecutive along `lanesDim`.
  BodyEmitter(EmitContext &kernel, llvm::ArrayRef<mlir::Value> point, int64_t lanes = 0,
              int64_t lanesDim = -1)
      : k(kernel), point(point), lanes(lanes), lanesDim(lanesDim) {}

  /// Gives a body value; scalars are broadcast when a vector is wanted.
  void set(mlir::Value bodyValue, mlir::Value emitted) { values[bodyValue] = emitted; }
  /// Where missing block arguments come from (loads).
  std::function<mlir::Value(mlir::BlockArgument)> argument;
  /// For a flattened domain: the dims' indices at a point, when `point` is not one of the domain
  /// (kernel.index).
  std::function<mlir::Value(int64_t dim)> indexOf;

  /// The emitted form of a body value, computing what it needs; always vectors when `lanes` > 0.
  mlir::Value get(mlir::Value bodyValue);
  /// Type of a body value in this evaluation.
  mlir::Type typeOf(mlir::Type scalar) const;

private:
  mlir::Value emit(mlir::Operation *op);
  mlir::Value emitIndex(kernel::IndexOp op);

  EmitContext &k;
  llvm::SmallVector<mlir::Value> point;
  int64_t lanes, lanesDim;
  llvm::DenseMap<mlir::Value, mlir::Value> values;
};

/// Our own form of a math op on scalars or vectors; null when the op is left as it is (Math.cpp).
mlir::Value expandMath(EmitContext &kernel, mlir::Operation *op, mlir::ValueRange operands);

/// A function of the math dialect at a scalar or vector, by our own code where there is some.
template <class Op> mlir::Value emitMath(EmitContext &kernel, mlir::Value operand) {
  Op op = Op::create(kernel.b, kernel.loc, operand);
  mlir::Value own = expandMath(kernel, op, operand);
  if (!own)
    return op;
  op->erase();
  return own;
}

/// Philox4x32-10, word 0, as a uniform number of `type` (scalar or vector; operands i64 of the same
/// form) (Philox.cpp).
mlir::Value emitPhilox(EmitContext &kernel, mlir::Value seed, mlir::Value step, mlir::Value element,
                       int64_t stream, mlir::Type type);

} // namespace sinter::codegen

#endif
