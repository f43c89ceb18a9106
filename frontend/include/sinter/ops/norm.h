// Normalisation. Statistics are summed in f64, so that no mean is too far from 0. Reading on: nn.h
// (names, scopes), reduce.h (normalize).
#pragma once

#include "sinter/nn.h"

namespace sinter {

/// Options of batch_norm.
struct BatchNorm {
  double momentum = 0.1; ///< weight of the newest batch in the running statistics
  double eps = 1e-5;
  bool affine = true; ///< with weight and bias
  /// With running statistics; else every entry normalises by its own batch's.
  bool track_running_stats = true;
  Init weight = ones();
  Init bias = zeros();
};

/// Normalises each channel (axis 1) of x [n,c,…] over all other axes, then scales and shifts it by
/// `name`.weight and `name`.bias. In training by the batch's own mean and biased variance, which
/// also update `name`.running_mean and `name`.running_var (unbiased), without a gradient, and count
/// `name`.num_batches_tracked; in evaluation by the running ones. Ioffe, Szegedy, "Batch
/// normalization", 2015.
SINTER_API Tensor batch_norm(Name name, const Operand &x, BatchNorm options = {},
                             Loc loc = Loc::current());

/// Options of layer_norm.
struct LayerNorm {
  int64_t axes = 1; ///< how many of the last axes are normalised together
  double eps = 1e-5;
  bool affine = true; ///< with weight and bias, PyTorch's elementwise_affine
  bool bias = true;   ///< with bias
  Init weight = ones();
  Init bias_init = zeros();
};
/// (x - mean) / sqrt(variance + eps) over the last axes, times `name`.weight plus `name`.bias, both
/// of the shape of these axes. The variance is the biased one. Ba et al., "Layer normalization",
/// 2016.
SINTER_API Tensor layer_norm(Name name, const Operand &x, LayerNorm options = {},
                             Loc loc = Loc::current());

/// Options of group_norm.
struct GroupNorm {
  int64_t groups = 1; ///< divides the channels
  double eps = 1e-5;
  bool affine = true;
  Init weight = ones();
  Init bias = zeros();
};
/// The same over the channels of a group and all that follows, x [n,c,…]; weight and bias [c]. Wu,
/// He, "Group normalization", 2018.
SINTER_API Tensor group_norm(Name name, const Operand &x, GroupNorm options,
                             Loc loc = Loc::current());

/// Options of instance_norm.
struct InstanceNorm {
  double eps = 1e-5;
  bool affine = false; ///< as PyTorch: no weight and bias unless asked for
  Init weight = ones();
  Init bias = zeros();
};
/// The same over each channel of each example, x [n,c,…] with more than one element there. Ulyanov
/// et al., "Instance normalization", 2016.
SINTER_API Tensor instance_norm(Name name, const Operand &x, InstanceNorm options = {},
                                Loc loc = Loc::current());

/// Options of rms_norm.
struct RmsNorm {
  int64_t axes = 1; ///< how many of the last axes are normalised together
  double eps = 0;   ///< 0: the distance from 1 to the next number of the element type, as PyTorch;
                    ///< that of the program, also where `--type f64` widens it
  bool affine = true;
  Init weight = ones();
};
/// x / sqrt(mean(x²) + eps) over the last axes, times `name`.weight. Zhang, Sennrich, "Root mean
/// square layer normalization", 2019.
SINTER_API Tensor rms_norm(Name name, const Operand &x, RmsNorm options = {},
                           Loc loc = Loc::current());

/// Options of local_response_norm.
struct LocalResponseNorm {
  int64_t size = 5; ///< neighbouring channels that are summed
  double alpha = 1e-4, beta = 0.75, k = 1;
};
/// x / (k + alpha mean of the squares of `size` channels around)^beta, x [n,c,…]; where there are
/// fewer, of 0 in their place. Krizhevsky et al., "ImageNet classification with deep convolutional
/// neural networks", 2012, but with a mean for their sum, as in PyTorch.
SINTER_API Tensor local_response_norm(const Operand &x, LocalResponseNorm options = {},
                                      Loc loc = Loc::current());

} // namespace sinter
