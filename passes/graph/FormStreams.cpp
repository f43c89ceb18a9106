//===- FormStreams.cpp - products that are done block by block --------------------------------===//
//
// Asks each op that says it can be streamed (StreamableInterface) to be. This pass knows gradients:
// what a loss is differentiated by may not be an extra of a stream, whose gradient knows its
// products only, and a stream has no second gradient and no tangents. Leaves behind: ops with
// StreamOpInterface. Next: passes/gradient.
//
//===------------------------------------------------------------------------------------------===//
#include "passes/Passes.h"
#include "passes/Regions.h"

#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::passes;

namespace sinter::passes {
#define GEN_PASS_DEF_FORMSTREAMS
#include "passes/Passes.h.inc"
} // namespace sinter::passes

/// Values of the block that depend on `values`.
static llvm::DenseSet<Value> getDependent(Block &block, llvm::DenseSet<Value> values) {
  for (Operation &op : block)
    if (llvm::any_of(op.getOperands(), [&](Value v) { return values.contains(v); }))
      values.insert_range(op.getResults());
  return values;
}

namespace {
/// What an entry's gradients ask of its streams.
struct Gradients {
  SmallVector<ir::GradientOp> ops;
  llvm::DenseSet<Value> moving; ///< values that something is differentiated by
  bool nested = false;          ///< a gradient goes through another, or one is in forward mode

  explicit Gradients(ir::EntryOp entry) {
    entry.walk([&](ir::DerivativeOpInterface op) {
      if (auto gradient = dyn_cast<ir::GradientOp>(*op))
        ops.push_back(gradient);
      else
        nested = true;
    });
    llvm::DenseSet<Value> made;
    for (ir::GradientOp op : ops) {
      moving.insert(op.getXs().begin(), op.getXs().end());
      made.insert(op->result_begin(), op->result_end());
    }
    Block &block = entry.getBody().front();
    moving = getDependent(block, std::move(moving));
    made = getDependent(block, std::move(made));
    for (ir::GradientOp op : ops)
      nested |= llvm::any_of(op.getYs(), [&](Value y) { return made.contains(y); });
  }
};
} // namespace

/// True when a stream was formed. `isWorthIt` judges the rows and columns of what would be stored.
static bool formStreams(Block &block, llvm::function_ref<bool(Value)> isFixed,
                        llvm::function_ref<bool(int64_t, int64_t)> isWorthIt) {
  SmallVector<ir::StreamableInterface> ops(llvm::make_filter_range(
      block.getOps<ir::StreamableInterface>(), [&](ir::StreamableInterface op) {
        auto shape = cast<RankedTensorType>(op->getResult(0).getType()).getShape();
        return shape.size() >= 2 && isWorthIt(shape[shape.size() - 2], shape.back());
      }));
  bool formed = false;
  for (ir::StreamableInterface op : ops) {
    OpBuilder builder(op);
    std::string why;
    if (op.formStream(builder, isFixed, why))
      formed = true;
    else if (!why.empty())
      op->setAttr("notes", builder.getStrArrayAttr({"not streamed: " + why}));
  }
  return formed;
}

struct FormStreams : sinter::passes::impl::FormStreamsBase<FormStreams> {
  using FormStreamsBase::FormStreamsBase;
  void runOnOperation() override {
    for (auto entry : getOperation().getOps<ir::EntryOp>()) {
      Gradients gradients(entry);
      if (gradients.nested)
        continue;
      SmallVector<Block *> blocks = getBlocks(entry);
      if (!gradients.ops.empty())
        blocks.resize(1); // bodies that may be differentiated
      auto isFixed = [&](Value value) {
        return !isa<FloatType>(getElementTypeOrSelf(value.getType())) ||
               !gradients.moving.contains(value);
      };
      auto isWorthIt = [&](int64_t rows, int64_t columns) {
        return std::min(rows, columns) >= narrowest && rows * columns >= fewest;
      };
      for (Block *block : blocks)
        if (formStreams(*block, isFixed, isWorthIt))
          for (Operation &op : llvm::make_early_inc_range(llvm::reverse(*block)))
            if (isOpTriviallyDead(&op))
              op.erase();
    }
  }
};
