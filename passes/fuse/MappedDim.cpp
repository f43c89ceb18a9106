//===- MappedDim.cpp - accesses as mapped dims ------------------------------------------------===//
//
// See MappedDim.h.
//
//===------------------------------------------------------------------------------------------===//
#include "passes/fuse/MappedDim.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;

namespace sinter::passes {

SmallVector<int64_t, 2> MappedDim::getDims() const {
  switch (kind) {
  case Kind::None:
    return {};
  case Kind::Single:
    return {dim};
  case Kind::Collapsed:
    return {dim, inner};
  }
  llvm_unreachable("a kind of mapped dim");
}

bool overlaps(const DimMapping &at, MappedDim place) {
  SmallVector<int64_t, 2> dims = place.getDims();
  return llvm::any_of(at, [&](MappedDim other) {
    return llvm::any_of(other.getDims(),
                        [&](int64_t dim) { return llvm::is_contained(dims, dim); });
  });
}

DimMapping getIdentityMapping(size_t rank) {
  return llvm::map_to_vector(llvm::seq<int64_t>(0, rank), MappedDim::single);
}

bool getPlainAccess(AffineMap access, ArrayRef<int64_t> sizes, ArrayRef<int64_t> shape,
                    DimMapping &dims) {
  for (auto [expr, size] : llvm::zip_equal(access.getResults(), shape)) {
    auto dim = dyn_cast<AffineDimExpr>(expr);
    if (dim && sizes[dim.getPosition()] > size)
      return false;
    if (size != 1 && !dim)
      return false;
    dims.push_back(size == 1 ? MappedDim() : MappedDim::single(dim.getPosition()));
  }
  return true;
}

std::optional<MappedDim> getWindows(AffineExpr expr, ArrayRef<int64_t> sizes, int64_t size) {
  auto sum = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!sum || sum.getKind() != AffineExprKind::Add)
    return std::nullopt;
  auto product = dyn_cast<AffineBinaryOpExpr>(sum.getLHS());
  auto inner = dyn_cast<AffineDimExpr>(sum.getRHS());
  if (!product || product.getKind() != AffineExprKind::Mul || !inner)
    return std::nullopt;
  auto outer = dyn_cast<AffineDimExpr>(product.getLHS());
  auto factor = dyn_cast<AffineConstantExpr>(product.getRHS());
  if (!outer || !factor || factor.getValue() != sizes[inner.getPosition()] ||
      factor.getValue() * sizes[outer.getPosition()] != size)
    return std::nullopt;
  return MappedDim::collapsed(outer.getPosition(), inner.getPosition());
}

} // namespace sinter::passes
