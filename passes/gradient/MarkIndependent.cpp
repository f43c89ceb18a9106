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

static void mark(Value x) {
  OpBuilder builder(x.getContext());
  builder.setInsertionPointAfterValue(x);
  auto independent = ir::IndependentOp::create(builder, x.getLoc(), x.getType(), x);
  x.replaceAllUsesExcept(independent, independent);
}

struct MarkIndependent : sinter::passes::impl::MarkIndependentBase<MarkIndependent> {
  void runOnOperation() override {
    getOperation()->walk([](ir::DerivativeOpInterface op) {
      for (unsigned i = 0; i < op.getXs().size(); ++i)
        if (Value x = op.getXs()[i]; !isUnique(x))
          mark(x);
    });
  }
};
