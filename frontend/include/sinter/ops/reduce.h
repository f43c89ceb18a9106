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

/// The sum over `axes`; `keepdims` leaves a reduced axis with size 1, here and below.
SINTER_API Tensor sum(const Operand &x, Axes axes = {}, bool keepdims = false,
                      Loc loc = Loc::current());
/// The mean over `axes`; floating point only, and none of the axes may be empty.
SINTER_API Tensor mean(const Operand &x, Axes axes = {}, bool keepdims = false,
                       Loc loc = Loc::current());
/// The largest element over `axes`; NaN wins.
SINTER_API Tensor reduce_max(const Operand &x, Axes axes = {}, bool keepdims = false,
                             Loc loc = Loc::current());
/// The smallest element over `axes`; NaN wins.
SINTER_API Tensor reduce_min(const Operand &x, Axes axes = {}, bool keepdims = false,
                             Loc loc = Loc::current());
/// i32 index of the first largest element along `axis`.
SINTER_API Tensor argmax(const Operand &x, int64_t axis = -1, Loc loc = Loc::current());

} // namespace sinter
