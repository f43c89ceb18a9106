//===- Reverse.cpp - reverse mode over the ops of one block -----------------------------------===//
//
// See Reverse.h. New ops carry the location of the op they are the gradient of (D24).
//
//===------------------------------------------------------------------------------------------===//
#include "passes/gradient/Reverse.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace sinter::passes {

bool isDifferentiable(Value value) { return isa<FloatType>(getElementTypeOrSelf(value.getType())); }

llvm::DenseSet<Value> getMoving(Block &block, Operation *end, ValueRange xs) {
  llvm::DenseSet<Value> moving(xs.begin(), xs.end());
  for (Operation &node : block) {
    if (&node == end)
      break;
    if (llvm::any_of(node.getOperands(), [&](Value v) { return moving.contains(v); }))
      for (Value result : node.getResults())
        if (isDifferentiable(result))
          moving.insert(result);
  }
  return moving;
}

llvm::SetVector<Operation *> getPath(Block &block, Operation *end,
                                     const llvm::DenseSet<Value> &moving, ValueRange ys) {
  SmallVector<Value> work(ys);
  llvm::DenseSet<Operation *> reaching;
  while (!work.empty()) {
    Value value = work.pop_back_val();
    Operation *maker = value.getDefiningOp();
    if (maker && moving.contains(value) && reaching.insert(maker).second)
      llvm::append_range(work, maker->getOperands());
  }
  llvm::SetVector<Operation *> path;
  for (Operation &node : block) {
    if (&node == end)
      break;
    if (reaching.contains(&node) &&
        llvm::any_of(node.getOperands(), [&](Value v) { return moving.contains(v); }))
      path.insert(&node);
  }
  return path;
}

/// The line's name as a user knows it: the NameLoc's name, else the op's.
static std::string nameOf(Operation *op) {
  if (auto name = dyn_cast<NameLoc>(op->getLoc()))
    return name.getName().str();
  return op->getName().stripDialect().str();
}

std::string getSourceName(Value value) {
  if (auto mark = value.getDefiningOp<ir::IndependentOp>())
    return getSourceName(mark.getInput());
  if (auto get = value.getDefiningOp<ir::GetOp>())
    return get.getSymbol().str();
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    auto entry = dyn_cast<ir::EntryOp>(argument.getOwner()->getParentOp());
    return entry ? cast<StringAttr>(entry.getArgNames()[argument.getArgNumber()]).str()
                 : "an argument of a body";
  }
  return nameOf(value.getDefiningOp());
}

void warnIndependent(Operation *op, Value x) {
  op->emitWarning() << "what is differentiated does not depend on '" << getSourceName(x)
                    << "': its gradient is zero [E0011]";
}

LogicalResult Reverse::run() {
  moving = getMoving(problem.block, problem.end, problem.xs);
  order = getPath(problem.block, problem.end, moving, problem.ys);
  for (auto [y, cotangent] : llvm::zip_equal(problem.ys, problem.cotangents))
    accumulate(y, cotangent, problem.loc);
  for (Operation *node : llvm::reverse(order))
    if (failed(differentiate(node)))
      return failure();
  return success();
}

void Reverse::accumulate(Value value, Value cotangent, Location loc) {
  if (apart.contains(value)) {
    terms[value].push_back(cotangent);
    return;
  }
  Value &sum = cotangents[value];
  sum = sum ? ir::GradBuilder(builder, loc).add(sum, cotangent) : cotangent;
}

LogicalResult Reverse::differentiate(Operation *node) {
  SmallVector<Value> dy, dx(node->getNumOperands());
  for (Value result : node->getResults())
    dy.push_back(cotangents.lookup(result));
  if (llvm::none_of(dy, [](Value v) { return bool(v); }))
    return success();
  SmallVector<Value> operands(node->getOperands());
  Location loc = node->getLoc();
  ir::GradBuilder b(builder, loc);
  auto control = dyn_cast<ir::ControlOpInterface>(node);
  if (control && canDifferentiateBodies(control)) {
    if (failed(differentiateControl(control, builder, dy, *this, dx, replaced)))
      return failure();
  } else {
    for (auto [cotangent, result] : llvm::zip(dy, node->getResults()))
      if (!cotangent && node->getNumResults() > 1 && isDifferentiable(result))
        cotangent = b.constantLike(result, 0);
    auto gradient = dyn_cast<ir::GradientInterface>(node);
    if (!gradient || failed(gradient.buildGradient(b, dy, dx)))
      return refuse(node, gradient ? b.getRefusal() : StringRef("it is not an op of the graph"));
  }
  for (auto [operand, cotangent] : llvm::zip(operands, dx))
    if (cotangent && isDifferentiable(operand))
      accumulate(operand, cotangent, loc);
  return success();
}

/// Names the op, and the path from the loss through it to the first x behind it.
LogicalResult Reverse::refuse(Operation *node, StringRef why) {
  InFlightDiagnostic error = node->emitError()
                             << "'" << nameOf(node) << "' has no gradient: " << why << " [E1010]";
  llvm::DenseMap<Operation *, Operation *> above = getUsers(nullptr), below = getUsers(node);
  for (Value x : problem.xs) {
    auto user = llvm::find_if(
        x.getUsers(), [&](Operation *user) { return user == node || below.contains(user); });
    if (user == x.getUsers().end())
      continue;
    SmallVector<std::string> path;
    for (Operation *step = *user; step != node; step = below.lookup(step))
      path.push_back(nameOf(step));
    for (Operation *step = node; step; step = above.lookup(step))
      path.push_back(nameOf(step));
    error.attachNote(problem.loc) << "on the path from what is differentiated to '"
                                  << getSourceName(x)
                                  << "': " << llvm::join(llvm::reverse(path), " -> ");
    break;
  }
  return error;
}

/// For each op of the paths that `from` (null: the ys) depends on: one op that reads it, nearer to
/// `from`.
llvm::DenseMap<Operation *, Operation *> Reverse::getUsers(Operation *from) {
  llvm::DenseMap<Operation *, Operation *> users;
  SmallVector<Operation *> work;
  auto visit = [&](Operation *node, ValueRange operands) {
    for (Value operand : operands)
      if (Operation *maker = operand.getDefiningOp(); maker && order.contains(maker))
        if (users.try_emplace(maker, node).second)
          work.push_back(maker);
  };
  if (from)
    visit(from, from->getOperands());
  else
    visit(nullptr, problem.ys);
  while (!work.empty()) {
    Operation *node = work.pop_back_val();
    visit(node, node->getOperands());
  }
  return users;
}

Reverse::~Reverse() {
  for (Operation *op : replaced)
    op->erase();
}

} // namespace sinter::passes
