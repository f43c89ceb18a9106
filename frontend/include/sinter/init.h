// Initialisers of parameters, with PyTorch's fan conventions: a weight is [out, in, …].
// The numbers depend on the seed and the parameter's name only.
#pragma once

#include "sinter/loc.h"

#include <cstdint>

namespace sinter {

/// How a parameter starts; made by the functions below.
struct Init {
  enum class Kind : uint8_t {
    Default,
    Constant,
    Normal,
    Uniform,
    XavierNormal,
    XavierUniform,
    KaimingNormal,
    KaimingUniform,
    Truncated,
    Orthogonal,
    Bilinear
  };
  Kind kind = Kind::Default; ///< Default: what the layer's documentation says, else zeros
  double a = 0;              ///< value, mean, lower bound or gain
  double b = 0;              ///< standard deviation or upper bound
  double low = 0, high = 0;  ///< of Truncated
};

inline Init zeros() { return {Init::Kind::Constant, 0, 0}; }
inline Init ones() { return {Init::Kind::Constant, 1, 0}; }
inline Init constant_init(double value) { return {Init::Kind::Constant, value, 0}; }
inline Init normal(double mean = 0, double std = 1) { return {Init::Kind::Normal, mean, std}; }
/// In [low, high).
inline Init uniform(double low = 0, double high = 1) { return {Init::Kind::Uniform, low, high}; }
/// normal(mean, std), drawn again until it is within [low, high], absolute numbers (trunc_normal_).
inline Init truncated_normal(double mean = 0, double std = 1, double low = -2, double high = 2) {
  return {Init::Kind::Truncated, mean, std, low, high};
}
/// gain times a random matrix [out, in·…] whose rows, or columns when there are more rows, are
/// orthonormal (orthogonal_; Saxe, McClelland, Ganguli, "Exact solutions", 2014).
inline Init orthogonal(double gain = 1) { return {Init::Kind::Orthogonal, gain, 0}; }
/// A transposed convolution that resizes by linear interpolation: weight [in, out, window…], 0
/// where in != out; of a depthwise one, [in, 1, window…], none is. In a window of k, c = ⌊(k + 1) /
/// 2⌋, the weight is 1 - |i - middle| / c along each axis, middle = c - 1 for odd k, else c - 1/2.
inline Init bilinear() { return {Init::Kind::Bilinear, 0, 0}; }
/// std = gain * sqrt(2 / (fan_in + fan_out)).
inline Init xavier_normal(double gain = 1) { return {Init::Kind::XavierNormal, gain, 0}; }
/// bound = gain * sqrt(6 / (fan_in + fan_out)).
inline Init xavier_uniform(double gain = 1) { return {Init::Kind::XavierUniform, gain, 0}; }
/// std = sqrt(2 / (1 + slope²) / fan_in); slope is that of a leaky ReLU, 0 for ReLU.
inline Init kaiming_normal(double slope = 0) { return {Init::Kind::KaimingNormal, slope, 0}; }
/// bound = sqrt(6 / (1 + slope²) / fan_in).
inline Init kaiming_uniform(double slope = 0) { return {Init::Kind::KaimingUniform, slope, 0}; }

} // namespace sinter
