// Reductions over axes; without axes, over all of them.
#pragma once

#include "sinter/tensor.h"

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

/// Options of normalize.
struct Normalize {
  double p = 2;
  int64_t axis = 1;
  double eps = 1e-12; ///< the least that a norm counts
};
/// Vectors along an axis over their norms.
SINTER_API Tensor normalize(const Operand &x, Normalize options = {}, Loc loc = Loc::current());

} // namespace sinter
