// What the elements along an axis make one after the other.
#pragma once

#include "sinter/tensor.h"

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

} // namespace sinter
