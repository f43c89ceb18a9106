// The order of elements along an axis (-1: the last). NaN is larger than every number, and equal
// elements stay in the order in which they stand (PyTorch's stable sort). Numbers with a sign only.
#pragma once

#include "sinter/tensor.h"

namespace sinter {

/// Options of `sort` and `argsort`.
struct Sort {
  bool descending = false; ///< the largest first
};
/// Options of `topk`.
struct TopK {
  bool largest = true; ///< else the least ones
};
/// Elements in order, and where along the axis each of them stands in the operand: i64.
struct Sorted {
  Tensor values, indices;
};

/// The elements of every row along `axis` in order: [3, 1, 2] → values [1, 2, 3], indices [1, 2,
/// 0]. Values are differentiable: a gradient goes back to where its element came from.
SINTER_API Sorted sort(const Operand &x, int64_t axis = -1, Sort options = {},
                       Loc loc = Loc::current());
/// The indices alone.
SINTER_API Tensor argsort(const Operand &x, int64_t axis = -1, Sort options = {},
                          Loc loc = Loc::current());
/// The `k` largest elements along `axis`, the largest first; k is at most the axis's size. Of equal
/// ones the first are taken.
SINTER_API Sorted topk(const Operand &x, int64_t k, int64_t axis = -1, TopK options = {},
                       Loc loc = Loc::current());

} // namespace sinter
