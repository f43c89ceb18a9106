//===- Outline.h - making a sinter.fused of a group of ops ------------------------------------===//
//
// A group is a set of ops of one block that one kernel computes. Outlining moves them into the body
// of a sinter.fused, copies splat constants in, and yields what is used outside. Reading on:
// FuseContractions.cpp, FuseMaps.cpp (who chooses groups), passes/lower (who reads them).
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_PASSES_FUSE_OUTLINE_H
#define SINTER_PASSES_FUSE_OUTLINE_H

#include "passes/fuse/Domain.h"

#include "llvm/ADT/SetVector.h"

namespace sinter::passes {

using OpSet = llvm::SetVector<mlir::Operation *>;

/// Remembers why ops were not put together, or were made twice; becomes the attribute `notes`.
/// Bounded, so that dumps stay readable.
class FusionLog {
public:
  /// Says why `op` is not in one kernel with `with`. The first reason for a pair stays.
  void refuse(mlir::Operation *op, mlir::Operation *with, llvm::StringRef why);
  /// Reasons about members of `group` whose partner is not in it.
  llvm::SmallVector<std::string> about(const OpSet &group) const;

private:
  struct Entry {
    mlir::Operation *with;
    std::string name, why;
  };
  llvm::DenseMap<mlir::Operation *, llvm::SmallVector<Entry>> entries;
};

/// Name of an op without its dialect: "matmul".
llvm::StringRef getShortName(mlir::Operation *op);

/// The symbols that `value` is the new value of.
llvm::SmallVector<mlir::StringAttr> getUpdatedSymbols(mlir::Value value);

/// Steps of arithmetic an element that elementwise work of one result takes; nothing when it does
/// more than add, multiply, compare and choose, or reads elsewhere than at its own place.
std::optional<int64_t> countPlainSteps(mlir::Operation *op);

/// True for values of a small part of the elements that `whole` has.
bool isMuchSmaller(mlir::Value value, mlir::Value whole);

/// True for elementwise work that costs less than to store its result and to read it again: a few
/// sums and products of one large value and values broadcast along it.
bool isCheapToRematerialise(mlir::Operation *op);

/// True for a plain sum, also when it is seen under a shape with axes of size 1.
bool isPlainSum(mlir::Value value);

/// True for random numbers, and for elementwise work on them, scalars and the point alone: a
/// dropout's mask.
bool isRandom(mlir::Operation *op);

/// Random values are not stored for several readers: each makes them again (D2), in a map kernel.
void rematerialiseRandom(mlir::Block &block, FusionLog &log);

/// Reports that `op` does not fit into the kernel that `fused` is to become; fusion makes no such
/// group, edited text may.
llvm::LogicalResult refuseMember(ir::FusedOp fused, mlir::Operation *op, llvm::StringRef why);

/// The op that gives a group its name and its place in the user's source.
mlir::Operation *getPrimary(llvm::ArrayRef<mlir::Operation *> ops);

/// True when `op` must run after some op of `group` because of a path that leaves the group.
bool dependsThroughOthers(mlir::Operation *op, const OpSet &group);

/// The ops of a set as they stand in their block.
llvm::SmallVector<mlir::Operation *> inBlockOrder(const OpSet &set);

/// Moves `ops` into a new sinter.fused, in this order, at the last one's place, and sorts the block
/// where that breaks its order.
ir::FusedOp outline(llvm::ArrayRef<mlir::Operation *> ops, ir::FusedKind kind,
                    kernel::AlgorithmAttr algorithm, llvm::ArrayRef<std::string> notes);

} // namespace sinter::passes

#endif
