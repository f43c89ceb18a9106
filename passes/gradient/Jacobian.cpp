//===- Jacobian.cpp - all rows or all columns of a derivative ---------------------------------===//
//
// One sweep, reverse or forward, by a value that stands for a unit vector; what depends on it
// becomes the body of a scan over all unit vectors. Steps need nothing of each other, so
// batch-steps takes sums of products out of the loop, all rows at once. Reading on: Reverse.h,
// Forward.h, graph/BatchSteps.cpp.
//
//===------------------------------------------------------------------------------------------===//
#include "passes/gradient/Jacobian.h"
#include "passes/Regions.h"
#include "passes/gradient/Forward.h"
#include "passes/gradient/Reverse.h"
#include "passes/graph/Steps.h"

#include "mlir/IR/IRMapping.h"

using namespace mlir;

namespace sinter::passes {

static int64_t countElements(Value value) {
  return cast<RankedTensorType>(value.getType()).getNumElements();
}

/// [n, shape of `like`]: slice i is 1 at element i and 0 elsewhere.
static Value makeUnits(ir::GradBuilder &b, Value like) {
  int64_t n = countElements(like);
  Value hit = b.compare("eq", b.iota({n, n}, 0), b.iota({n, n}, 1));
  return b.reshape(b.cast(hit, getElementTypeOrSelf(like.getType())),
                   stackOf(like.getType(), n).getShape());
}

/// Moves what depends on `unit`, between it and `end`, into a scan over `units`: the stack of what
/// `result` is for each of them.
static Value loopOver(Value unit, Value units, Value result, Operation *end) {
  llvm::SetVector<Value> made, read;
  llvm::SetVector<Operation *> moved;
  made.insert(unit);
  for (Operation *at = unit.getDefiningOp()->getNextNode(); at != end; at = at->getNextNode())
    if (llvm::any_of(at->getOperands(), [&](Value v) { return made.contains(v); })) {
      moved.insert(at);
      made.insert(at->result_begin(), at->result_end());
    }
  for (Operation *at : moved)
    for (Value operand : at->getOperands())
      if (!made.contains(operand))
        read.insert(operand);
  if (!made.contains(result))
    read.insert(result);
  OpBuilder builder(end);
  Location loc = end->getLoc();
  SmallVector<Value> inputs{units};
  llvm::append_range(inputs, read);
  int64_t steps = ir::shapeOf(units)[0];
  auto loop = ir::ScanOp::create(builder, loc, stackOf(result.getType(), steps), 0, 1, steps, false,
                                 false, inputs);
  Block &body = *bodyOf(loop.getBody());
  body.addArgument(RankedTensorType::get({}, builder.getI64Type()), loc);
  IRMapping mapping;
  mapping.map(unit, body.addArgument(unit.getType(), loc));
  for (Value value : read)
    mapping.map(value, body.addArgument(value.getType(), loc));
  OpBuilder inside = OpBuilder::atBlockEnd(&body);
  for (Operation *at : moved)
    inside.clone(*at, mapping);
  ir::YieldOp::create(inside, loc, mapping.lookup(result));
  return loop.getResult(0);
}

FailureOr<Value> expandJacobian(ir::JacobianOp op) {
  OpBuilder builder(op);
  ir::GradBuilder b(builder, op.getLoc());
  Value y = op.getY(), x = op.getX(), like = op.getColumns() ? x : y;
  auto type = cast<RankedTensorType>(op.getResult().getType());
  Value units = makeUnits(b, like);
  Value unit =
      ir::IndependentOp::create(builder, op.getLoc(), like.getType(), b.constantLike(like, 0));
  Value result;
  if (op.getColumns()) {
    Forward forward({*op->getBlock(), op, {y}, {x}, {unit}, op.getLoc()});
    if (failed(forward.run()))
      return failure();
    result = forward.getTangent(y);
  } else {
    Reverse reverse({*op->getBlock(), op, {y}, {unit}, {x}, op.getLoc()}, builder);
    if (failed(reverse.run()))
      return failure();
    result = reverse.getCotangent(x);
  }
  if (!result)
    warnIndependent(op, x);
  if (!result || type.getNumElements() == 0)
    return b.constantLike(op.getResult(), 0);
  Value stack = loopOver(unit, units, result, op);
  if (op.getColumns())
    stack = b.transpose(b.reshape(stack, {countElements(x), countElements(y)}), {1, 0});
  return b.reshape(stack, type.getShape());
}

} // namespace sinter::passes
