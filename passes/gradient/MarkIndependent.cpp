//===- MarkIndependent.cpp - what is differentiated by stays apart ----------------------------===//
//
// See Passes.td. Runs before simplification; differentiate takes the marks away. Reading on:
// Differentiate.cpp.
//
//===------------------------------------------------------------------------------------------===//
#include "passes/Passes.h"
#include "passes/gradient/Reverse.h"

using namespace mlir;
using namespace sinter;

namespace sinter::passes {
#define GEN_PASS_DEF_MARKINDEPENDENT
#include "passes/Passes.h.inc"
} // namespace sinter::passes

/// Inputs and symbols are what they are once in an entry.
static bool isUnique(Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value))
    return isa<ir::EntryOp>(argument.getOwner()->getParentOp());
  return isa<ir::GetOp, ir::IndependentOp>(value.getDefiningOp());
}

/// What the op differentiates by.
static OperandRange getXs(Operation *op) {
  if (auto gradient = dyn_cast<ir::GradientOp>(op))
    return gradient.getXs();
  if (auto product = dyn_cast<ir::JvpOp>(op))
    return product.getXs();
  if (auto jacobian = dyn_cast<ir::JacobianOp>(op))
    return jacobian->getOperands().drop_front();
  return op->getOperands().take_front(0);
}

static void mark(Value x) {
  OpBuilder builder(x.getContext());
  builder.setInsertionPointAfterValue(x);
  auto independent = ir::IndependentOp::create(builder, x.getLoc(), x.getType(), x);
  x.replaceAllUsesExcept(independent, independent);
}

struct MarkIndependent : sinter::passes::impl::MarkIndependentBase<MarkIndependent> {
  void runOnOperation() override {
    getOperation()->walk([](Operation *op) {
      for (unsigned i = 0; i < getXs(op).size(); ++i)
        if (Value x = getXs(op)[i]; !isUnique(x))
          mark(x);
    });
  }
};
