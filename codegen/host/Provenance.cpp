//===- Provenance.cpp - which ops may have given what a kernel writes -------------------------===//
//
// For --check-numerics: a kernel holds many of a model's ops, but only what it writes can be looked
// at. Behind each written value stand the ops back to values that the kernel writes too, for a bad
// one among those is found first. Ops that make no NaN or infinity of ordinary numbers (max,
// select, tanh) are left out. Reading on: Table.cpp.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/host/Host.h"
#include "dialects/kernel/Kernel.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace sinter::codegen {

/// The name that the model gave the op, and its line.
static std::pair<std::string, std::string> nameAndPlace(Location loc) {
  std::string name;
  loc->walk([&](Location inner) {
    auto named = dyn_cast<NameLoc>(inner);
    if (!named)
      return isa<FileLineColLoc>(inner) ? WalkResult::interrupt() : WalkResult::advance();
    name = named.getName().str();
    return WalkResult::interrupt();
  });
  return {name, kernel::nameLocation(loc)};
}

/// Ops that leave ordinary numbers ordinary.
static bool isHarmless(Operation *op) {
  return op->hasTrait<OpTrait::ConstantLike>() ||
         isa<arith::MaximumFOp, arith::MinimumFOp, arith::SelectOp, arith::CmpFOp, arith::CmpIOp,
             arith::NegFOp, arith::ExtFOp, arith::SIToFPOp, arith::UIToFPOp, math::AbsFOp,
             math::TanhOp, math::SinOp, math::CosOp, math::ErfOp>(op);
}

/// Ops that leave the finite numbers soonest.
static bool isProne(Operation *op) {
  return isa<arith::DivFOp, math::LogOp, math::Log1pOp, math::SqrtOp, math::RsqrtOp, math::ExpOp,
             math::PowFOp>(op);
}

namespace {
/// What a kernel's yielded value is made of.
struct Makers {
  SmallVector<Operation *> ops; ///< that can make a number that is not finite; the prone first
  bool sum = false;             ///< the kernel's sum of products is in it
};
} // namespace

/// Ops behind `value`, up to other values that the kernel writes: those are told of by themselves.
static Makers findMakers(Value value, kernel::YieldOp yield, bool sums) {
  Makers makers;
  SmallVector<Value> open{value};
  llvm::SmallDenseSet<Value> seen;
  while (!open.empty()) {
    Value next = open.pop_back_val();
    bool written = next != value && isa<FloatType>(next.getType()) &&
                   llvm::is_contained(yield->getOperands(), next);
    if (written || !seen.insert(next).second)
      continue;
    Operation *op = next.getDefiningOp();
    if (!op) {
      makers.sum |= sums && cast<BlockArgument>(next).getArgNumber() == 0;
      continue;
    }
    if (isa<FloatType>(next.getType()) && !isHarmless(op))
      makers.ops.push_back(op);
    llvm::append_range(open, op->getOperands());
  }
  llvm::sort(makers.ops, [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
  llvm::stable_sort(makers.ops,
                    [](Operation *a, Operation *b) { return isProne(a) && !isProne(b); });
  return makers;
}

/// The makers and their lines as text; a sum comes first unless an op is prone.
static std::string describe(const Makers &makers, Location sum) {
  llvm::SmallVector<std::string> known;
  auto add = [&](Location loc) {
    auto [name, place] = nameAndPlace(loc);
    std::string text = (name.empty() ? "an op" : name) + " at " + place;
    if (!place.empty() && !llvm::is_contained(known, text))
      known.push_back(text);
  };
  bool prone = !makers.ops.empty() && isProne(makers.ops.front());
  if (makers.sum && !prone)
    add(sum);
  for (Operation *op : makers.ops)
    add(op->getLoc());
  if (makers.sum)
    add(sum);
  return llvm::join(known, ", ");
}

std::vector<Provenance> getProvenance(Operation *kernel) {
  auto work = dyn_cast<kernel::KernelOpInterface>(kernel);
  if (!work || kernel->getNumRegions() == 0 || kernel->getRegion(0).empty() ||
      kernel->getRegion(0).front().empty())
    return {};
  Block &body = kernel->getRegion(0).front();
  auto yield = dyn_cast<kernel::YieldOp>(body.back());
  if (!yield || yield->getNumOperands() != work.getWrittenBuffers().size())
    return {};
  // its first argument is the sum, which nothing else writes
  bool sums = isa<kernel::ContractOp>(kernel);
  auto position = [&](Value value) {
    Operation *op = value.getDefiningOp();
    return op ? 1 + unsigned(std::distance(body.begin(), op->getIterator())) : 0u;
  };
  std::vector<Provenance> provenance;
  for (auto [value, buffer] : llvm::zip(yield->getOperands(), work.getWrittenBuffers()))
    provenance.push_back(
        {buffer, describe(findMakers(value, yield, sums), kernel->getLoc()), position(value)});
  llvm::stable_sort(
      provenance, [](const Provenance &a, const Provenance &b) { return a.position < b.position; });
  return provenance;
}

} // namespace sinter::codegen
