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
#include "passes/fuse/Rematerialise.h"

#include "dialects/kernel/Cost.h"

#include <map>

using namespace mlir;
using namespace sinter;
using namespace sinter::passes;

namespace sinter::passes {
#define GEN_PASS_DEF_FUSEMAPS
#include "passes/Passes.h.inc"
} // namespace sinter::passes

static constexpr size_t kMaxMembers = 64; ///< ops of one cluster
static constexpr size_t kMaxValues = 24;  ///< values a cluster reads and writes
/// Clusters that one asks in vain before it gives up: work grows with the ops, not with their
/// pairs.
static constexpr size_t kMaxPartners = 64;
/// clusters up to this size merge without sharing a value
static constexpr int64_t kSmallElements = 1 << 14;

/// The clusters of one block.
class Clusters {
public:
  Clusters(Block &block, FusionLog &log)
      : graph(block), log(log), target(kernel::getTarget(block.getParentOp())) {
    for (Operation &op : block)
      if (isNode(&op))
        order.push_back(&op);
  }

  void run() {
    for (Operation *op : order)
      if (isWork(op))
        joinMakers(op);
    for (Operation *op : order)
      joinSiblings(op);
    joinSmall();
    rematerialise(order, graph, target, log,
                  [&](const OpSet &members) { return whyNoKernel(members); });
  }

  /// Clusters that hold work, each in block order.
  SmallVector<SmallVector<Operation *>> take() {
    SmallVector<SmallVector<Operation *>> result;
    for (unsigned cluster = 0; cluster < graph.size(); ++cluster)
      if (llvm::any_of(graph.getMembers(cluster), isWork))
        result.push_back(inBlockOrder(graph.getMembers(cluster)));
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
      if (Operation *maker = operand.getDefiningOp(); maker && isNode(maker))
        makers.push_back({-cast<RankedTensorType>(operand.getType()).getNumElements(), i, maker});
    llvm::sort(makers);
    for (auto [elements, i, maker] : makers) {
      // A view joins only between two kernels that become one; alone it costs nothing.
      SmallVector<unsigned> views;
      while (maker && isUnitView(maker) && membersOf(maker).size() == 1) {
        views.push_back(graph.getCluster(maker));
        maker = maker->getOperand(0).getDefiningOp();
      }
      if (maker && isNode(maker))
        tryMerge(op, maker, /*quiet=*/false, views);
    }
  }

  void joinSiblings(Operation *op) {
    if (!isWork(op))
      return;
    for (Value operand : op->getOperands()) {
      if (cast<RankedTensorType>(operand.getType()).getNumElements() <= 1)
        continue;
      ask(op, operand.getUsers(), [&](Operation *user) { return tryMerge(op, user); });
    }
  }

  /// Merges `op` with those of `partners` that it can, in turn. Stops when many clusters in a row
  /// refused.
  template <class Range>
  void ask(Operation *op, Range &&partners, llvm::function_ref<bool(Operation *)> tryOne) {
    llvm::SmallDenseSet<unsigned> refused;
    for (Operation *partner : partners) {
      if (partner == op || !isWork(partner) || refused.contains(graph.getCluster(partner)))
        continue;
      size_t before = merges;
      if (!tryOne(partner))
        refused.insert(graph.getCluster(partner));
      else if (merges != before)
        refused.clear();
      if (refused.size() == kMaxPartners)
        return;
    }
  }

  void joinSmall() {
    // Candidates by domain.
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
    for (auto &[domain, same] : alike)
      for (auto [at, i] : llvm::enumerate(same))
        others[i] = ArrayRef(same).drop_front(at + 1);
    // A cluster that found no partner among its like finds none until some clusters change.
    llvm::DenseMap<std::pair<unsigned, const unsigned *>, size_t> settled;
    for (unsigned i = 0; i < order.size(); ++i) {
      auto key = std::pair(graph.getCluster(order[i]), others[i].end());
      if (auto it = settled.find(key); it != settled.end() && it->second == merges)
        continue;
      size_t before = merges;
      ask(order[i], llvm::map_range(others[i], [&](unsigned j) { return order[j]; }),
          [&](Operation *other) { return tryMerge(other, order[i], /*quiet=*/true); });
      if (merges == before)
        settled[key] = merges;
    }
  }

  bool tryMerge(Operation *op, Operation *with, bool quiet = false,
                ArrayRef<unsigned> between = {}) {
    unsigned x = graph.getCluster(op), y = graph.getCluster(with);
    if (x == y)
      return true;
    SmallVector<unsigned> clusters{x};
    llvm::append_range(clusters, between);
    clusters.push_back(y);
    std::string why = mergeReason(clusters);
    if (why.empty()) {
      graph.merge(clusters);
      ++merges;
      return true;
    }
    if (!quiet) {
      log.refuse(op, with, why);
      log.refuse(with, op, why);
    }
    return false;
  }

  /// Why the clusters can not be one; empty when they can. A refusal stands as long as all of them
  /// are what they were, for merges elsewhere only add ways around.
  std::string mergeReason(ArrayRef<unsigned> clusters) {
    OpSet merged;
    SmallVector<unsigned> key(clusters);
    size_t size = 0;
    for (unsigned cluster : clusters)
      size += graph.getMembers(cluster).size();
    if (size > kMaxMembers)
      return "the kernel would be too long";
    for (unsigned cluster : clusters) {
      merged.insert_range(graph.getMembers(cluster));
      key.push_back(graph.getMembers(cluster).size());
    }
    std::string &why = refused[key];
    if (why.empty())
      why = whyNoKernel(merged);
    if (why.empty() && graph.isCyclic(clusters))
      why = "one needs the other through other work";
    return why;
  }

  /// Why the set can not be one kernel; empty when it can.
  std::string whyNoKernel(const OpSet &merged) {
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
                        return llvm::is_contained(domain.getDimMapping(op), MappedDim::single(d));
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

  const OpSet &membersOf(Operation *op) const { return graph.getMembers(graph.getCluster(op)); }

  ClusterGraph graph;
  FusionLog &log;
  kernel::TargetInterface target;
  SmallVector<Operation *> order;
  size_t merges = 0; ///< so far
  /// Clusters and their sizes -> why they are not one.
  std::map<SmallVector<unsigned>, std::string> refused;
};

static void fuseBlock(Block &block) {
  FusionLog log;
  Clusters clusters(block, log);
  clusters.run();
  for (ArrayRef<Operation *> ops : clusters.take()) {
    Domain domain;
    std::string why;
    Clusters::build(ops, domain, why);
    outline(ops, ir::FusedKind::Map, domain.getAlgorithm(),
            log.about(OpSet(ops.begin(), ops.end())));
  }
}

struct FuseMaps : sinter::passes::impl::FuseMapsBase<FuseMaps> {
  void runOnOperation() override {
    for (Operation *body : getBodies(getOperation()))
      for (Block *block : getBlocks(body))
        fuseBlock(*block);
  }
};
