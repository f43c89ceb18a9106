//===- ClusterGraph.cpp - groups of a block's ops that stay free of cycles --------------------===//
//
// See ClusterGraph.h.
//
//===------------------------------------------------------------------------------------------===//
#include "passes/fuse/ClusterGraph.h"

using namespace mlir;

namespace sinter::passes {

ClusterGraph::ClusterGraph(Block &block) {
  for (Operation &op : block) {
    number[&op] = atPlace.size();
    place.push_back(atPlace.size());
    atPlace.push_back(atPlace.size());
    members.emplace_back().insert(&op);
  }
}

/// Clusters between the places of `merged` that these need; nothing when one of those needs one of
/// `merged` itself.
std::optional<llvm::DenseSet<unsigned>> ClusterGraph::findNeeded(ArrayRef<unsigned> merged) const {
  llvm::DenseSet<unsigned> needed;
  SmallVector<unsigned> stack(merged);
  unsigned first =
      *llvm::min_element(merged, [&](unsigned x, unsigned y) { return place[x] < place[y]; });
  while (!stack.empty()) {
    unsigned at = stack.pop_back_val();
    bool outside = !llvm::is_contained(merged, at);
    for (Operation *op : members[at])
      for (Value operand : op->getOperands()) {
        auto maker = number.find(operand.getDefiningOp());
        if (maker == number.end() || maker->second == at)
          continue;
        if (llvm::is_contained(merged, maker->second)) {
          if (outside)
            return std::nullopt;
        } else if (place[maker->second] > place[first] && needed.insert(maker->second).second) {
          stack.push_back(maker->second);
        }
      }
  }
  return needed;
}

void ClusterGraph::merge(ArrayRef<unsigned> merged) {
  llvm::DenseSet<unsigned> needed = *findNeeded(merged);
  auto [first, last] = std::minmax_element(
      merged.begin(), merged.end(), [&](unsigned x, unsigned y) { return place[x] < place[y]; });
  unsigned begin = place[*first], end = place[*last] + 1, into = merged.back();
  // What they need, they themselves, the others.
  SmallVector<unsigned> before, behind;
  for (unsigned at = begin; at < end; ++at)
    if (unsigned cluster = atPlace[at]; cluster != kNone && !llvm::is_contained(merged, cluster))
      (needed.contains(cluster) ? before : behind).push_back(cluster);
  unsigned at = begin;
  auto put = [&](unsigned cluster) {
    atPlace[at] = cluster;
    place[cluster] = at++;
  };
  llvm::for_each(before, put);
  put(into);
  llvm::for_each(behind, put);
  std::fill(atPlace.begin() + at, atPlace.begin() + end, kNone);
  for (unsigned cluster : merged.drop_back()) {
    for (Operation *op : members[cluster])
      number[op] = into;
    members[into].insert_range(members[cluster]);
    members[cluster].clear();
  }
}

void ClusterGraph::add(Operation *op, unsigned cluster) {
  number[op] = cluster;
  members[cluster].insert(op);
}

void ClusterGraph::remove(Operation *op) {
  members[getCluster(op)].remove(op);
  number.erase(op);
}

} // namespace sinter::passes
