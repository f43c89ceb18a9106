//===- FuseContractions.cpp - elementwise work goes into the epilogue of a sum of products ----===//
//
// Grows a group from each contraction: elementwise consumers that read the sums at their own point,
// then elementwise producers whose only consumers are inside. The optimizer's update of the same
// weight joins only when nothing that needs the sums still reads the old weight (D22). Leaves
// behind: every contraction inside a sinter.fused of kind contraction. Next: FuseMaps.cpp.
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/sinter/Contraction.h"
#include "passes/Passes.h"
#include "passes/Regions.h"
#include "passes/fuse/Algorithm.h"
#include "passes/fuse/Outline.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::passes;

namespace sinter::passes {
#define GEN_PASS_DEF_FUSECONTRACTIONS
#include "passes/Passes.h.inc"
} // namespace sinter::passes

static constexpr size_t kMaxMembers = 24; ///< ops of one epilogue: registers are few

/// One group under growth.
struct ContractionGroup {
  Domain domain;
  OpSet ops;
};

/// Members in block order give the same domain that lowering will replay.
static bool replays(ir::ContractionOpInterface root, const OpSet &ops, Domain &domain,
                    std::string &why) {
  // A factor is data, also when the epilogue reads it (what a residual adds).
  for (Value factor : root->getOperands())
    if (ops.contains(factor.getDefiningOp())) {
      why = "is a factor of the sum";
      return false;
    }
  domain = Domain::ofContraction(root);
  for (Operation *op : inBlockOrder(ops))
    if (op != root && !domain.add(op, why))
      return false;
  return true;
}

/// The reads of each symbol in an entry.
using SymbolReads = llvm::DenseMap<StringAttr, SmallVector<ir::GetOp, 1>>;

/// Why the value that `op` makes may not update its symbol in this epilogue; empty when it may.
static std::string refuseUpdate(Operation *op, const OpSet &group, const SymbolReads &symbols) {
  OpSet all = group;
  all.insert(op);
  SmallVector<StringAttr> updated;
  for (Value result : op->getResults())
    llvm::append_range(updated, getUpdatedSymbols(result));
  for (StringAttr symbol : updated) {
    for (ir::GetOp get : symbols.lookup(symbol)) {
      // A reader that needs the sums would read the weight after it changed.
      for (Operation *reader : get->getUsers()) {
        bool direct = llvm::any_of(reader->getOperands(),
                                   [&](Value v) { return all.contains(v.getDefiningOp()); });
        if (!all.contains(reader) && !isa<ir::ReturnOp>(reader) &&
            (direct || dependsThroughOthers(reader, all)))
          return ("'" + symbol.getValue() + "' is still read by " + getShortName(reader) +
                  ", which needs the sums")
              .str();
      }
    }
  }
  return "";
}

static bool readsRandom(Operation *op) {
  return llvm::any_of(op->getOperands(), [](Value v) { return isRandom(v.getDefiningOp()); });
}

static bool isCandidate(Operation *op) {
  if (isa<ir::ContractionOpInterface>(op))
    return false;
  return isa<ir::MapOpInterface>(op) || isUnitView(op);
}

/// True when `op` reduces a dim that an access of the factors divides (the phase of a strided
/// gradient): the kernel walks each value of such a dim on its own, so sums over it do not meet in
/// registers.
static bool sumsDivided(const kernel::Contraction &root, const Domain &domain, Operation *op) {
  auto map = dyn_cast<ir::MapOpInterface>(op);
  return map && llvm::any_of(map.getInnerDims(), [&](int64_t d) {
           return llvm::any_of(domain.getDimMapping(op)[d].getDims(),
                               [&](int64_t dim) { return root.isDivided(dim); });
         });
}

/// Consumers: one scan in block order; `tainted` are ops that need the group through something
/// outside it.
static void growDown(ir::ContractionOpInterface root, ContractionGroup &group,
                     const SymbolReads &symbols, FusionLog &log) {
  OpSet tainted;
  kernel::Contraction contraction = ir::getContraction(root);
  Operation *last = root; // behind it nobody reads the group
  auto extend = [&](Operation *member) {
    for (Operation *user : member->getUsers())
      if (!user->hasTrait<OpTrait::IsTerminator>() && last->isBeforeInBlock(user))
        last = user;
  };
  extend(root);
  for (Operation *op = root; op != last;) {
    op = op->getNextNode();
    bool reads = false, late = false;
    Operation *maker = nullptr;
    for (Value operand : op->getOperands()) {
      Operation *def = operand.getDefiningOp();
      if (def && group.ops.contains(def)) {
        reads = true;
        maker = def;
      }
      late |= def && tainted.contains(def);
    }
    if (!reads && !late)
      continue;
    tainted.insert(op);
    if (!reads || op->hasTrait<OpTrait::IsTerminator>())
      continue;
    std::string why;
    if (readsRandom(op))
      why = "reads random numbers, whose code is too long for every vector of a tile";
    else if (!isCandidate(op))
      why = isa<ir::ContractionOpInterface>(op) ? "is a sum of products itself"
                                                : "is no elementwise work";
    else if (late)
      why = "also needs a value that is made from the sums elsewhere";
    else if (group.ops.size() >= kMaxMembers)
      why = "the epilogue is full";
    else if (why = refuseUpdate(op, group.ops, symbols); why.empty()) {
      Domain domain = group.domain;
      if (domain.add(op, why) && !sumsDivided(contraction, domain, op)) {
        group.domain = domain;
        group.ops.insert(op);
        extend(op);
        tainted.remove(op);
        continue;
      }
      if (why.empty())
        why = "a sum over a dim that the factors' accesses divide";
    }
    log.refuse(op, maker, why);
    log.refuse(maker, op, why);
  }
}

/// What only leads to `leaf`: members of the group that nothing else needs.
static OpSet findExclusive(Operation *leaf, ir::ContractionOpInterface root, const OpSet &group) {
  OpSet set;
  set.insert(leaf);
  for (bool changed = true; changed;) {
    changed = false;
    for (Operation *op : group)
      if (op != root && !set.contains(op) && !op->use_empty() &&
          llvm::all_of(op->getUsers(), [&](Operation *user) { return set.contains(user); })) {
        set.insert(op);
        changed = true;
      }
  }
  return set;
}

static bool isSum(Operation *op) {
  auto map = dyn_cast<ir::MapOpInterface>(op);
  return map && map.isPlainSum();
}

/// True when what `remade` reads of the group is stored anyway: something else outside needs it.
static bool readsStored(const OpSet &remade, const OpSet &group) {
  for (Operation *op : remade)
    for (Value operand : op->getOperands()) {
      Operation *maker = operand.getDefiningOp();
      if (maker && group.contains(maker) && !remade.contains(maker) &&
          llvm::none_of(operand.getUsers(), [&](Operation *user) {
            return !group.contains(user) && !remade.contains(user);
          }))
        return false;
    }
  return true;
}

/// A result that other map work reads is cheaper made there, when it follows from values that are
/// stored anyway: the mask of a ReLU from its activation, the square of a gradient from the
/// gradient. What the group needs too is made in both places.
static void trimRematerialised(ir::ContractionOpInterface root, ContractionGroup &group,
                               FusionLog &log) {
  SmallVector<Operation *> members = llvm::to_vector(group.ops);
  for (Operation *leaf : llvm::reverse(members)) {
    if (leaf == root || !group.ops.contains(leaf) || isSum(leaf))
      continue;
    auto isInside = [&](Operation *user) { return group.ops.contains(user); };
    bool inside = llvm::any_of(leaf->getUsers(), isInside);
    bool readByMaps = !llvm::all_of(leaf->getUsers(), isInside) &&
                      llvm::all_of(leaf->getUsers(), [&](Operation *user) {
                        return isInside(user) || isa<ir::MapOpInterface>(user);
                      });
    if (!readByMaps || (inside && !isCheapToRematerialise(leaf)))
      continue;
    OpSet remade;
    remade.insert(leaf);
    if (!inside)
      remade = findExclusive(leaf, root, group.ops);
    if (!readsStored(remade, group.ops))
      continue;
    constexpr llvm::StringLiteral why =
        "made again where it is needed, from a value that is stored anyway";
    if (inside) {
      OpBuilder builder(leaf->getContext());
      builder.setInsertionPointAfter(leaf);
      Operation *copy = builder.clone(*leaf);
      leaf->getResult(0).replaceUsesWithIf(
          copy->getResult(0), [&](OpOperand &use) { return !isInside(use.getOwner()); });
      log.refuse(leaf, copy, why);
      continue;
    }
    for (Operation *op : remade) {
      group.ops.remove(op);
      log.refuse(op, root, why);
    }
  }
}

/// Producers of epilogue operands whose only consumers are inside.
static void growUp(ir::ContractionOpInterface root, ContractionGroup &group) {
  for (bool changed = true; changed && group.ops.size() < kMaxMembers;) {
    changed = false;
    for (Operation *member : llvm::to_vector(group.ops)) {
      if (member == root)
        continue;
      for (Value operand : member->getOperands()) {
        Operation *maker = operand.getDefiningOp();
        auto map = dyn_cast_or_null<ir::MapOpInterface>(maker);
        if (!map || group.ops.contains(maker) || !map.getInnerDims().empty() ||
            getSplatConstant(operand) || isRandom(maker) || readsRandom(maker))
          continue;
        bool onlyHere = llvm::all_of(maker->getUsers(),
                                     [&](Operation *user) { return group.ops.contains(user); });
        if (!onlyHere || dependsThroughOthers(maker, group.ops))
          continue;
        OpSet wider = group.ops;
        wider.insert(maker);
        Domain domain;
        std::string why;
        if (replays(root, wider, domain, why)) {
          group.ops = wider;
          group.domain = domain;
          changed = true;
        }
      }
    }
  }
}

static Value getLargest(ValueRange values) {
  return *llvm::max_element(values, [](Value x, Value y) {
    return cast<RankedTensorType>(x.getType()).getNumElements() <
           cast<RankedTensorType>(y.getType()).getNumElements();
  });
}

/// True for what lies in memory whoever reads it: an input, a symbol, a result of another kernel.
static bool isStored(Value value) { return !value.getDefiningOp<ir::MapOpInterface>(); }

/// Cheap work on stored values that others need too is made here instead of read: x minus its mean
/// for batch norm's backward sums.
static void rematerialiseOperands(ir::ContractionOpInterface root, ContractionGroup &group,
                                  FusionLog &log) {
  for (Operation *member : inBlockOrder(group.ops)) {
    for (Value operand : llvm::to_vector(member->getOperands())) {
      Operation *maker = operand.getDefiningOp();
      if (member == root || !maker || group.ops.contains(maker) || !isCheapToRematerialise(maker) ||
          !isStored(getLargest(maker->getOperands())) || dependsThroughOthers(maker, group.ops))
        continue;
      Operation *copy = OpBuilder(member).clone(*maker);
      operand.replaceUsesWithIf(copy->getResult(0),
                                [&](OpOperand &use) { return group.ops.contains(use.getOwner()); });
      OpSet wider = group.ops;
      wider.insert(copy);
      Domain domain;
      std::string why;
      if (wider.size() <= kMaxMembers && replays(root, wider, domain, why)) {
        group.ops = wider;
        group.domain = domain;
        log.refuse(copy, maker, "made again: cheaper than to store and read it");
      } else {
        copy->getResult(0).replaceAllUsesWith(operand);
        copy->erase();
      }
    }
  }
}

static void fuseBlock(Block &block) {
  FusionLog log;
  rematerialiseRandom(block, log);
  SymbolReads symbols;
  for (auto get : block.getOps<ir::GetOp>())
    symbols[get.getSymbolAttr().getAttr()].push_back(get);
  auto roots = llvm::to_vector(block.getOps<ir::ContractionOpInterface>());
  for (ir::ContractionOpInterface root : roots) {
    ContractionGroup group{Domain::ofContraction(root), {}};
    group.ops.insert(root);
    growDown(root, group, symbols, log);
    trimRematerialised(root, group, log);
    growUp(root, group);
    rematerialiseOperands(root, group, log);
    std::string why;
    Domain domain;
    // the scan accepted what a replay does not: keep the sum alone
    if (!replays(root, group.ops, domain, why)) {
      log.refuse(root, root, why);
      group.ops.clear();
      group.ops.insert(root);
    }
    outline(inBlockOrder(group.ops), ir::FusedKind::Contraction, getAlgorithm(root),
            log.about(group.ops));
  }
}

struct FuseContractions : sinter::passes::impl::FuseContractionsBase<FuseContractions> {
  void runOnOperation() override {
    for (Operation *body : getBodies(getOperation()))
      for (Block *block : getBlocks(body))
        fuseBlock(*block);
  }
};
