// Normalisation. Reading on: nn.h (names, scopes).
#pragma once

#include "sinter/nn.h"

namespace sinter {

/// Options of batch_norm.
struct BatchNorm {
  double momentum = 0.1; ///< weight of the newest batch in the running statistics
  double eps = 1e-5;
  Init weight = ones();
  Init bias = zeros();
};

/// Normalises each channel (axis 1) of x [n,c] or [n,c,h,w] over all other axes, then scales and
/// shifts it by `name`.weight and `name`.bias. In training by the batch's own mean and biased
/// variance, which also update `name`.running_mean and `name`.running_var (unbiased), without a
/// gradient, and count `name`.num_batches_tracked; in evaluation by the running ones. Statistics
/// are summed in f64, so that no mean is too far from 0. Ioffe, Szegedy, "Batch normalization",
/// 2015.
SINTER_API Tensor batch_norm(Name name, const Operand &x, BatchNorm options = {},
                             Loc loc = Loc::current());

} // namespace sinter
