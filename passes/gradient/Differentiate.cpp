//===- Differentiate.cpp - expands sinter.gradient --------------------------------------------===//
//
// sinter.gradient ops are expanded in program order, so that later ones differentiate through the
// code of earlier ones (D9). Leaves behind: no sinter.gradient, no sinter.stop_gradient, no dead
// gradient code. Reading on: Reverse.h (the sweep), Control.cpp (loops and choices),
// dialects/sinter/GradBuilder.h, dialects/sinter/OpBase.td.
//
//===------------------------------------------------------------------------------------------===//
#include "passes/Passes.h"
#include "passes/gradient/Reverse.h"

#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::passes;

namespace sinter::passes {
#define GEN_PASS_DEF_DIFFERENTIATE
#include "passes/Passes.h.inc"
} // namespace sinter::passes

static LogicalResult expand(ir::GradientOp op) {
  OpBuilder builder(op);
  Operation *last = op->getPrevNode();
  SmallVector<Value> xs(op.getXs());
  ReverseProblem problem{*op->getBlock(),
                         op,
                         SmallVector<Value>(op.getYs()),
                         SmallVector<Value>(op.getCotangents()),
                         xs,
                         op.getLoc()};
  Reverse reverse(std::move(problem), builder);
  if (failed(reverse.run()))
    return failure();
  for (auto [x, result] : llvm::zip_equal(xs, op.getResults())) {
    Value cotangent = reverse.getCotangent(x);
    if (!cotangent) {
      op.emitWarning() << "the loss does not depend on '" << getSourceName(x)
                       << "': its gradient is zero [E0011]";
      cotangent = ir::GradBuilder(builder, op.getLoc()).constantLike(x, 0);
    }
    result.replaceAllUsesWith(cotangent);
  }
  // An op's gradient builds a cotangent for every operand, also for those that no x hides behind.
  for (Operation *made = op->getPrevNode(); made != last;) {
    Operation *before = made->getPrevNode();
    if (isOpTriviallyDead(made))
      made->erase();
    made = before;
  }
  op.erase();
  return success();
}

struct Differentiate : sinter::passes::impl::DifferentiateBase<Differentiate> {
  void runOnOperation() override {
    SmallVector<ir::GradientOp> gradients;
    getOperation()->walk([&](ir::GradientOp op) { gradients.push_back(op); });
    for (ir::GradientOp op : gradients)
      if (failed(expand(op)))
        return signalPassFailure();
    // They have done their work; behind them only values count.
    getOperation()->walk([](ir::StopGradientOp op) {
      op.getResult().replaceAllUsesWith(op.getInput());
      op.erase();
    });
  }
};
