//===- Forward.cpp - forward mode over the ops of one block -----------------------------------===//
//
// See Forward.h; ops with bodies: ForwardControl.cpp.
//
//===------------------------------------------------------------------------------------------===//
#include "passes/gradient/Forward.h"
#include "passes/gradient/Reverse.h"
#include "passes/graph/Steps.h"

#include "llvm/ADT/ScopeExit.h"

using namespace mlir;

namespace sinter::passes {

/// True when a tangent that `node` needs is not there yet where it stands.
bool Forward::isLate(Operation *node) const {
  return llvm::any_of(node->getOperands(),
                      [&](Value operand) { return late.contains(tangents.lookup(operand)); });
}

LogicalResult Forward::run() {
  order = getPath(problem.block, problem.end, getMoving(problem.block, problem.end, problem.xs),
                  problem.ys);
  for (auto [x, tangent] : llvm::zip_equal(problem.xs, problem.tangents)) {
    tangents[x] = tangent;
    Operation *maker = tangent.getDefiningOp();
    if (maker && !order.empty() && !maker->isBeforeInBlock(order.front()))
      late.insert(tangent);
  }
  for (Operation *node : order)
    if (failed(differentiate(node)))
      return failure();
  return success();
}

LogicalResult Forward::differentiate(Operation *node) {
  if (llvm::none_of(node->getOperands(), [&](Value v) { return bool(tangents.lookup(v)); }))
    return success();
  Operation *place = isLate(node) ? problem.end->getPrevNode() : node;
  SmallVector<Value> results(node->getResults());
  OpBuilder builder(node->getContext());
  builder.setInsertionPointAfter(place);
  LogicalResult done = success();
  if (auto scan = dyn_cast<ir::ScanOp>(node))
    done = differentiate(scan, builder);
  else if (auto choice = dyn_cast<ir::CondOp>(node))
    done = differentiate(choice, builder);
  else if (auto loop = dyn_cast<ir::WhileOp>(node))
    done = differentiate(loop, builder);
  else
    done = transpose(node, place, builder);
  if (place != node)
    for (Value result : results)
      if (Value tangent = tangents.lookup(result))
        late.insert(tangent);
  return done;
}

/// Ops of `scratch` that someone outside of it needs go in front of `place`. False: someone needs
/// what stands for a cotangent.
static bool moveNeeded(Block &scratch, Operation *place) {
  llvm::SetVector<Operation *> needed;
  auto isNeeded = [&](Operation *user) {
    return user->getBlock() != &scratch || needed.contains(user);
  };
  for (Operation &op : llvm::reverse(scratch))
    if (llvm::any_of(op.getUsers(), isNeeded))
      needed.insert(&op);
  for (Value cotangent : scratch.getArguments())
    if (llvm::any_of(cotangent.getUsers(), isNeeded))
      return false;
  for (Operation *op : llvm::reverse(needed))
    op->moveBefore(place);
  return true;
}

LogicalResult Forward::refuse(Operation *node, StringRef why) {
  InFlightDiagnostic error = node->emitError() << "'" << getSourceName(node->getResult(0))
                                               << "' has no gradient: " << why << " [E1010]";
  error.attachNote(problem.loc) << "in forward mode from here";
  return error;
}

/// From dx = Jᵀ dy, written on a block of its own, the reverse of which gives J dx.
LogicalResult Forward::transpose(Operation *node, Operation *place, OpBuilder &builder) {
  Location loc = node->getLoc();
  Block scratch;
  llvm::scope_exit clear([&] {
    for (Operation &op : scratch)
      op.dropAllUses();
    while (!scratch.empty())
      scratch.back().erase();
  });
  OpBuilder inside(node->getContext());
  inside.setInsertionPointToEnd(&scratch);
  ir::GradBuilder b(inside, loc);
  SmallVector<Value> dy, dx(node->getNumOperands());
  for (Value result : node->getResults())
    dy.push_back(isDifferentiable(result) ? scratch.addArgument(result.getType(), loc) : Value());
  auto gradient = dyn_cast<ir::GradientInterface>(node);
  if (!gradient || failed(gradient.buildGradient(b, dy, dx)))
    return refuse(node, gradient ? b.getRefusal() : StringRef("it is not an op of the graph"));
  ReverseProblem linear{scratch, nullptr, {}, {}, {}, loc};
  for (auto [operand, cotangent] : llvm::zip_equal(node->getOperands(), dx))
    if (Value tangent = tangents.lookup(operand); tangent && cotangent) {
      linear.ys.push_back(cotangent);
      linear.cotangents.push_back(tangent);
    }
  llvm::copy_if(dy, std::back_inserter(linear.xs), [](Value v) { return bool(v); });
  Operation *end = place->getNextNode(); // what is built stands in front
  llvm::DenseSet<Value> kept;
  {
    Reverse reverse(std::move(linear), builder);
    if (failed(reverse.run()))
      return failure();
    for (auto [result, cotangent] : llvm::zip_equal(node->getResults(), dy))
      if (Value tangent = cotangent ? reverse.getCotangent(cotangent) : Value()) {
        tangents[result] = tangent;
        kept.insert(tangent);
      }
  }
  eraseDead(place, end, kept);
  if (moveNeeded(scratch, place->getNextNode()))
    return success();
  while (end->getPrevNode() != place) { // it reads what is not there
    end->getPrevNode()->dropAllUses();
    end->getPrevNode()->erase();
  }
  return refuse(node, "what it gives back is not linear in its cotangent");
}

Forward::~Forward() {
  for (Operation *op : llvm::reverse(replaced))
    op->erase();
}

} // namespace sinter::passes
