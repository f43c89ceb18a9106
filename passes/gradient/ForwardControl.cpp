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
  /// An argument, at `place`, for the tangent of `argument`.
  void addTangent(Value argument, unsigned place) {
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
  Value zeroLike(Value value) {
    OpBuilder builder(yield());
    return ir::GradBuilder(builder, value.getLoc()).constantLike(value, 0);
  }
};
} // namespace

/// Which of the first `carried` operands get a tangent on some way through the loop: `moves` of all
/// operands, as they come in. `argument` is what an operand is in the body.
static void closeOverSteps(Block &body, unsigned carried, SmallVectorImpl<bool> &moves,
                           llvm::function_ref<Value(unsigned)> argument) {
  Operation *yield = body.getTerminator();
  for (bool changed = true; changed;) {
    changed = false;
    SmallVector<Value> from;
    for (auto [i, isMoving] : llvm::enumerate(moves))
      if (isMoving)
        from.push_back(argument(i));
    llvm::DenseSet<Value> moving = getMoving(body, yield, from);
    for (unsigned i = 0; i < carried; ++i)
      if (!moves[i] && moving.contains(yield->getOperand(i)))
        changed = moves[i] = true;
  }
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
  SmallVector<bool> moves;
  for (Value input : op.getInputs())
    moves.push_back(bool(tangents.lookup(input)));
  MovingBody body(op.getBody());
  auto argument = [&](unsigned i) { return Value(body.block().getArgument(i + 1)); };
  closeOverSteps(body.block(), carried, moves, argument);
  // From the last group of operands on, so that places of earlier ones stay.
  ir::GradBuilder b(builder, op.getLoc());
  SmallVector<Value> inputs(op.getInputs());
  SmallVector<Value> arguments = llvm::map_to_vector(llvm::seq(0u, all), argument);
  unsigned counts[3] = {}, ends[3] = {carried, carried + stacked, all};
  for (unsigned group : {2, 1, 0}) {
    unsigned begin = group == 0 ? 0 : ends[group - 1];
    for (unsigned i = begin; i < ends[group]; ++i) {
      if (!moves[i])
        continue;
      unsigned at = ends[group] + counts[group]++;
      Value tangent = tangents.lookup(op.getInputs()[i]);
      inputs.insert(inputs.begin() + at, tangent ? tangent : b.constantLike(op.getInputs()[i], 0));
      body.addTangent(arguments[i], at + 1);
    }
  }
  auto ys = body.run(op.getLoc());
  if (failed(ys))
    return failure();
  Operation *yield = body.yield();
  SmallVector<Value> yields(yield->getOperands().take_front(carried)),
      outputs(yield->getOperands().drop_front(carried));
  SmallVector<unsigned> places, tangentPlaces(ys->size(), ~0u);
  for (unsigned i = 0; i < carried; ++i)
    if (moves[i]) {
      tangentPlaces[i] = yields.size();
      yields.push_back((*ys)[i] ? (*ys)[i] : body.zeroLike(yields[i]));
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
  auto fresh = ir::ScanOp::create(builder, op.getLoc(), types, carried + counts[0],
                                  stacked + counts[1], op.getLength(), op.getReverse(), inputs);
  fresh->setDiscardableAttrs(op->getDiscardableAttrDictionary());
  fresh.getBody().takeBody(body.region);
  takeResults(op, fresh, places, tangentPlaces);
  return success();
}

LogicalResult Forward::differentiate(ir::CondOp op, OpBuilder &builder) {
  MovingBody bodies[] = {MovingBody(op.getThenBody()), MovingBody(op.getElseBody())};
  SmallVector<Value> inputs(op.getInputs());
  for (auto [i, input] : llvm::enumerate(op.getInputs()))
    if (Value tangent = tangents.lookup(input)) {
      for (MovingBody &body : bodies)
        body.addTangent(body.block().getArgument(i), inputs.size());
      inputs.push_back(tangent);
    }
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
      Value value = tangent[side] ? tangent[side] : bodies[side].zeroLike(yield->getOperand(i));
      yield->insertOperands(yield->getNumOperands(), value);
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
  SmallVector<bool> moves;
  for (Value input : op.getInputs())
    moves.push_back(bool(tangents.lookup(input)));
  MovingBody body(op.getBody()), condition(op.getCondition());
  closeOverSteps(body.block(), carried, moves,
                 [&](unsigned i) { return Value(body.block().getArgument(i)); });
  ir::GradBuilder b(builder, op.getLoc());
  SmallVector<Value> inputs(op.getInputs());
  SmallVector<Value> arguments(body.block().getArguments());
  auto add = [&](unsigned i, unsigned at) {
    Value tangent = tangents.lookup(op.getInputs()[i]);
    inputs.insert(inputs.begin() + at, tangent ? tangent : b.constantLike(op.getInputs()[i], 0));
    body.addTangent(arguments[i], at);
    condition.block().insertArgument(at, arguments[i].getType(), op.getLoc()); // which reads none
  };
  for (unsigned i = carried; i < all; ++i)
    if (moves[i])
      add(i, inputs.size());
  unsigned count = 0;
  for (unsigned i = 0; i < carried; ++i)
    if (moves[i])
      add(i, carried + count++);
  auto ys = body.run(op.getLoc());
  if (failed(ys))
    return failure();
  SmallVector<unsigned> places, tangentPlaces(carried, ~0u);
  SmallVector<Value> yields(body.yield()->getOperands());
  SmallVector<Type> types(op.getResultTypes());
  for (unsigned i = 0; i < carried; ++i) {
    places.push_back(i);
    if (!moves[i])
      continue;
    tangentPlaces[i] = yields.size();
    yields.push_back((*ys)[i] ? (*ys)[i] : body.zeroLike(yields[i]));
    types.push_back(types[i]);
  }
  body.yield()->setOperands(yields);
  auto fresh =
      ir::WhileOp::create(builder, op.getLoc(), types, carried + count, op.getMaxTrips(), inputs);
  fresh.getCondition().takeBody(condition.region);
  fresh.getBody().takeBody(body.region);
  takeResults(op, fresh, places, tangentPlaces);
  return success();
}

} // namespace sinter::passes
