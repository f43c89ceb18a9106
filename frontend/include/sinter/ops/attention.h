// Attention, composed of products, masks and softmax. The compiler joins them to kernels that keep
// a block of the scores and no more (dialects/sinter/Attention.td). Reading on: matmul.h, loss.h.
#pragma once

#include "sinter/ops/elementwise.h"
#include "sinter/ops/loss.h"
#include "sinter/ops/matmul.h"
#include "sinter/ops/reduce.h"
#include "sinter/ops/shape.h"

#include <optional>

namespace sinter {

/// Options of attention.
struct Attention {
  /// Broadcasts to the scores [..,queries,keys]: bool, true where a query may look at a key, or
  /// numbers that are added to the scores. A query that may look at nothing gets 0.
  std::optional<Tensor> mask = {};
  bool causal = false; ///< query i looks at keys 0 … i only
  double scale = 0;    ///< of the scores; 0: 1/√depth
};

/// softmax(scale q kᵀ + mask) v, scaled dot-product attention: q f32[..,queries,depth],
/// k f32[..,keys,depth], v f32[..,keys,values] → f32[..,queries,values]; leading axes broadcast.
/// Vaswani et al., "Attention is all you need", 2017.
inline Tensor attention(const Tensor &q, const Tensor &k, const Tensor &v, Attention options = {},
                        Loc loc = Loc::current()) {
  Composite call("attention", loc);
  Tensor scores = matmul(q, k, {.transpose_b = true});
  int64_t queries = scores.shape()[-2], keys = scores.shape()[-1],
          depth = q.rank() > 0 ? q.shape()[-1] : 0;
  // Built-ins of both compilers: <cmath> is a fifth of all text behind sinter.h.
  double scale = options.scale != 0 || depth == 0 ? options.scale
                                                  : 1 / __builtin_sqrt(static_cast<double>(depth));
  scores = scores * scale;
  const DType element = scores.dtype();
  const Tensor never = full(element(), -__builtin_inf()), zero = full(element(), 0);
  std::optional<Tensor> mask = options.mask;
  if (options.causal) {
    Tensor past = iota(i32({1, keys}), 1) <= iota(i32({queries, 1}), 0);
    if (!mask)
      return matmul(softmax(where(past, scores, never)), v); // nobody looks at nothing
    mask = mask->dtype() == bool_ ? logical_and(past, *mask) : where(past, *mask, never);
  }
  if (!mask)
    return matmul(softmax(scores), v);
  // Scores of a query that may look at nothing stay finite, so that its gradients are 0, too.
  bool numbers = mask->dtype() != bool_;
  Tensor seen =
      reduce_max(numbers ? *mask : cast(*mask, element), -1, true) > (numbers ? never : zero);
  scores =
      numbers ? scores + where(seen, *mask, zero) : where(*mask, scores, where(seen, never, zero));
  return where(seen, matmul(softmax(scores), v), zero);
}

} // namespace sinter
