//===- MappedDim.h - where an op's dims lie in a kernel's domain ------------------------------===//
//
// What Domain.h reckons with: a dim of an op is on no dim of the kernel, on one, or on two that it
// sees as one.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_PASSES_FUSE_MAPPEDDIM_H
#define SINTER_PASSES_FUSE_MAPPEDDIM_H

#include "mlir/IR/AffineMap.h"

#include <optional>

namespace sinter::passes {

/// Where a dim of an op lies in a kernel's domain.
struct MappedDim {
  enum class Kind {
    None,     ///< nowhere: it has size 1 and its index is 0
    Single,   ///< on the kernel dim `dim`
    Collapsed ///< on two kernel dims that the op sees as one: dim * size(inner) + inner
  };
  Kind kind = Kind::None;
  int64_t dim = -1;   ///< of a collapsed dim: the outer one
  int64_t inner = -1; ///< of a collapsed dim

  static MappedDim single(int64_t dim) { return {Kind::Single, dim, -1}; }
  static MappedDim collapsed(int64_t outer, int64_t inner) {
    return {Kind::Collapsed, outer, inner};
  }
  /// True when it lies somewhere.
  explicit operator bool() const { return kind != Kind::None; }
  bool isCollapsed() const { return kind == Kind::Collapsed; }
  /// The kernel dims it lies on, outermost first.
  llvm::SmallVector<int64_t, 2> getDims() const;
  bool operator==(const MappedDim &) const = default;
};

using DimMapping = llvm::SmallVector<MappedDim>;

/// True when one of `at` lies on a kernel dim of `place`: an op with both speaks of a diagonal only.
bool overlaps(const DimMapping &at, MappedDim place);

/// Every dim on the kernel dim of its number.
DimMapping getIdentityMapping(size_t rank);

/// Dim, one of `sizes`, of each index; none for an index of an axis of size 1; false when not that
/// plain: a dim that goes beyond its axis (images with a stride, by phase) is not.
bool getPlainAccess(mlir::AffineMap access, llvm::ArrayRef<int64_t> sizes,
                    llvm::ArrayRef<int64_t> shape, DimMapping &dims);

/// Windows that tile an axis of `size`: outer * size(inner) + inner over dims of `sizes`.
std::optional<MappedDim> getWindows(mlir::AffineExpr expr, llvm::ArrayRef<int64_t> sizes,
                                    int64_t size);

} // namespace sinter::passes

#endif
