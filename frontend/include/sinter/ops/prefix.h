// What the elements along an axis make one after the other.
#pragma once

#include "sinter/ops/sort.h"

namespace sinter {

/// Options of `cumsum` and `cumprod`.
struct Cumulative {
  bool reverse = false;   ///< from the end of the axis to its beginning
  bool exclusive = false; ///< without the element itself: it begins with 0 (cumprod: 1)
};
/// Sums of the elements so far along `axis` (-1: the last): [1, 2, 3] → [1, 3, 6]; numbers of any
/// type, which is the result's. Sums of f32 are made in f64 and rounded once an element.
SINTER_API Tensor cumsum(const Operand &x, int64_t axis = -1, Cumulative options = {},
                         Loc loc = Loc::current());
/// Products of the elements so far along `axis`: [1, 2, 3] → [1, 2, 6]. The gradient is right where
/// elements are 0, too.
SINTER_API Tensor cumprod(const Operand &x, int64_t axis = -1, Cumulative options = {},
                          Loc loc = Loc::current());
/// The largest of the elements so far along `axis` and where along it each stands: [1, 3, 2] →
/// values [1, 3, 3], indices [0, 1, 1], i64. Of equal ones the last, which has the gradient, as in
/// PyTorch; NaN is larger than every number, and smaller for cummin.
SINTER_API Sorted cummax(const Operand &x, int64_t axis = -1, Loc loc = Loc::current());
/// The smallest of the elements so far.
SINTER_API Sorted cummin(const Operand &x, int64_t axis = -1, Loc loc = Loc::current());

} // namespace sinter
