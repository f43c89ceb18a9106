//===- Affine.h - arithmetic on the affine expressions of accesses ----------------------------===//
//
// What the compiler knows of an index or an address: its terms, its range over a domain, its steps
// along a dim, where a border lets it in. Used by the verifiers, by the analysis of contractions
// (contract/) and by code generation. Divisors are positive constants everywhere. Reading on:
// contract/Phase.h.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_DIALECTS_KERNEL_AFFINE_H
#define SINTER_DIALECTS_KERNEL_AFFINE_H

#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/AffineMap.h"

#include <optional>

namespace sinter::kernel {

/// Smallest and largest value of an index over the domain [0, dims[i]), as far as 2^62.
std::pair<int64_t, int64_t> getIndexRange(mlir::AffineExpr index, llvm::ArrayRef<int64_t> dims);

/// getIndexRange with empty dims taken as of size 1: ranges that code may be written for.
std::pair<int64_t, int64_t> getBounds(mlir::AffineExpr expr, llvm::ArrayRef<int64_t> sizes);

/// Terms of the sum `expr`; a product with a sum is the sum of the products.
llvm::SmallVector<mlir::AffineExpr> getTerms(mlir::AffineExpr expr);

/// The number of `index` in the row-major order of a shape of `sizes`: (i0 * s1 + i1) * s2 + ….
mlir::AffineExpr getRowMajor(mlir::MLIRContext *context, llvm::ArrayRef<mlir::AffineExpr> index,
                             llvm::ArrayRef<int64_t> sizes);

/// Coefficients of a sum of dims and a constant.
struct Linear {
  llvm::SmallVector<int64_t> by;
  int64_t constant = 0;
};
/// Nothing when `expr` is more than a sum of multiples of dims and a constant.
std::optional<Linear> getLinear(mlir::AffineExpr expr, size_t dims);

/// `expr` without divisions that ranges decide and without dims of one value.
mlir::AffineExpr simplifyInRange(mlir::AffineExpr expr, llvm::ArrayRef<int64_t> dims);

/// Half-open interval of values of a dim.
using Interval = std::pair<int64_t, int64_t>;

/// Values of a dim with coefficient `by` that keep rest + by * value inside [0, size).
Interval getInterval(int64_t rest, int64_t by, int64_t size);

/// `count` values that are `step` apart: first points of tiles. Never listed, as a dim may have
/// billions.
struct Progression {
  int64_t first = 0, step = 1, count = 0;
};

/// The constant c with address(d + i) = address(d) + c*i for all d that are multiples of `chunk`
/// and i < chunk, along domain dim `dim`; nothing when there is none or it cannot be proven.
std::optional<int64_t> getStride(mlir::AffineExpr address, int64_t dim, int64_t chunk,
                                 llvm::ArrayRef<int64_t> sizes);

/// How an access meets the lanes: one element for all, neighbours side by side, or each on its own.
enum class LaneKind { Uniform, Contiguous, Scattered };

/// The kind of an address seen from vectors of `lanes` points along `dim`, whose first point is a
/// multiple of `lanes`.
LaneKind getLaneKind(mlir::AffineExpr address, int64_t dim, int64_t lanes,
                     llvm::ArrayRef<int64_t> sizes);

/// The constant address(start + step) - address(start) along `dim`, equal for all `starts`; nothing
/// when there is none or it cannot be proven. `dims`: how many dims there are.
std::optional<int64_t> getDelta(mlir::AffineExpr address, int64_t dim, Progression starts,
                                int64_t step, size_t dims);

/// True when `address` steps through all values of (outer, inner) as through one dim of
/// sizes[outer] * sizes[inner] values.
bool stepsEvenly(mlir::AffineExpr address, int64_t outer, int64_t inner,
                 llvm::ArrayRef<int64_t> sizes);

/// True when a division in `map` sees `dim`.
bool isDivided(mlir::AffineMap map, int64_t dim);

/// True when an index of `map` is more than `dim` alone: neighbours along it share elements.
bool isWindow(mlir::AffineMap map, int64_t dim);

} // namespace sinter::kernel

#endif
