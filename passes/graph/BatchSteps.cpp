//===- BatchSteps.cpp - what no step needs of another is done for all steps at once -----------===//
//
// In front of a scan: sums of products and reductions of slices and captures, and what is done to
// them with slices and captures alone; the body then reads slices of the result. Behind it: those
// that only outputs need, from stacks of what they read; the gradient of a weight becomes one sum
// over all steps. Work on captures alone is done once. An op is taken along when it has a batching
// rule (BatchingInterface); everything else stays. Leaves behind: no body that reads its iteration
// (it reads a slice of an iota). Reading on: Steps.h, gradient/Control.cpp.
//
//===------------------------------------------------------------------------------------------===//
#include "passes/Passes.h"
#include "passes/graph/Steps.h"

#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::passes;

namespace sinter::passes {
#define GEN_PASS_DEF_BATCHSTEPS
#include "passes/Passes.h.inc"
} // namespace sinter::passes

static int64_t countElements(Value value) {
  return cast<RankedTensorType>(value.getType()).getNumElements();
}

namespace {
/// What a value of the body is outside: for all steps at once, or the same for every step.
struct Outside {
  Value value;
  bool stacked = false;
};

class StepBatcher {
public:
  explicit StepBatcher(ir::ScanOp op) : op(op) {}

  void hoist();
  void sink();
  void readIterationAsSlice();

private:
  enum class Needs { Captures, Slices, Steps };
  Needs needsOf(Value value);
  bool isHoisted(Operation &inside, const llvm::SetVector<Operation *> &chosen);
  Outside build(ir::GradBuilder &b, OpBuilder &builder, Value value);
  llvm::SetVector<Operation *> findTail();
  SmallVector<Value> findStacks(const llvm::SetVector<Operation *> &tail);

  Block &body() { return op.getBody().front(); }
  Operation *yield() { return body().getTerminator(); }

  ir::ScanOp op;
  llvm::DenseMap<Value, Needs> known;
  llvm::DenseMap<Value, Outside> made;
};
} // namespace

/// What must be known before `value` can be computed outside of the loop.
StepBatcher::Needs StepBatcher::needsOf(Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    unsigned number = argument.getArgNumber(), carried = op.getNumCarried();
    if (number > carried + op.getNumStacked())
      return Needs::Captures;
    bool carriedOn = number > 0 && number <= carried;
    return carriedOn || op.getStepwise() ? Needs::Steps : Needs::Slices;
  }
  if (auto it = known.find(value); it != known.end())
    return it->second;
  Operation *maker = value.getDefiningOp();
  Needs needs = Needs::Captures;
  for (Value operand : maker->getOperands())
    needs = std::max(needs, needsOf(operand));
  // What a derivative in the body goes by stays there, so that it still leads to what it is of.
  if ((needs == Needs::Slices && !isa<ir::BatchingInterface>(maker)) ||
      isa<ir::IndependentOp>(maker))
    needs = Needs::Steps;
  return known[value] = needs;
}

/// The value outside; `made` knows what comes from the steps themselves.
Outside StepBatcher::build(ir::GradBuilder &b, OpBuilder &builder, Value value) {
  if (auto it = made.find(value); it != made.end())
    return it->second;
  Outside result;
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    unsigned number = argument.getArgNumber();
    if (number == 0)
      result = {
          ir::IotaOp::create(builder, op.getLoc(), stackOf(value.getType(), op.getLength()), 0),
          true};
    else
      result = {op.getInputs()[number - 1], number <= op.getNumCarried() + op.getNumStacked()};
    return made[value] = result;
  }
  Operation *maker = value.getDefiningOp();
  SmallVector<Value> operands;
  SmallVector<bool> stacked;
  for (Value operand : maker->getOperands()) {
    Outside outside = build(b, builder, operand);
    operands.push_back(outside.value);
    stacked.push_back(outside.stacked);
  }
  if (llvm::is_contained(stacked, true)) {
    ir::GradBuilder at(builder, maker->getLoc());
    return made[value] = {cast<ir::BatchingInterface>(maker).buildBatched(at, operands, stacked),
                          true};
  }
  IRMapping mapping;
  mapping.map(maker->getOperands(), operands);
  Operation *copy = builder.clone(*maker, mapping);
  for (auto [old, fresh] : llvm::zip_equal(maker->getResults(), copy->getResults()))
    made[old] = {fresh, false};
  return made[value];
}

/// Sums and reductions of slices, and what follows from them without taking more memory; work on
/// captures, but what makes a large value of small ones.
bool StepBatcher::isHoisted(Operation &inside, const llvm::SetVector<Operation *> &chosen) {
  if (inside.getNumResults() == 0 || inside.getNumOperands() == 0)
    return false;
  Needs needs = needsOf(inside.getResult(0));
  if (needs == Needs::Steps)
    return false;
  int64_t most = 0;
  bool follows = false;
  for (Value operand : inside.getOperands()) {
    most = std::max(most, countElements(operand));
    follows |= chosen.contains(operand.getDefiningOp());
  }
  bool grows = countElements(inside.getResult(0)) > most;
  return isDear(&inside) || (!grows && (needs == Needs::Captures || follows));
}

void StepBatcher::hoist() {
  llvm::SetVector<Operation *> chosen;
  for (Operation &inside : body().without_terminator())
    if (isHoisted(inside, chosen))
      chosen.insert(&inside);
  OpBuilder builder(op);
  ir::GradBuilder b(builder, op.getLoc());
  for (Operation *inside : chosen)
    for (Value value : inside->getResults()) {
      auto isOutside = [&](OpOperand &use) { return !chosen.contains(use.getOwner()); };
      if (llvm::none_of(value.getUses(), isOutside))
        continue;
      Outside outside = build(b, builder, value);
      Value read = outside.stacked ? addStacked(op, outside.value)
                                   : addCapture(op, op.getBody(), outside.value);
      value.replaceUsesWithIf(read, isOutside);
    }
  eraseDead(body());
  known.clear();
  made.clear();
}

/// Sums and reductions, with a batching rule, that only outputs need, and all between them and the
/// outputs.
llvm::SetVector<Operation *> StepBatcher::findTail() {
  llvm::DenseSet<Operation *> tail;
  unsigned carried = op.getNumCarried();
  for (Operation &inside : llvm::drop_begin(llvm::reverse(body())))
    if (inside.getNumResults() == 1 && isa<ir::BatchingInterface>(inside) && !inside.use_empty() &&
        llvm::all_of(inside.getUses(), [&](OpOperand &use) {
          return use.getOwner() == yield() ? use.getOperandNumber() >= carried
                                           : tail.contains(use.getOwner());
        }))
      tail.insert(&inside);
  llvm::SetVector<Operation *> sunk;
  for (Operation &inside : body())
    if (tail.contains(&inside) &&
        (isDear(&inside) || llvm::any_of(inside.getOperands(), [&](Value operand) {
           return sunk.contains(operand.getDefiningOp());
         })))
      sunk.insert(&inside);
  return sunk;
}

/// Values that the loop must stack, beside what it stacks already, for `tail` to be done behind it.
SmallVector<Value> StepBatcher::findStacks(const llvm::SetVector<Operation *> &tail) {
  llvm::SetVector<Value> stacks;
  for (Operation *inside : tail)
    for (Value operand : inside->getOperands()) {
      if (tail.contains(operand.getDefiningOp()) || needsOf(operand) != Needs::Steps)
        continue;
      auto argument = dyn_cast<BlockArgument>(operand);
      stacks.insert(argument ? yield()->getOperand(argument.getArgNumber() - 1) : operand);
    }
  return llvm::filter_to_vector(
      stacks, [&](Value value) { return findOutput(op, value) == op->getNumResults(); });
}

void StepBatcher::sink() {
  llvm::SetVector<Operation *> tail = findTail();
  if (tail.empty())
    return;
  OpBuilder builder(op->getContext());
  ir::ScanOp old = op;
  op = addOutputs(builder, op, findStacks(tail));
  old.erase();
  builder.setInsertionPointAfter(op);
  ir::GradBuilder b(builder, op.getLoc());
  for (Operation *inside : tail)
    for (Value operand : inside->getOperands()) {
      if (tail.contains(operand.getDefiningOp()) || needsOf(operand) != Needs::Steps ||
          made.contains(operand))
        continue;
      auto argument = dyn_cast<BlockArgument>(operand);
      unsigned carried = argument ? argument.getArgNumber() - 1 : 0;
      Value stack = op.getResult(findOutput(op, argument ? yield()->getOperand(carried) : operand));
      made[operand] = {argument ? stackBefore(b, op, carried, stack) : stack, true};
    }
  for (unsigned i = op.getNumCarried(); i < op->getNumResults(); ++i)
    if (Operation *maker = yield()->getOperand(i).getDefiningOp(); tail.contains(maker)) {
      Outside outside = build(b, builder, maker->getResult(0));
      Type type = op.getResult(i).getType();
      op.getResult(i).replaceAllUsesWith(
          outside.stacked ? outside.value
                          : b.broadcastTo(outside.value, cast<RankedTensorType>(type).getShape()));
    }
  known.clear();
  made.clear();
}

void StepBatcher::readIterationAsSlice() {
  if (op.getIteration().use_empty())
    return;
  OpBuilder builder(op);
  ir::GradBuilder b(builder, op.getLoc());
  Value iota = build(b, builder, op.getIteration()).value;
  op.getIteration().replaceAllUsesWith(addStacked(op, iota));
}

struct BatchSteps : sinter::passes::impl::BatchStepsBase<BatchSteps> {
  void runOnOperation() override {
    SmallVector<ir::ScanOp> scans; // inner ones first: what leaves them may leave the next
    getOperation()->walk<WalkOrder::PostOrder>([&](ir::ScanOp op) { scans.push_back(op); });
    for (ir::ScanOp op : scans) {
      StepBatcher batcher(op);
      batcher.hoist();
      if (!op.getStepwise())
        batcher.sink();
      batcher.readIterationAsSlice();
    }
  }
};
