//===- ForwardControl.cpp - tangents through loops and choices --------------------------------===//
//
// A loop carries, stacks and captures tangents beside values, a choice captures and yields them.
// Where the tangents are there in time, the new op does the work of the old one, too. Reading on:
// Forward.h, dialects/sinter/Control.td.
//
//===------------------------------------------------------------------------------------------===//
#include "passes/gradient/Forward.h"
#include "passes/gradient/Reverse.h"
#include "passes/graph/Steps.h"

#include "mlir/IR/IRMapping.h"

using namespace mlir;

namespace sinter::passes {

namespace {
/// A copy of a body with arguments for tangents.
struct MovingBody {
  Region region;
  SmallVector<Value> xs, tangents;

  explicit MovingBody(Region &from) {
    IRMapping mapping;
    from.cloneInto(&region, mapping);
  }
  Block &block() { return region.front(); }
  Operation *yield() { return block().getTerminator(); }
  /// An argument, at `place`, for the tangent of argument `x`.
  void addTangent(unsigned x, unsigned place) {
    Value argument = block().getArgument(x);
    xs.push_back(argument);
    tangents.push_back(block().insertArgument(place, argument.getType(), argument.getLoc()));
  }
  /// Tangents of what is yielded; null where nothing moves.
  FailureOr<SmallVector<Value>> run(Location loc) {
    SmallVector<Value> ys(yield()->getOperands());
    Forward forward({block(), yield(), ys, xs, tangents, loc});
    if (failed(forward.run()))
      return failure();
    return llvm::map_to_vector(yield()->getOperands(),
                               [&](Value y) { return forward.getTangent(y); });
  }
  /// The tangent of yielded value `i`, which must be one.
  Value orZero(Value tangent, unsigned i) {
    OpBuilder builder(yield());
    Value y = yield()->getOperand(i);
    return tangent ? tangent : ir::GradBuilder(builder, y.getLoc()).constantLike(y, 0);
  }
};
} // namespace

/// Zeros as tangents of those carried operands that have none yet and get one on some way through
/// the loop. `tangents` are those of all operands (null: none), arguments of the body from `first`
/// on.
static void closeOverSteps(ir::GradBuilder &b, ValueRange carried, Block &body, unsigned first,
                           SmallVectorImpl<Value> &tangents) {
  Operation *yield = body.getTerminator();
  for (bool changed = true; changed;) {
    changed = false;
    SmallVector<Value> from;
    for (auto [i, tangent] : llvm::enumerate(tangents))
      if (tangent)
        from.push_back(body.getArgument(first + i));
    llvm::DenseSet<Value> moving = getMoving(body, yield, from);
    for (auto [i, init] : llvm::enumerate(carried))
      if (!tangents[i] && moving.contains(yield->getOperand(i))) {
        tangents[i] = b.constantLike(init, 0);
        changed = true;
      }
  }
}

/// Tangents of an op's operands go behind the group that each belongs to (groups end at `ends`),
/// and arguments for them into its bodies, where the first operand is argument `first`. How many
/// each group gets.
static SmallVector<unsigned> addTangents(ArrayRef<Value> tangents, ArrayRef<unsigned> ends,
                                         unsigned first, MutableArrayRef<MovingBody> bodies,
                                         SmallVectorImpl<Value> &inputs) {
  SmallVector<unsigned> counts(ends.size());
  // From the last group on, so that places of earlier ones stay.
  for (unsigned group = ends.size(); group-- > 0;)
    for (unsigned i = group == 0 ? 0 : ends[group - 1]; i < ends[group]; ++i) {
      if (!tangents[i])
        continue;
      unsigned at = ends[group] + counts[group]++;
      inputs.insert(inputs.begin() + at, tangents[i]);
      for (MovingBody &body : bodies)
        body.addTangent(first + i, first + at);
    }
  return counts;
}

SmallVector<Value> Forward::getTangents(ValueRange values) const {
  return llvm::map_to_vector(values, [&](Value value) { return tangents.lookup(value); });
}

/// `old`'s results are `fresh`'s at `places`, whose tangents are its results at `tangentPlaces`, if
/// it has so many. Where all tangents were there in time, `fresh` stands in for `old`.
void Forward::takeResults(Operation *old, Operation *fresh, ArrayRef<unsigned> places,
                          ArrayRef<unsigned> tangentPlaces) {
  bool inTime = !isLate(old);
  for (auto [i, result] : llvm::enumerate(old->getResults())) {
    Value value = fresh->getResult(places[i]);
    if (tangentPlaces[i] < fresh->getNumResults())
      tangents[result] = tangents[value] = fresh->getResult(tangentPlaces[i]);
    if (inTime)
      result.replaceAllUsesWith(value);
  }
  if (inTime)
    replaced.push_back(old);
}

LogicalResult Forward::differentiate(ir::ScanOp op, OpBuilder &builder) {
  unsigned carried = op.getNumCarried(), stacked = op.getNumStacked(), all = op.getInputs().size();
  MovingBody body(op.getBody());
  ir::GradBuilder b(builder, op.getLoc());
  SmallVector<Value> inputs(op.getInputs()), moving = getTangents(op.getInputs());
  closeOverSteps(b, op.getInputs().take_front(carried), body.block(), 1, moving);
  auto counts = addTangents(moving, {carried, carried + stacked, all}, 1, body, inputs);
  auto ys = body.run(op.getLoc());
  if (failed(ys))
    return failure();
  Operation *yield = body.yield();
  SmallVector<Value> yields(yield->getOperands().take_front(carried)),
      outputs(yield->getOperands().drop_front(carried));
  SmallVector<unsigned> places, tangentPlaces(ys->size(), ~0u);
  for (unsigned i = 0; i < carried; ++i)
    if (moving[i]) {
      tangentPlaces[i] = yields.size();
      yields.push_back(body.orZero((*ys)[i], i));
    }
  unsigned first = yields.size();
  for (unsigned i = carried; i < ys->size(); ++i)
    if ((*ys)[i]) {
      tangentPlaces[i] = first + outputs.size();
      outputs.push_back((*ys)[i]);
    }
  for (unsigned i = 0; i < ys->size(); ++i)
    places.push_back(i < carried ? i : first + i - carried);
  llvm::append_range(yields, outputs);
  yield->setOperands(yields);
  SmallVector<Type> types;
  for (auto [i, value] : llvm::enumerate(yields))
    types.push_back(i < first ? value.getType() : stackOf(value.getType(), op.getLength()));
  auto fresh =
      ir::ScanOp::create(builder, op.getLoc(), types, carried + counts[0], stacked + counts[1],
                         op.getLength(), op.getReverse(), op.getStepwise(), inputs);
  fresh->setDiscardableAttrs(op->getDiscardableAttrDictionary());
  fresh.getBody().takeBody(body.region);
  takeResults(op, fresh, places, tangentPlaces);
  return success();
}

LogicalResult Forward::differentiate(ir::CondOp op, OpBuilder &builder) {
  MovingBody bodies[] = {MovingBody(op.getThenBody()), MovingBody(op.getElseBody())};
  SmallVector<Value> inputs(op.getInputs()), moving = getTangents(op.getInputs());
  addTangents(moving, {static_cast<unsigned>(moving.size())}, 0, bodies, inputs);
  auto then = bodies[0].run(op.getLoc());
  if (failed(then))
    return failure();
  auto otherwise = bodies[1].run(op.getLoc());
  if (failed(otherwise))
    return failure();
  SmallVector<Type> types(op.getResultTypes());
  SmallVector<unsigned> places, tangentPlaces(op->getNumResults(), ~0u);
  for (unsigned i = 0; i < op->getNumResults(); ++i) {
    places.push_back(i);
    Value tangent[] = {(*then)[i], (*otherwise)[i]};
    if (!tangent[0] && !tangent[1])
      continue;
    tangentPlaces[i] = types.size();
    types.push_back(types[i]);
    for (int side : {0, 1}) {
      Operation *yield = bodies[side].yield();
      yield->insertOperands(yield->getNumOperands(), bodies[side].orZero(tangent[side], i));
    }
  }
  auto fresh = ir::CondOp::create(builder, op.getLoc(), types, op.getPredicate(), inputs);
  fresh.getThenBody().takeBody(bodies[0].region);
  fresh.getElseBody().takeBody(bodies[1].region);
  takeResults(op, fresh, places, tangentPlaces);
  return success();
}

LogicalResult Forward::differentiate(ir::WhileOp op, OpBuilder &builder) {
  unsigned carried = op.getNumCarried(), all = op.getInputs().size();
  // The condition gets arguments for tangents, too, and reads none.
  MovingBody bodies[] = {MovingBody(op.getBody()), MovingBody(op.getCondition())};
  MovingBody &body = bodies[0];
  ir::GradBuilder b(builder, op.getLoc());
  SmallVector<Value> inputs(op.getInputs()), moving = getTangents(op.getInputs());
  closeOverSteps(b, op.getInputs().take_front(carried), body.block(), 0, moving);
  auto counts = addTangents(moving, {carried, all}, 0, bodies, inputs);
  auto ys = body.run(op.getLoc());
  if (failed(ys))
    return failure();
  SmallVector<unsigned> places, tangentPlaces(carried, ~0u);
  SmallVector<Value> yields(body.yield()->getOperands());
  SmallVector<Type> types(op.getResultTypes());
  for (unsigned i = 0; i < carried; ++i) {
    places.push_back(i);
    if (!moving[i])
      continue;
    tangentPlaces[i] = yields.size();
    yields.push_back(body.orZero((*ys)[i], i));
    types.push_back(types[i]);
  }
  body.yield()->setOperands(yields);
  auto fresh = ir::WhileOp::create(builder, op.getLoc(), types, carried + counts[0],
                                   op.getMaxTrips(), inputs);
  fresh.getCondition().takeBody(bodies[1].region);
  fresh.getBody().takeBody(body.region);
  takeResults(op, fresh, places, tangentPlaces);
  return success();
}

} // namespace sinter::passes
