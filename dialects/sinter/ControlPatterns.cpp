//===- ControlPatterns.cpp - canonical forms of loops and choices -----------------------------===//
//
// Leaves behind: no operand that no body reads or that is there twice, no carried value that
// nothing depends on or that never changes, no output that nobody reads or that is known outside.
// Gradients rely on it: they save, carry and stack first and ask later. Reading on: Control.cpp.
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/sinter/GradBuilder.h"

#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace sinter::ir;

//===--- Operands -----------------------------------------------------------------------------===//

static SmallVector<BlockArgument> getBodyArguments(ControlOpInterface op, unsigned operand) {
  SmallVector<BlockArgument> arguments;
  for (Region &body : op->getRegions())
    arguments.push_back(op.getBodyArgument(body, operand));
  return arguments;
}

static void eraseOperand(ControlOpInterface op, unsigned operand) {
  for (BlockArgument argument : getBodyArguments(op, operand))
    argument.getOwner()->eraseArgument(argument.getArgNumber());
  op->eraseOperand(operand);
}

/// Bodies that read it read `constant` of their own instead.
static void makeInside(BlockArgument argument, Operation *constant) {
  if (argument.use_empty())
    return;
  OpBuilder builder = OpBuilder::atBlockBegin(argument.getOwner());
  argument.replaceAllUsesWith(builder.clone(*constant)->getResult(0));
}

namespace {
/// Captures that no body reads, that are captured twice, or that are one known number.
struct DropCaptures : OpInterfaceRewritePattern<ControlOpInterface> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;

  LogicalResult matchAndRewrite(ControlOpInterface op, PatternRewriter &rewriter) const override {
    unsigned first = op.getFirstCapture();
    bool changed = false;
    for (unsigned i = op->getNumOperands(); i-- > first;) {
      SmallVector<BlockArgument> arguments = getBodyArguments(op, i);
      Value captured = op->getOperand(i);
      SplatElementsAttr splat;
      bool isNumber = matchPattern(captured, m_Constant(&splat));
      unsigned twin = first;
      while (op->getOperand(twin) != captured)
        ++twin;
      if (twin == i && !isNumber &&
          llvm::any_of(arguments, [](BlockArgument a) { return !a.use_empty(); }))
        continue;
      rewriter.modifyOpInPlace(op, [&] {
        for (BlockArgument argument : arguments) {
          if (isNumber)
            makeInside(argument, captured.getDefiningOp());
          else if (twin != i)
            argument.replaceAllUsesWith(
                op.getBodyArgument(*argument.getOwner()->getParent(), twin));
        }
        eraseOperand(op, i);
      });
      changed = true;
    }
    return success(changed);
  }
};
} // namespace

//===--- Results of scan ----------------------------------------------------------------------===//

/// Replaces results that are known without the loop: what is carried and never changes, a slice
/// that is stacked again, an output that is there twice. True when something changed.
static bool forwardResults(ScanOp op, PatternRewriter &rewriter) {
  Operation *yield = op.getBody().front().getTerminator();
  unsigned carried = op.getNumCarried(), stacked = op.getNumStacked();
  bool changed = false;
  auto forward = [&](unsigned i, Value value) {
    if (op.getResult(i).use_empty() || op.getResult(i).getType() != value.getType())
      return;
    rewriter.replaceAllUsesWith(op.getResult(i), value);
    changed = true;
  };
  for (unsigned i = 0; i < carried; ++i) {
    BlockArgument argument = op.getBodyArgument(op.getBody(), i);
    Value init = op.getInputs()[i];
    if (yield->getOperand(i) != argument || argument.getType() != init.getType())
      continue;
    forward(i, init);
    if (argument.hasOneUse()) // the yield
      continue;
    rewriter.modifyOpInPlace(op, [&] {
      op->insertOperands(op->getNumOperands(), init);
      argument.replaceUsesWithIf(op.getBody().addArgument(init.getType(), argument.getLoc()),
                                 [&](OpOperand &use) { return use.getOwner() != yield; });
    });
    changed = true;
  }
  for (unsigned i = carried; i < yield->getNumOperands(); ++i) {
    Value value = yield->getOperand(i);
    auto argument = dyn_cast<BlockArgument>(value);
    unsigned number = argument ? argument.getArgNumber() : 0;
    if (number > carried && number <= carried + stacked)
      forward(i, op.getInputs()[number - 1]);
    for (unsigned j = carried; j < i; ++j)
      if (yield->getOperand(j) == value)
        forward(i, op.getResult(j));
  }
  return changed;
}

/// Yields that somebody needs: of results that are read, and of carried values that those need.
static llvm::BitVector findLive(ScanOp op) {
  Operation *yield = op.getBody().front().getTerminator();
  llvm::BitVector live(yield->getNumOperands());
  SmallVector<Value> work;
  llvm::SmallDenseSet<Value> seen;
  auto keep = [&](unsigned i) {
    if (!live.test(i))
      work.push_back(yield->getOperand(i));
    live.set(i);
  };
  for (OpResult result : op->getResults())
    if (!result.use_empty())
      keep(result.getResultNumber());
  while (!work.empty()) {
    Value value = work.pop_back_val();
    if (!seen.insert(value).second)
      continue;
    if (Operation *maker = value.getDefiningOp())
      llvm::append_range(work, maker->getOperands());
    else if (unsigned number = cast<BlockArgument>(value).getArgNumber();
             number > 0 && number <= op.getNumCarried())
      keep(number - 1);
  }
  return live;
}

/// Through the rewriter: its worklist may hold what is erased.
static void eraseDead(Block &block, PatternRewriter &rewriter) {
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
    if (isOpTriviallyDead(&op))
      rewriter.eraseOp(&op);
}

namespace {
/// What nobody reads is neither carried, stacked nor read by slices.
struct PruneScan : OpRewritePattern<ScanOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ScanOp op, PatternRewriter &rewriter) const override {
    bool changed = forwardResults(op, rewriter);
    llvm::BitVector live = findLive(op);
    if (live.none()) {
      rewriter.eraseOp(op);
      return success();
    }
    if (!live.all()) {
      rebuild(op, live, rewriter);
      return success();
    }
    for (unsigned i = op.getNumCarried() + op.getNumStacked(); i-- > op.getNumCarried();)
      if (op.getBodyArgument(op.getBody(), i).use_empty()) {
        rewriter.modifyOpInPlace(op, [&] {
          eraseOperand(op, i);
          op.setNumStacked(op.getNumStacked() - 1);
        });
        changed = true;
      }
    return success(changed);
  }

  static void rebuild(ScanOp op, const llvm::BitVector &live, PatternRewriter &rewriter) {
    Block &body = op.getBody().front();
    Operation *yield = body.getTerminator();
    SmallVector<Value> inputs, yields;
    SmallVector<Type> types;
    uint64_t carried = 0;
    for (auto [i, input] : llvm::enumerate(op.getInputs()))
      if (i >= op.getNumCarried() || live.test(i))
        inputs.push_back(input);
    for (unsigned i : live.set_bits()) {
      yields.push_back(yield->getOperand(i));
      types.push_back(op.getResult(i).getType());
      carried += i < op.getNumCarried();
    }
    auto fresh = ScanOp::create(rewriter, op.getLoc(), types, carried, op.getNumStacked(),
                                op.getLength(), op.getReverse(), op.getStepwise(), inputs);
    fresh->setDiscardableAttrs(op->getDiscardableAttrDictionary());
    rewriter.modifyOpInPlace(yield, [&] { yield->setOperands(yields); });
    eraseDead(body, rewriter);
    for (unsigned i = op.getNumCarried(); i-- > 0;)
      if (!live.test(i))
        body.eraseArgument(i + 1);
    fresh.getBody().takeBody(op.getBody());
    for (auto [old, result] : llvm::zip(live.set_bits(), fresh.getResults()))
      rewriter.replaceAllUsesWith(op.getResult(old), result);
    rewriter.eraseOp(op);
  }
};

//===--- Results of cond ----------------------------------------------------------------------===//

/// A choice that is known is made; results that nobody reads are not.
struct PruneCond : OpRewritePattern<CondOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(CondOp op, PatternRewriter &rewriter) const override {
    SplatElementsAttr known;
    if (matchPattern(op.getPredicate(), m_Constant(&known))) {
      Region &chosen = known.getSplatValue<bool>() ? op.getThenBody() : op.getElseBody();
      Operation *yield = chosen.front().getTerminator();
      SmallVector<Value> yields(yield->getOperands());
      SmallVector<Value> inputs(op.getInputs());
      rewriter.eraseOp(yield);
      for (Value &value : yields) // a body may yield what it was given
        if (auto argument = dyn_cast<BlockArgument>(value))
          value = inputs[argument.getArgNumber()];
      rewriter.inlineBlockBefore(&chosen.front(), op, inputs);
      rewriter.replaceOp(op, yields);
      return success();
    }
    llvm::BitVector live(op->getNumResults());
    SmallVector<Type> types;
    for (OpResult result : op->getResults())
      if (!result.use_empty()) {
        live.set(result.getResultNumber());
        types.push_back(result.getType());
      }
    if (live.all())
      return failure();
    auto fresh = CondOp::create(rewriter, op.getLoc(), types, op.getPredicate(), op.getInputs());
    fresh->setDiscardableAttrs(op->getDiscardableAttrDictionary());
    for (auto [from, to] : llvm::zip(op->getRegions(), fresh->getRegions())) {
      Operation *yield = from.front().getTerminator();
      SmallVector<Value> yields;
      for (unsigned i : live.set_bits())
        yields.push_back(yield->getOperand(i));
      rewriter.modifyOpInPlace(yield, [&] { yield->setOperands(yields); });
      eraseDead(from.front(), rewriter);
      to.takeBody(from);
    }
    for (auto [old, result] : llvm::zip(live.set_bits(), fresh.getResults()))
      rewriter.replaceAllUsesWith(op.getResult(old), result);
    rewriter.eraseOp(op);
    return success();
  }
};

//===--- while --------------------------------------------------------------------------------===//

/// True while derivatives are still to be expanded, which must know how many steps a loop may take.
static bool hasDerivatives(Operation *op) {
  auto entry = op->getParentOfType<EntryOp>();
  auto find = [](DerivativeOpInterface) { return WalkResult::interrupt(); };
  return entry && entry->walk(find).wasInterrupted();
}

/// A bound is a number of steps that is carried and compared.
struct CountTrips : OpRewritePattern<WhileOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(WhileOp op, PatternRewriter &rewriter) const override {
    if (op.getMaxTrips() == 0 || hasDerivatives(op))
      return failure();
    Location loc = op.getLoc();
    auto count = RankedTensorType::get({}, rewriter.getI64Type());
    auto number = [&](int64_t value) {
      return ConstantOp::create(rewriter, loc, count, DenseElementsAttr::get(count, value));
    };
    unsigned at = op.getNumCarried();
    SmallVector<Type> types(op.getResultTypes());
    types.push_back(count);
    SmallVector<Value> inputs(op.getInputs());
    inputs.insert(inputs.begin() + at, number(0));
    auto fresh = WhileOp::create(rewriter, loc, types, at + 1, 0, inputs);
    fresh->setDiscardableAttrs(op->getDiscardableAttrDictionary());
    fresh.getCondition().takeBody(op.getCondition());
    fresh.getBody().takeBody(op.getBody());
    for (Region *region : {&fresh.getCondition(), &fresh.getBody()}) {
      Operation *yield = region->front().getTerminator();
      Value steps = region->insertArgument(at, count, loc);
      rewriter.setInsertionPoint(yield);
      GradBuilder b(rewriter, loc);
      if (region == &fresh.getBody()) {
        yield->insertOperands(at, b.add(steps, number(1)));
        continue;
      }
      Value fewer = b.compare("lt", steps, number(static_cast<int64_t>(op.getMaxTrips())));
      yield->setOperand(
          0, LogicalAndOp::create(rewriter, loc, fewer.getType(), yield->getOperand(0), fewer));
    }
    rewriter.replaceOp(op, fresh.getResults().drop_back());
    return success();
  }
};
} // namespace

void ScanOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<DropCaptures, PruneScan>(context);
}
void CondOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<PruneCond>(context);
}
void WhileOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<CountTrips>(context);
}
