// Softmax, losses and the accuracy metric.
#pragma once

#include "sinter/tensor.h"

namespace sinter {

/// exp(x) / sum(exp(x)) along `axis`, with the largest element taken off first: no overflow.
SINTER_API Tensor softmax(const Operand &x, int64_t axis = -1, Loc loc = Loc::current());
/// Its logarithm, without the rounding of log(softmax(x)).
SINTER_API Tensor log_softmax(const Operand &x, int64_t axis = -1, Loc loc = Loc::current());
/// Loss per example from logits f32[N…,classes] and class indices i32[N…] → f32[N…].
SINTER_API Tensor softmax_cross_entropy(const Operand &logits, const Operand &labels,
                                        Loc loc = Loc::current());
/// Mean squared difference, a scalar.
SINTER_API Tensor mse(const Operand &prediction, const Operand &target, Loc loc = Loc::current());
/// Fraction of rows whose largest logit is the label's, a scalar f32.
SINTER_API Tensor accuracy(const Operand &logits, const Operand &labels, Loc loc = Loc::current());

} // namespace sinter
