//===- FuseMaps.cpp - elementwise work and reductions cluster into map kernels ----------------===//
//
// Every map op starts as a cluster of its own. In program order each tries to join the clusters
// that make its operands, then those that read the same values, then (small ones only) any with the
// same domain: fewer kernels, fewer barriers. A merge must give one domain with one set of inner
// dims (Domain.h) and leave the graph without cycles. Leaves behind: all work of an entry inside
// sinter.fused ops. Next: passes/layout.
//
//===------------------------------------------------------------------------------------------===//
#include "passes/Passes.h"
#include "passes/Regions.h"
#include "passes/fuse/Algorithm.h"
#include "passes/fuse/Outline.h"

#include "mlir/Analysis/TopologicalSortUtils.h"

#include <array>
#include <map>
#include <set>

using namespace mlir;
using namespace sinter;
using namespace sinter::passes;

namespace sinter::passes {
#define GEN_PASS_DEF_FUSEMAPS
#include "passes/Passes.h.inc"
} // namespace sinter::passes

static constexpr size_t kMaxMembers = 64; ///< ops of one cluster
static constexpr size_t kMaxValues = 24;  ///< values a cluster reads and writes
/// clusters up to this size merge without sharing a value
static constexpr int64_t kSmallElements = 1 << 14;

/// The clusters of one block.
class Clusters {
public:
  Clusters(Block &block, FusionLog &log) : block(block), log(log) {
    for (Operation &op : block) {
      if (!isNode(&op))
        continue;
      number[&op] = sets.size();
      sets.emplace_back();
      sets.back().insert(&op);
      order.push_back(&op);
    }
  }

  void run() {
    for (Operation *op : order)
      if (isWork(op))
        joinMakers(op);
    for (Operation *op : order)
      joinSiblings(op);
    joinSmall();
    for (Operation *op : llvm::to_vector(order))
      rematerialise(op);
  }

  /// Clusters that hold work, each in block order.
  SmallVector<SmallVector<Operation *>> take() {
    SmallVector<SmallVector<Operation *>> result;
    for (OpSet &set : sets)
      if (llvm::any_of(set, isWork))
        result.push_back(inBlockOrder(set));
    return result;
  }

  static bool build(ArrayRef<Operation *> ops, Domain &domain, std::string &why) {
    for (Operation *op : ops)
      if (!domain.add(op, why))
        return false;
    return true;
  }

private:
  static bool isNode(Operation *op) {
    if (op->hasTrait<OpTrait::ConstantLike>())
      return false;
    return isa<ir::MapOpInterface>(op) || isUnitView(op);
  }

  static bool isWork(Operation *op) { return isa<ir::MapOpInterface>(op); }

  void joinMakers(Operation *op) {
    // Largest operand first: it saves most traffic.
    SmallVector<std::tuple<int64_t, unsigned, Operation *>> makers;
    for (auto [i, operand] : llvm::enumerate(op->getOperands()))
      if (Operation *maker = operand.getDefiningOp(); maker && number.count(maker))
        makers.push_back({-cast<RankedTensorType>(operand.getType()).getNumElements(), i, maker});
    llvm::sort(makers);
    for (auto [elements, i, maker] : makers) {
      // A view joins only between two kernels that become one; alone it costs nothing.
      OpSet views;
      while (maker && isUnitView(maker) && sets[number[maker]].size() == 1) {
        views.insert(maker);
        maker = maker->getOperand(0).getDefiningOp();
      }
      if (maker && number.count(maker))
        tryMerge(op, maker, /*quiet=*/false, views);
    }
  }

  void joinSiblings(Operation *op) {
    if (!isWork(op))
      return;
    for (Value operand : op->getOperands()) {
      if (cast<RankedTensorType>(operand.getType()).getNumElements() <= 1)
        continue;
      for (Operation *user : operand.getUsers())
        if (user != op && number.count(user) && isWork(user))
          tryMerge(op, user);
    }
  }

  void joinSmall() {
    // Candidates by domain; a deep net has thousands of pairs, most of them refused over and over.
    std::map<std::pair<SmallVector<int64_t>, SmallVector<int64_t>>, SmallVector<unsigned>> alike;
    for (auto [i, op] : llvm::enumerate(order)) {
      auto map = dyn_cast<ir::MapOpInterface>(op);
      if (!map)
        continue;
      int64_t elements = 1;
      for (int64_t size : map.getMapDomain())
        elements *= size;
      if (elements <= kSmallElements)
        alike[{SmallVector<int64_t>(map.getMapDomain()), SmallVector<int64_t>(map.getInnerDims())}]
            .push_back(i);
    }
    SmallVector<ArrayRef<unsigned>> others(order.size());
    for (auto &[domain, members] : alike)
      for (auto [at, i] : llvm::enumerate(members))
        others[i] = ArrayRef(members).drop_front(at + 1);
    // Two clusters, each with its size: a refusal stands as long as both are what they were, for
    // merges elsewhere only add ways around.
    std::set<std::array<size_t, 4>> refused;
    for (unsigned i = 0; i < order.size(); ++i)
      for (unsigned j : others[i]) {
        size_t x = number[order[j]], y = number[order[i]];
        std::array<size_t, 4> pair{x, sets[x].size(), y, sets[y].size()};
        if (x != y && !refused.contains(pair) && !tryMerge(order[j], order[i], /*quiet=*/true))
          refused.insert(pair);
      }
  }

  /// Cheap work on values that are stored anyway is done in every cluster that needs it.
  void rematerialise(Operation *op) {
    unsigned home = number[op];
    auto isAway = [&](Operation *user) { return !sets[home].contains(user); };
    auto isStored = [&](Value v) {
      return !sets[home].contains(v.getDefiningOp()) || llvm::any_of(v.getUsers(), isAway);
    };
    if (!isCheapToRematerialise(op) || !llvm::all_of(op->getOperands(), isStored) ||
        !llvm::all_of(op->getUsers(), [&](Operation *user) {
          return !isAway(user) || (number.count(user) && isWork(user));
        }))
      return;
    llvm::MapVector<unsigned, Operation *> readers; // with the first of their ops that reads
    for (Operation *user : op->getUsers())
      if (isAway(user)) {
        Operation *&first = readers[number[user]];
        first = first && first->isBeforeInBlock(user) ? first : user;
      }
    SmallVector<std::pair<unsigned, Operation *>> copies;
    bool fits = true;
    for (auto [reader, first] : readers) {
      Operation *copy = OpBuilder(first).clone(*op);
      copies.push_back({reader, copy});
      op->getResult(0).replaceUsesWithIf(copy->getResult(0), [&](OpOperand &use) {
        return sets[reader].contains(use.getOwner());
      });
      OpSet wider = sets[reader];
      wider.insert(copy);
      fits &= mergeReason(wider).empty();
    }
    for (auto [reader, copy] : copies) {
      if (fits) {
        number[copy] = reader;
        sets[reader].insert(copy);
        log.refuse(copy, op, "made again: cheaper than to store and read it");
      } else {
        copy->getResult(0).replaceAllUsesWith(op->getResult(0));
        copy->erase();
      }
    }
    if (op->use_empty()) {
      sets[home].remove(op);
      number.erase(op);
      op->erase();
    }
  }

  bool tryMerge(Operation *op, Operation *with, bool quiet = false, const OpSet &between = {}) {
    unsigned x = number[op], y = number[with];
    if (x == y)
      return true;
    OpSet merged = sets[x];
    merged.insert(sets[y].begin(), sets[y].end());
    merged.insert(between.begin(), between.end());
    std::string why = mergeReason(merged);
    if (!why.empty()) {
      if (!quiet) {
        log.refuse(op, with, why);
        log.refuse(with, op, why);
      }
      return false;
    }
    for (Operation *view : between)
      sets[number[view]].clear();
    sets[x].clear();
    sets[y] = merged;
    for (Operation *member : merged)
      number[member] = y;
    return true;
  }

  /// Why the set can not be one kernel; empty when it can.
  std::string mergeReason(const OpSet &merged) {
    if (merged.size() > kMaxMembers)
      return "the kernel would be too long";
    SmallVector<Operation *> ordered = inBlockOrder(merged);
    Domain domain;
    std::string why;
    if (!build(ordered, domain, why))
      return why;
    if (isLongRow(domain) && usesReduced(ordered, domain))
      return "a single long row would be one thread's work";
    llvm::SmallPtrSet<Value, 16> values;
    for (Operation *op : ordered) {
      for (Value operand : op->getOperands())
        if (!merged.contains(operand.getDefiningOp()) && !getSplatConstant(operand))
          values.insert(operand);
      for (Value result : op->getResults())
        if (llvm::any_of(result.getUsers(),
                         [&](Operation *user) { return !merged.contains(user); }))
          values.insert(result);
    }
    if (values.size() > kMaxValues)
      return "the kernel would read and write too many values";
    if (cyclic(merged))
      return "one needs the other through other work";
    return "";
  }

  /// One row of more elements than one chunk: its reductions are cut into chunks
  /// (passes/lower/SplitReductions.cpp).
  static bool isLongRow(const Domain &domain) {
    SmallVector<int64_t> inner = domain.getInner();
    int64_t rows = 1, elements = 1;
    for (auto [d, size] : llvm::enumerate(domain.getSizes()))
      (llvm::is_contained(inner, static_cast<int64_t>(d)) ? elements : rows) *= size;
    return rows == 1 && elements > kChunkElements;
  }

  /// True when some op over the whole row needs a reduced value.
  static bool usesReduced(ArrayRef<Operation *> ops, const Domain &domain) {
    llvm::SmallPtrSet<Operation *, 16> reduced;
    for (Operation *op : ops) {
      auto map = dyn_cast<ir::MapOpInterface>(op);
      bool needs = llvm::any_of(op->getOperands(),
                                [&](Value v) { return reduced.contains(v.getDefiningOp()); });
      bool reduces = map && !map.getInnerDims().empty();
      bool wholeRow = map && llvm::any_of(domain.getInner(), [&](int64_t d) {
                        return llvm::is_contained(domain.getDimMapping(op), d);
                      });
      if (needs && wholeRow)
        return true;
      if (reduces && llvm::any_of(llvm::seq<unsigned>(0, op->getNumResults()), [&](unsigned i) {
            return llvm::any_of(domain.getInner(), [&](int64_t d) {
              return domain.getResultAccess(op, i).isFunctionOfDim(d);
            });
          }))
        return ops.size() > 1; // softmax-like: an array over the row that needs the row
      if (needs || reduces)
        reduced.insert(op);
    }
    return false;
  }

  /// True when a path leaves `merged` and comes back, other clusters being one node each.
  bool cyclic(const OpSet &merged) {
    llvm::SmallPtrSet<Operation *, 32> seen;
    SmallVector<Operation *> stack;
    auto push = [&](Operation *at, bool first) {
      for (Value operand : at->getOperands()) {
        Operation *maker = operand.getDefiningOp();
        if (maker && maker->getBlock() == &block && !(first && merged.contains(maker)) &&
            seen.insert(maker).second)
          stack.push_back(maker);
      }
    };
    for (Operation *op : merged)
      push(op, /*first=*/true);
    while (!stack.empty()) {
      Operation *at = stack.pop_back_val();
      if (merged.contains(at))
        return true;
      push(at, /*first=*/false);
      if (auto it = number.find(at); it != number.end())
        for (Operation *peer : sets[it->second])
          if (!merged.contains(peer))
            push(peer, /*first=*/false);
    }
    return false;
  }

  Block &block;
  FusionLog &log;
  SmallVector<Operation *> order;
  llvm::DenseMap<Operation *, unsigned> number;
  SmallVector<OpSet> sets;
};

static void fuseBlock(Block &block) {
  FusionLog log;
  Clusters clusters(block, log);
  clusters.run();
  for (ArrayRef<Operation *> ops : clusters.take()) {
    Domain domain;
    std::string why;
    Clusters::build(ops, domain, why);
    outline(ops, "map", domain.getAlgorithm(), log.about(OpSet(ops.begin(), ops.end())));
    sortTopologically(&block);
  }
}

struct FuseMaps : sinter::passes::impl::FuseMapsBase<FuseMaps> {
  void runOnOperation() override {
    getOperation().walk([](ir::EntryOp entry) {
      for (Block *block : getBlocks(entry))
        fuseBlock(*block);
    });
  }
};
