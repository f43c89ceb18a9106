//===- Simplify.cpp - canonical forms, common subexpressions, dead code -----------------------===//
//
// The ops' own folders and patterns do the work; this pass drives them over every entry and form,
// merges equal ops and drops unused ones. Module-level symbols are never touched. Leaves behind: no
// unused pure op and no two equal ones in an entry. Next: Fold.cpp, passes/gradient.
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/sinter/Sinter.h"
#include "passes/Passes.h"
#include "passes/Regions.h"

#include "mlir/IR/Dominance.h"
#include "mlir/Transforms/CSE.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::passes;

namespace sinter::passes {
#define GEN_PASS_DEF_SIMPLIFY
#include "passes/Passes.h.inc"
} // namespace sinter::passes

static constexpr int kMaxRounds = 10;

struct Simplify : sinter::passes::impl::SimplifyBase<Simplify> {
  FrozenRewritePatternSet patterns;

  LogicalResult initialize(MLIRContext *context) override {
    RewritePatternSet set(context);
    for (Dialect *dialect : context->getLoadedDialects())
      dialect->getCanonicalizationPatterns(set);
    for (RegisteredOperationName op : context->getRegisteredOperations())
      if (op.getDialectNamespace() == ir::SinterDialect::getDialectNamespace())
        op.getCanonicalizationPatterns(set, context);
    patterns = FrozenRewritePatternSet(std::move(set));
    return success();
  }

  void runOnOperation() override {
    GreedyRewriteConfig config;
    config.enableConstantCSE(true);
    for (Operation *body : getBodies(getOperation())) {
      // Merging can open new folds and the other way round; two rounds are usual.
      for (int round = 0; round < kMaxRounds; ++round) {
        bool changed = false, merged = false;
        if (failed(applyPatternsGreedily(body->getRegion(0), patterns, config, &changed)))
          body->emitWarning() << "internal: simplification did not settle";
        DominanceInfo dominance(body);
        IRRewriter rewriter(&getContext());
        eliminateCommonSubExpressions(rewriter, dominance, body, &merged);
        if (!changed && !merged)
          break;
      }
    }
  }
};
