//===- Differentiate.cpp - expands sinter.gradient --------------------------------------------===//
//
// Reverse mode over GradientInterface. sinter.gradient ops are expanded in program order, so that
// later ones differentiate through the code of earlier ones (D9). New ops carry the location of the
// op they are the gradient of (D24). Leaves behind: no sinter.gradient, no sinter.stop_gradient, no
// dead gradient code. Reading on: dialects/sinter/GradBuilder.h, dialects/sinter/OpBase.td.
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/sinter/GradBuilder.h"
#include "passes/Passes.h"

#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace sinter;

namespace sinter::passes {
#define GEN_PASS_DEF_DIFFERENTIATE
#include "passes/Passes.h.inc"
} // namespace sinter::passes

static bool isDifferentiable(Value value) {
  return isa<FloatType>(getElementTypeOrSelf(value.getType()));
}

/// The line's name as a user knows it: the NameLoc's name, else the op's.
static std::string nameOf(Operation *op) {
  if (auto name = dyn_cast<NameLoc>(op->getLoc()))
    return name.getName().str();
  return op->getName().stripDialect().str();
}

/// One expansion: cotangents of values, from ys back to xs.
class Reverse {
public:
  explicit Reverse(ir::GradientOp op) : op(op), builder(op) {}

  LogicalResult run() {
    Operation *last = op->getPrevNode();
    collect();
    for (auto [y, cotangent] : llvm::zip(op.getYs(), op.getCotangents()))
      accumulate(y, cotangent, op.getLoc());
    for (Operation *node : llvm::reverse(order))
      if (failed(differentiate(node)))
        return failure();
    for (auto [x, result] : llvm::zip(op.getXs(), op.getResults())) {
      Value cotangent = cotangents.lookup(x);
      if (!cotangent) {
        op.emitWarning() << "the loss does not depend on '" << sourceName(x)
                         << "': its gradient is zero [E0011]";
        cotangent = ir::GradBuilder(builder, op.getLoc()).constantLike(x, 0);
      }
      result.replaceAllUsesWith(cotangent);
    }
    // An op's gradient builds a cotangent for every operand, also for those that no x hides behind.
    for (Operation *made = op->getPrevNode(); made != last;) {
      Operation *before = made->getPrevNode();
      if (isOpTriviallyDead(made))
        made->erase();
      made = before;
    }
    op.erase();
    return success();
  }

private:
  ir::GradientOp op;
  OpBuilder builder;
  llvm::SetVector<Operation *> order; // ops between xs and ys, in program order
  llvm::DenseMap<Value, Value> cotangents;

  static std::string sourceName(Value x) {
    if (auto get = x.getDefiningOp<ir::GetOp>())
      return get.getSymbol().str();
    return x.getDefiningOp() ? nameOf(x.getDefiningOp()) : "an input";
  }

  /// Ops that depend on an x (forward) and reach a y (backward): only these carry cotangents.
  void collect() {
    llvm::DenseSet<Value> dependent;
    dependent.insert(op.getXs().begin(), op.getXs().end());
    llvm::DenseSet<Operation *> reaching;
    SmallVector<Operation *> work;
    for (Value y : op.getYs())
      if (y.getDefiningOp())
        work.push_back(y.getDefiningOp());
    while (!work.empty()) {
      Operation *node = work.pop_back_val();
      if (!reaching.insert(node).second)
        continue;
      for (Value operand : node->getOperands())
        if (operand.getDefiningOp() && isDifferentiable(operand))
          work.push_back(operand.getDefiningOp());
    }
    for (Operation &node : *op->getBlock()) {
      if (&node == op)
        break;
      auto isDependent = [&](Value v) { return dependent.contains(v) && isDifferentiable(v); };
      if (!reaching.contains(&node) || !llvm::any_of(node.getOperands(), isDependent))
        continue;
      // What makes no differentiable value ends the path without an error.
      if (!llvm::any_of(node.getResults(), isDifferentiable))
        continue;
      dependent.insert(node.getResults().begin(), node.getResults().end());
      order.insert(&node);
    }
  }

  void accumulate(Value value, Value cotangent, Location loc) {
    Value &sum = cotangents[value];
    sum = sum ? ir::GradBuilder(builder, loc).add(sum, cotangent) : cotangent;
  }

  LogicalResult differentiate(Operation *node) {
    SmallVector<Value> dy, dx(node->getNumOperands());
    for (Value result : node->getResults())
      dy.push_back(cotangents.lookup(result));
    if (llvm::none_of(dy, [](Value v) { return bool(v); }))
      return success();
    ir::GradBuilder b(builder, node->getLoc());
    for (auto [cotangent, result] : llvm::zip(dy, node->getResults()))
      if (!cotangent && node->getNumResults() > 1 && isDifferentiable(result))
        cotangent = b.constantLike(result, 0);
    auto gradient = dyn_cast<ir::GradientInterface>(node);
    if (!gradient || failed(gradient.buildGradient(b, dy, dx)))
      return refuse(node, gradient ? b.getRefusal() : StringRef("it is not an op of the graph"));
    for (auto [operand, cotangent] : llvm::zip(node->getOperands(), dx))
      if (cotangent && isDifferentiable(operand))
        accumulate(operand, cotangent, node->getLoc());
    return success();
  }

  /// Names the op, and the path from the loss through it to the first x behind it.
  LogicalResult refuse(Operation *node, StringRef why) {
    InFlightDiagnostic error = node->emitError()
                               << "'" << nameOf(node) << "' has no gradient: " << why << " [E1010]";
    llvm::DenseMap<Operation *, Operation *> above = getUsers(op), below = getUsers(node);
    for (Value x : op.getXs()) {
      auto user = llvm::find_if(
          x.getUsers(), [&](Operation *user) { return user == node || below.contains(user); });
      if (user == x.getUsers().end())
        continue;
      SmallVector<std::string> path;
      for (Operation *step = *user; step != node; step = below.lookup(step))
        path.push_back(nameOf(step));
      for (Operation *step = node; step && step != op; step = above.lookup(step))
        path.push_back(nameOf(step));
      error.attachNote(op.getLoc()) << "on the path from the loss to '" << sourceName(x)
                                    << "': " << llvm::join(llvm::reverse(path), " -> ");
      break;
    }
    return error;
  }

  /// For each op of the paths that `from` depends on: one op that reads it, nearer to `from`.
  llvm::DenseMap<Operation *, Operation *> getUsers(Operation *from) {
    llvm::DenseMap<Operation *, Operation *> users;
    SmallVector<Operation *> work{from};
    while (!work.empty()) {
      Operation *node = work.pop_back_val();
      for (Value operand : node == op ? op.getYs() : node->getOperands())
        if (Operation *maker = operand.getDefiningOp(); maker && order.contains(maker))
          if (users.try_emplace(maker, node).second)
            work.push_back(maker);
    }
    return users;
  }
};

struct Differentiate : sinter::passes::impl::DifferentiateBase<Differentiate> {
  void runOnOperation() override {
    SmallVector<ir::GradientOp> gradients;
    getOperation()->walk([&](ir::GradientOp op) { gradients.push_back(op); });
    for (ir::GradientOp op : gradients)
      if (failed(Reverse(op).run()))
        return signalPassFailure();
    // They have done their work; behind them only values count.
    getOperation()->walk([](ir::StopGradientOp op) {
      op.getResult().replaceAllUsesWith(op.getInput());
      op.erase();
    });
  }
};
