//===- Control.cpp - gradients of loops and choices -------------------------------------------===//
//
// A scan's gradient is a scan the other way: it carries the cotangents of what was carried, reads
// slices of what the forward loop saved and of the outputs' cotangents, and stacks the cotangents
// of slices. What is dear to do again (sums of products, reductions, loops) is saved, elementwise
// work is done again. Captures' cotangents that are sums anyway are stacked and added up behind the
// loop, where batch-steps makes them one sum; others are carried. A choice's gradient is a choice;
// a while loop with a bound is first a scan of choices.
// Reading on: Reverse.h, graph/Steps.h.
//
//===------------------------------------------------------------------------------------------===//
#include "passes/Regions.h"
#include "passes/gradient/Reverse.h"
#include "passes/graph/Steps.h"

#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;

namespace sinter::passes {

/// Ops that are rather done again than saved for.
static constexpr size_t kMostRemade = 16;
static constexpr size_t kMostNotes = 8;

namespace {
/// The backward loop of one scan. Bodies are written in regions of their own: `primal` becomes the
/// body of the forward loop that saves, `backward` that of the other.
class ScanGradient {
public:
  ScanGradient(ir::ScanOp op, OpBuilder &builder, ValueRange dy)
      : op(op), builder(builder), dy(dy), b(builder, op.getLoc()), loc(op.getLoc()) {}

  LogicalResult run(const Reverse &outer, SmallVectorImpl<Value> &dx);

private:
  struct Carried {
    Value init, argument, next;
  };
  LogicalResult reverseBody(const Reverse &outer);
  void addCapture(unsigned operand, ArrayRef<Value> terms);
  void chooseSaved();
  llvm::SetVector<Operation *> findRemade(Value value);
  void rebuildForward();
  void buildBackward(SmallVectorImpl<Value> &dx);
  void readPrimal(IRMapping &mapping, SmallVectorImpl<Value> &stacks);
  void note();

  Block &primalBlock() { return primal.front(); }
  Block &gradientBlock() { return backward.front(); }
  /// At the end of the step; blocks outside of any op do not know their context.
  OpBuilder atEnd() {
    OpBuilder inside(op.getContext());
    inside.setInsertionPointToEnd(&gradientBlock());
    return inside;
  }
  bool isPrimal(Value value) const { return value.getParentRegion() == &primal; }
  BlockArgument argumentOf(unsigned operand) { return primal.getArgument(operand + 1); }
  Value zeroLike(Value value) { return b.constantLike(value, 0); }

  ir::ScanOp op;
  OpBuilder &builder;
  ValueRange dy;
  ir::GradBuilder b; ///< beside the loops
  Location loc;
  Region primal, backward;
  SmallVector<Carried> carried;
  SmallVector<std::pair<Value, Value>> cotangents; ///< outputs' cotangents: stack, slice
  SmallVector<std::pair<unsigned, Value>> slices;  ///< cotangent of each stacked operand's slice
  SmallVector<std::pair<unsigned, Value>> sums;    ///< terms of captures, to be added up later
  SmallVector<std::pair<unsigned, unsigned>> accumulated; ///< captures, and what carries the sum
  llvm::SetVector<Value> saved;                           ///< values of `primal` with a stack
  llvm::SetVector<Operation *> remade;                    ///< ops of `primal` that are done again
};
} // namespace

LogicalResult ScanGradient::run(const Reverse &outer, SmallVectorImpl<Value> &dx) {
  IRMapping mapping;
  op.getBody().cloneInto(&primal, mapping);
  backward.emplaceBlock();
  if (failed(reverseBody(outer)))
    return failure();
  chooseSaved();
  rebuildForward();
  buildBackward(dx);
  return success();
}

/// Writes the cotangents of one step into `backward`, which reads values of `primal`.
LogicalResult ScanGradient::reverseBody(const Reverse &outer) {
  Operation *yield = primalBlock().getTerminator();
  ReverseProblem problem{primalBlock(), yield, {}, {}, {}, loc};
  unsigned carriedCount = op.getNumCarried(), firstCapture = carriedCount + op.getNumStacked();
  SmallVector<unsigned> captures;
  for (auto [i, y] : llvm::enumerate(yield->getOperands())) {
    bool isCarried = i < carriedCount;
    if (!isDifferentiable(y) || (!isCarried && !dy[i]))
      continue;
    Value argument = gradientBlock().addArgument(y.getType(), loc);
    if (isCarried)
      carried.push_back({dy[i] ? dy[i] : zeroLike(y), argument, {}});
    else
      cotangents.push_back({dy[i], argument});
    problem.ys.push_back(y);
    problem.cotangents.push_back(argument);
  }
  for (auto [i, input] : llvm::enumerate(op.getInputs()))
    if (i < carriedCount ? isDifferentiable(input) : outer.isWanted(input)) {
      problem.xs.push_back(argumentOf(i));
      if (i >= firstCapture)
        captures.push_back(i);
    }
  OpBuilder inside = atEnd();
  ir::GradBuilder step(inside, loc);
  {
    Reverse reverse(std::move(problem), inside);
    for (unsigned i : captures)
      reverse.keepApart(argumentOf(i));
    if (failed(reverse.run()))
      return failure();
    auto *next = carried.begin();
    for (unsigned i = 0; i < firstCapture; ++i) {
      Value cotangent = reverse.getCotangent(argumentOf(i));
      if (i < carriedCount && isDifferentiable(argumentOf(i)))
        (next++)->next = cotangent ? cotangent : step.constantLike(argumentOf(i), 0);
      else if (cotangent)
        slices.push_back({i, cotangent});
    }
    for (unsigned i : captures)
      addCapture(i, reverse.getTerms(argumentOf(i)));
  }
  inside.setInsertionPointToEnd(&gradientBlock());
  SmallVector<Value> yields;
  for (const Carried &pair : carried)
    yields.push_back(pair.next);
  for (auto &list : {slices, sums})
    for (auto [operand, value] : list)
      yields.push_back(value);
  ir::YieldOp::create(inside, loc, yields);
  eraseDead(gradientBlock());
  return success();
}

/// Sums are stacked; what is left is added up step by step.
void ScanGradient::addCapture(unsigned operand, ArrayRef<Value> terms) {
  OpBuilder inside = atEnd();
  ir::GradBuilder step(inside, loc);
  Value rest;
  for (Value term : terms) {
    if (!isPrimal(term) && isSumToBatch(term))
      sums.push_back({operand, term});
    else
      rest = rest ? step.add(rest, term) : term;
  }
  if (!rest)
    return;
  Value argument = gradientBlock().addArgument(rest.getType(), loc);
  accumulated.push_back({operand, carried.size()});
  carried.push_back({zeroLike(rest), argument, step.add(argument, rest)});
}

/// Ops of `primal` that make `value` from what the backward loop reads anyway.
llvm::SetVector<Operation *> ScanGradient::findRemade(Value value) {
  llvm::SetVector<Operation *> ops;
  SmallVector<Value> work{value};
  while (!work.empty()) {
    Value at = work.pop_back_val();
    Operation *maker = at.getDefiningOp();
    if (maker && !saved.contains(at) && ops.insert(maker))
      llvm::append_range(work, maker->getOperands());
  }
  return ops;
}

void ScanGradient::chooseSaved() {
  Operation *yield = primalBlock().getTerminator();
  llvm::SetVector<Value> read;
  for (Operation &inside : gradientBlock())
    for (Value operand : inside.getOperands())
      if (isPrimal(operand))
        read.insert(operand);
  // What has a stack in any case: outputs, and what carried values become, when those are read.
  unsigned carriedCount = op.getNumCarried();
  for (auto [i, value] : llvm::enumerate(yield->getOperands()))
    if (read.contains(value) && value.getDefiningOp() &&
        (i >= carriedCount || read.contains(argumentOf(i))))
      saved.insert(value);
  for (Operation &inside : primalBlock())
    for (Value value : inside.getResults()) {
      if (!read.contains(value) || saved.contains(value))
        continue;
      llvm::SetVector<Operation *> ops = findRemade(value);
      if (ops.size() > kMostRemade || llvm::any_of(ops, isDear))
        saved.insert(value);
      else
        remade.insert(ops.begin(), ops.end());
    }
  // Carried values that are read, here or by what is done again, need what the steps leave of them.
  for (Operation *again : remade)
    read.insert(again->operand_begin(), again->operand_end());
  for (unsigned i = 0; i < carriedCount; ++i)
    if (read.contains(argumentOf(i)))
      saved.insert(yield->getOperand(i));
}

/// The loop in the place of the old one, with stacks of all that is saved.
void ScanGradient::rebuildForward() {
  SmallVector<Value> missing;
  OperandRange outputs =
      primalBlock().getTerminator()->getOperands().drop_front(op.getNumCarried());
  for (Value value : saved)
    if (!llvm::is_contained(outputs, value))
      missing.push_back(value);
  Operation *old = op;
  old->getRegion(0).takeBody(primal);
  op = addOutputs(builder, op, missing);
  note();
}

void ScanGradient::note() {
  SmallVector<Attribute> notes;
  if (auto there = op->getAttrOfType<ArrayAttr>("notes"))
    llvm::append_range(notes, there);
  auto add = [&](const Twine &text) {
    if (notes.size() < kMostNotes)
      notes.push_back(builder.getStringAttr(text));
  };
  for (Value value : saved)
    add("saved for the backward loop: " + getSourceName(value) + " " +
        rules::toString(ir::toRule(value.getType())));
  std::string names;
  for (Operation *again : remade)
    if (!again->hasTrait<OpTrait::ConstantLike>())
      names += (names.empty() ? "" : ", ") + again->getName().stripDialect().str();
  if (!names.empty())
    add("done again in the backward loop: " + names);
  if (!notes.empty())
    op->setAttr("notes", builder.getArrayAttr(notes));
}

/// What `backward` reads of the forward loop becomes its own: slices of stacks (listed in `stacks`,
/// in the order of the arguments that are added), captures, or work done again in front.
void ScanGradient::readPrimal(IRMapping &mapping, SmallVectorImpl<Value> &stacks) {
  Block &body = gradientBlock();
  Block &forward = op.getBody().front();
  unsigned carriedCount = op.getNumCarried(), stackedCount = op.getNumStacked();
  auto readSlice = [&](Value value, Value stack) {
    mapping.map(value, body.addArgument(value.getType(), loc));
    stacks.push_back(stack);
  };
  llvm::SetVector<Value> read;
  auto collect = [&](Operation &reader) {
    for (Value operand : reader.getOperands())
      if (operand.getParentBlock() == &forward)
        read.insert(operand);
  };
  for (Operation &inside : body)
    collect(inside);
  for (Operation *again : remade)
    collect(*again);
  for (Value value : read) {
    unsigned result = findOutput(op, value);
    auto argument = dyn_cast<BlockArgument>(value);
    unsigned number = argument ? argument.getArgNumber() : 0;
    if (saved.contains(value) && result < op->getNumResults())
      readSlice(value, op.getResult(result));
    else if (argument && number > 0 && number <= carriedCount)
      readSlice(value, stackBefore(b, op, number - 1,
                                   op.getResult(findOutput(
                                       op, forward.getTerminator()->getOperand(number - 1)))));
    else if (argument && number > 0 && number <= carriedCount + stackedCount)
      readSlice(value, op.getInputs()[number - 1]);
  }
}

void ScanGradient::buildBackward(SmallVectorImpl<Value> &dx) {
  Block &body = gradientBlock();
  Block &forward = op.getBody().front();
  unsigned firstCapture = op.getNumCarried() + op.getNumStacked();
  // Arguments in the order of a scan: iteration, carried, slices, captures.
  SmallVector<Value> inits, stacks;
  IRMapping mapping;
  SmallVector<std::pair<Value, Value>> renamed;
  unsigned written = body.getNumArguments(); // in the order of their making
  mapping.map(op.getIteration(), body.addArgument(op.getIteration().getType(), loc));
  for (const Carried &pair : carried) {
    inits.push_back(pair.init);
    renamed.push_back({pair.argument, body.addArgument(pair.argument.getType(), loc)});
  }
  for (auto [stack, slice] : cotangents) {
    stacks.push_back(stack);
    renamed.push_back({slice, body.addArgument(slice.getType(), loc)});
  }
  readPrimal(mapping, stacks);
  for (unsigned i = firstCapture; i < op.getInputs().size(); ++i)
    mapping.map(forward.getArgument(i + 1), body.addArgument(op.getInputs()[i].getType(), loc));
  for (auto [old, fresh] : renamed)
    old.replaceAllUsesWith(fresh);
  body.eraseArguments(0, written);
  // Work done again stands in front of its readers.
  OpBuilder inside(op.getContext());
  inside.setInsertionPointToStart(&body);
  for (Operation &again : forward)
    if (remade.contains(&again))
      inside.clone(again, mapping);
  for (Operation &reader : body)
    for (OpOperand &operand : reader.getOpOperands())
      operand.set(mapping.lookupOrDefault(operand.get()));
  SmallVector<Type> types;
  for (const Carried &pair : carried)
    types.push_back(pair.init.getType());
  for (auto &list : {slices, sums})
    for (auto [operand, value] : list)
      types.push_back(stackOf(value.getType(), op.getLength()));
  SmallVector<Value> inputs = inits;
  llvm::append_range(inputs, stacks);
  llvm::append_range(inputs, op.getCaptures());
  auto loop = ir::ScanOp::create(builder, loc, types, carried.size(), stacks.size(), op.getLength(),
                                 !op.getReverse(), op.getStepwise(), inputs);
  loop.getBody().takeBody(backward);
  unsigned result = 0;
  auto add = [&](unsigned operand, Value value) {
    dx[operand] = dx[operand] ? b.add(dx[operand], value) : value;
  };
  for (unsigned i = 0; i < op.getNumCarried(); ++i)
    if (isDifferentiable(op.getInputs()[i]))
      dx[i] = loop.getResult(result++);
  for (auto [operand, place] : accumulated)
    add(operand, loop.getResult(place));
  result = carried.size();
  for (auto [operand, value] : slices)
    dx[operand] = loop.getResult(result++);
  for (auto [operand, value] : sums)
    add(operand, b.sum(loop.getResult(result++), {0}, false));
}

/// One body of a choice, which yields the cotangents of `wanted` captures behind its own work.
static LogicalResult reverseChoice(ir::CondOp op, Region &from, Region &body, ValueRange dy,
                                   ArrayRef<unsigned> wanted) {
  Location loc = op.getLoc();
  IRMapping mapping;
  from.cloneInto(&body, mapping);
  Block &block = body.front();
  Operation *yield = block.getTerminator();
  ReverseProblem problem{block, yield, {}, {}, {}, loc};
  for (auto [y, cotangent] : llvm::zip_equal(yield->getOperands(), dy))
    if (cotangent && isDifferentiable(y)) {
      problem.ys.push_back(y);
      problem.cotangents.push_back(block.addArgument(y.getType(), loc));
    }
  for (unsigned i : wanted)
    problem.xs.push_back(block.getArgument(i));
  OpBuilder inside(yield);
  SmallVector<Value> yields;
  {
    Reverse reverse(std::move(problem), inside);
    if (failed(reverse.run()))
      return failure();
    for (unsigned i : wanted) {
      Value cotangent = reverse.getCotangent(block.getArgument(i));
      yields.push_back(cotangent
                           ? cotangent
                           : ir::GradBuilder(inside, loc).constantLike(block.getArgument(i), 0));
    }
  }
  yield->setOperands(yields);
  eraseDead(block);
  return success();
}

static LogicalResult differentiateCond(ir::CondOp op, OpBuilder &builder, ValueRange dy,
                                       const Reverse &outer, SmallVectorImpl<Value> &dx) {
  SmallVector<unsigned> wanted;
  SmallVector<Type> types;
  for (auto [i, input] : llvm::enumerate(op.getInputs()))
    if (outer.isWanted(input)) {
      wanted.push_back(i);
      types.push_back(input.getType());
    }
  SmallVector<Value> inputs(op.getInputs());
  llvm::copy_if(dy, std::back_inserter(inputs), [](Value v) { return v && isDifferentiable(v); });
  Region thenBody, elseBody;
  if (failed(reverseChoice(op, op.getThenBody(), thenBody, dy, wanted)) ||
      failed(reverseChoice(op, op.getElseBody(), elseBody, dy, wanted)))
    return failure();
  auto choice = ir::CondOp::create(builder, op.getLoc(), types, op.getPredicate(), inputs);
  choice.getThenBody().takeBody(thenBody);
  choice.getElseBody().takeBody(elseBody);
  for (auto [i, result] : llvm::zip_equal(wanted, choice.getResults()))
    dx[i + 1] = result;
  return success();
}

/// A while of at most so many steps as a scan of that many: each step is a choice, on the loop's
/// condition, between the body and what is carried as it is. Where the condition was false once it
/// stays so, because it sees the same again.
static ir::ScanOp boundSteps(ir::WhileOp op) {
  Location loc = op.getLoc();
  OpBuilder builder(op);
  unsigned carried = op.getNumCarried();
  auto scan = ir::ScanOp::create(builder, loc, op.getResultTypes(), carried, 0, op.getMaxTrips(),
                                 false, false, op.getInputs());
  scan->setAttr("notes", builder.getStrArrayAttr({"a while loop of at most so many steps"}));
  Block &body = *bodyOf(scan.getBody());
  body.addArgument(RankedTensorType::get({}, builder.getI64Type()), loc);
  for (Value input : op.getInputs())
    body.addArgument(input.getType(), loc);
  OpBuilder inside = OpBuilder::atBlockEnd(&body);
  ValueRange arguments = body.getArguments().drop_front();
  Value condition = ir::GradBuilder(inside, loc).inlineBody(op.getCondition(), arguments).front();
  auto choice = ir::CondOp::create(inside, loc, op.getResultTypes(), condition, arguments);
  choice.getThenBody().takeBody(op.getBody());
  Block &still = *bodyOf(choice.getElseBody());
  for (Value argument : arguments)
    still.addArgument(argument.getType(), loc);
  OpBuilder last = OpBuilder::atBlockEnd(&still);
  ir::YieldOp::create(last, loc, still.getArguments().take_front(carried));
  ir::YieldOp::create(inside, loc, choice.getResults());
  op->replaceAllUsesWith(scan.getResults());
  return scan;
}

bool canDifferentiateBodies(ir::ControlOpInterface op) {
  auto loop = dyn_cast<ir::WhileOp>(*op);
  return isa<ir::ScanOp, ir::CondOp>(*op) || (loop && loop.getMaxTrips() > 0);
}

LogicalResult differentiateControl(ir::ControlOpInterface op, OpBuilder &builder, ValueRange dy,
                                   const Reverse &reverse, SmallVectorImpl<Value> &dx,
                                   SmallVectorImpl<Operation *> &replaced) {
  if (auto choice = dyn_cast<ir::CondOp>(*op))
    return differentiateCond(choice, builder, dy, reverse, dx);
  auto loop = dyn_cast<ir::WhileOp>(*op);
  auto scan = loop ? boundSteps(loop) : cast<ir::ScanOp>(*op);
  if (loop)
    replaced.push_back(loop);
  if (failed(ScanGradient(scan, builder, dy).run(reverse, dx)))
    return failure();
  replaced.push_back(scan);
  return success();
}

} // namespace sinter::passes
