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
/// i32 index of the first largest element along `axis`.
SINTER_API Tensor argmax(const Operand &x, int64_t axis = -1, Loc loc = Loc::current());

} // namespace sinter
