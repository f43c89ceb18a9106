// Reductions over axes; without axes, over all of them.
#pragma once

#include "sinter/ops/sort.h"

#include <optional>

namespace sinter {

/// Which axes: sum(x) all, sum(x, -1) the last, sum(x, {0, 2}) two.
struct Axes {
  Axes() = default;
  Axes(int axis) : all(false), list{axis} {}
  Axes(int64_t axis) : all(false), list{axis} {}
  Axes(std::initializer_list<int64_t> axes) : all(false), list(axes) {}
  Axes(std::vector<int64_t> axes) : all(false), list(std::move(axes)) {}

  bool all = true;
  std::vector<int64_t> list;
};

/// Functions of the table of reductions: sum(x), sum(x, -1), reduce_max(x, {0, 2}, true), …
#define SINTER_REDUCTION(name, ...)                                                                \
  SINTER_API Tensor name(const Operand &x, Axes axes = {}, bool keepdims = false,                  \
                         Loc loc = Loc::current());
#define SINTER_EXTREME SINTER_REDUCTION
#include "sinter/rules/reduce.def"

/// The mean over `axes`; floating point only, and none of the axes may be empty.
SINTER_API Tensor mean(const Operand &x, Axes axes = {}, bool keepdims = false,
                       Loc loc = Loc::current());
/// i32 index of the first largest element along `axis`; NaN is the largest.
SINTER_API Tensor argmax(const Operand &x, int64_t axis = -1, Loc loc = Loc::current());
/// i32 index of the first smallest element along `axis`; NaN is the smallest.
SINTER_API Tensor argmin(const Operand &x, int64_t axis = -1, Loc loc = Loc::current());

/// The mean squared distance from the mean over `axes`, with n - `correction` in the place of n:
/// PyTorch's 1 (Bessel's) by default, 0 as normalisation has it. In two passes, so that no mean is
/// too far from 0. n - correction of 0 or less is an error (PyTorch gives NaN).
SINTER_API Tensor var(const Operand &x, Axes axes = {}, bool keepdims = false,
                      double correction = 1, Loc loc = Loc::current());
/// sqrt(var(x, …)); where it is 0, so is its gradient. PyTorch's std: `std` alone means the
/// namespace in C++.
SINTER_API Tensor stddev(const Operand &x, Axes axes = {}, bool keepdims = false,
                         double correction = 1, Loc loc = Loc::current());
/// The p-norm over `axes`, of all elements by default: (Σ |x|^p)^(1/p); the largest |x| where p is
/// infinite (the smallest for -infinity), the number of elements that are not 0 where p is 0. Where
/// a norm is 0, so is its gradient.
SINTER_API Tensor norm(const Operand &x, double p = 2, Axes axes = {}, bool keepdims = false,
                       Loc loc = Loc::current());
/// log(Σ exp(x)) over `axes`, with the largest element taken off first: no overflow.
SINTER_API Tensor logsumexp(const Operand &x, Axes axes = {}, bool keepdims = false,
                            Loc loc = Loc::current());

/// reduce_max, by PyTorch's name: equal extremes share the gradient.
inline Tensor amax(const Operand &x, Axes axes = {}, bool keepdims = false,
                   Loc loc = Loc::current()) {
  Composite call("amax", loc);
  return reduce_max(x, std::move(axes), keepdims);
}
/// reduce_min, by PyTorch's name: equal extremes share the gradient.
inline Tensor amin(const Operand &x, Axes axes = {}, bool keepdims = false,
                   Loc loc = Loc::current()) {
  Composite call("amin", loc);
  return reduce_min(x, std::move(axes), keepdims);
}
/// bool: whether any element over `axes`, bool or a number, is true, or not 0.
SINTER_API Tensor any(const Operand &x, Axes axes = {}, bool keepdims = false,
                      Loc loc = Loc::current());
/// bool: whether all elements over `axes`, bool or numbers, are true, or not 0.
SINTER_API Tensor all(const Operand &x, Axes axes = {}, bool keepdims = false,
                      Loc loc = Loc::current());
/// i64: how many elements over `axes` are true, or not 0.
SINTER_API Tensor count_nonzero(const Operand &x, Axes axes = {}, Loc loc = Loc::current());

/// The element in the middle along `axis`, of an even number the lower one of the two, and where
/// along it it stands, i64; a row with NaN has NaN. By sorting, so equal ones give the first.
SINTER_API Sorted median(const Operand &x, int64_t axis, bool keepdims = false,
                         Loc loc = Loc::current());
/// The one of all elements.
SINTER_API Tensor median(const Operand &x, Loc loc = Loc::current());

/// What a quantile between two elements is.
enum class Between : uint8_t { linear, lower, higher, nearest, midpoint };
/// Options of quantile.
struct Quantile {
  std::optional<int64_t> axis = {}; ///< none: of all elements
  bool keepdims = false;
  Between interpolation = Between::linear;
};
/// The number below which the share `q` in [0, 1] of the elements lies: element q (n - 1) of them
/// in order; floating point only. A row with NaN has NaN.
SINTER_API Tensor quantile(const Operand &x, double q, Quantile options = {},
                           Loc loc = Loc::current());
/// Several shares, along a new axis in front.
SINTER_API Tensor quantile(const Operand &x, const std::vector<double> &q, Quantile options = {},
                           Loc loc = Loc::current());

/// Options of normalize.
struct Normalize {
  double p = 2;
  int64_t axis = 1;
  double eps = 1e-12; ///< the least that a norm counts
};
/// Vectors along an axis over their norms.
SINTER_API Tensor normalize(const Operand &x, Normalize options = {}, Loc loc = Loc::current());

} // namespace sinter
