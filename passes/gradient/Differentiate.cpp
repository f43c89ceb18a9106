//===- Differentiate.cpp - expands derivatives ------------------------------------------------===//
//
// Gradients, forward mode and Jacobians are expanded in program order, so that later ones
// differentiate through the code of earlier ones (D9). Leaves behind: no op of Derivative.td, no
// sinter.gradient, no sinter.stop_gradient, no dead code. Reading on: Reverse.h, Forward.h (the
// sweeps), Jacobian.cpp, Control.cpp (loops and choices), dialects/sinter/GradBuilder.h.
//
//===------------------------------------------------------------------------------------------===//
#include "passes/Passes.h"
#include "passes/gradient/Forward.h"
#include "passes/gradient/Jacobian.h"
#include "passes/gradient/Reverse.h"
#include "passes/graph/Steps.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::passes;

namespace sinter::passes {
#define GEN_PASS_DEF_DIFFERENTIATE
#include "passes/Passes.h.inc"
} // namespace sinter::passes

static LogicalResult expand(ir::GradientOp op, SmallVectorImpl<Value> &results) {
  OpBuilder builder(op);
  SmallVector<Value> xs(op.getXs());
  Reverse reverse({*op->getBlock(), op, SmallVector<Value>(op.getYs()),
                   SmallVector<Value>(op.getCotangents()), xs, op.getLoc()},
                  builder);
  if (failed(reverse.run()))
    return failure();
  for (Value x : xs) {
    Value cotangent = reverse.getCotangent(x);
    if (!cotangent)
      warnIndependent(op, x);
    results.push_back(cotangent ? cotangent
                                : ir::GradBuilder(builder, op.getLoc()).constantLike(x, 0));
  }
  return success();
}

static LogicalResult expand(ir::JvpOp op, SmallVectorImpl<Value> &results) {
  OpBuilder builder(op);
  Forward forward({*op->getBlock(), op, SmallVector<Value>(op.getYs()),
                   SmallVector<Value>(op.getXs()), SmallVector<Value>(op.getTangents()),
                   op.getLoc()});
  if (failed(forward.run()))
    return failure();
  for (Value y : op.getYs()) { // those of loops that have tangents now
    Value tangent = forward.getTangent(y);
    results.push_back(tangent ? tangent : ir::GradBuilder(builder, op.getLoc()).constantLike(y, 0));
  }
  return success();
}

static LogicalResult expand(Operation *op) {
  Operation *last = op->getPrevNode();
  while (isa_and_nonnull<ir::ControlOpInterface>(last)) // which may become another
    last = last->getPrevNode();
  SmallVector<Value> results;
  if (auto gradient = dyn_cast<ir::GradientOp>(op)) {
    if (failed(expand(gradient, results)))
      return failure();
  } else if (auto product = dyn_cast<ir::JvpOp>(op)) {
    if (failed(expand(product, results)))
      return failure();
  } else {
    FailureOr<Value> result = expandJacobian(cast<ir::JacobianOp>(op));
    if (failed(result))
      return failure();
    results.push_back(*result);
  }
  op->replaceAllUsesWith(results);
  // An op's gradient builds a cotangent for every operand, also for those that no x hides behind.
  eraseDead(last, op);
  op->erase();
  return success();
}

/// Marks have done their work, and functions with gradients of their own are what they compute:
/// from here on only values count.
static void dropMarks(Operation *op) {
  SmallVector<Value> results;
  if (isa<ir::StopGradientOp, ir::IndependentOp>(op)) {
    results.push_back(op->getOperand(0));
  } else if (auto custom = dyn_cast<ir::CustomGradientOp>(op)) {
    OpBuilder builder(op);
    ir::GradBuilder b(builder, op->getLoc());
    results = b.inlineBody(custom.getForward(), custom.getOperands());
  } else {
    return;
  }
  op->replaceAllUsesWith(results);
  op->erase();
}

struct Differentiate : sinter::passes::impl::DifferentiateBase<Differentiate> {
  void runOnOperation() override {
    SmallVector<Operation *> derivatives;
    getOperation()->walk([&](ir::DerivativeOpInterface op) { derivatives.push_back(op); });
    for (Operation *op : derivatives)
      if (failed(expand(op)))
        return signalPassFailure();
    getOperation()->walk(dropMarks);
  }
};
