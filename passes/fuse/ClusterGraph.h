//===- ClusterGraph.h - groups of a block's ops that stay free of cycles ----------------------===//
//
// Fusion puts ops into clusters, one kernel each. Two may become one when no path leaves them and
// comes back. Clusters have places in an order that their needs allow; a path between two can only
// go through clusters whose places are between theirs, so that a question looks at those alone.
// Source: D. J. Pearce, P. H. J. Kelly, "A dynamic topological sort algorithm for directed acyclic
// graphs", JEA 11, 2006. Reading on: FuseMaps.cpp.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_PASSES_FUSE_CLUSTERGRAPH_H
#define SINTER_PASSES_FUSE_CLUSTERGRAPH_H

#include "passes/fuse/Outline.h"

namespace sinter::passes {

/// All ops of a block in clusters, at first each in its own.
class ClusterGraph {
public:
  explicit ClusterGraph(mlir::Block &block);

  bool contains(mlir::Operation *op) const { return number.contains(op); }
  unsigned getCluster(mlir::Operation *op) const { return number.find(op)->second; }
  /// Ops of a cluster; none once it went into another.
  const OpSet &getMembers(unsigned cluster) const { return members[cluster]; }
  unsigned size() const { return members.size(); }

  /// True when a path leaves these clusters and comes back.
  bool isCyclic(llvm::ArrayRef<unsigned> merged) const { return !findNeeded(merged); }
  /// Makes them one, the last one; they may not be cyclic.
  void merge(llvm::ArrayRef<unsigned> merged);

  /// A new op, which needs nothing that its cluster may not need.
  void add(mlir::Operation *op, unsigned cluster);
  /// `op` is about to be erased.
  void remove(mlir::Operation *op);

private:
  std::optional<llvm::DenseSet<unsigned>> findNeeded(llvm::ArrayRef<unsigned> merged) const;

  llvm::DenseMap<mlir::Operation *, unsigned> number;
  std::vector<OpSet> members;
  static constexpr unsigned kNone = ~0u;
  std::vector<unsigned> place;   ///< of each cluster in the order
  std::vector<unsigned> atPlace; ///< the cluster there; kNone where one went into another
};

} // namespace sinter::passes

#endif
