// Arithmetic composed of other ops, with PyTorch's names. NaN stays NaN unless said otherwise.
// Reading on: elementwise.h (+, *, max, fmod, pow), activation.h (exp2, log2, clamp, isnan).
#pragma once

#include "sinter/ops/elementwise.h"

#include <numbers>
#include <optional>

namespace sinter {

/// What a leaves when b is taken off as often as it fits, with the sign of b, as Python's %, exact.
/// Of integers 0 where b is 0, which PyTorch refuses; fmod has the sign of a.
SINTER_API Tensor remainder(const Operand &a, const Operand &b, Loc loc = Loc::current());
/// The largest whole number that is not above a / b. No gradient passes. Of integers exact below
/// 2^53; by 0 the number of their type nearest to an infinity (0 / 0: 0), which PyTorch refuses.
SINTER_API Tensor floor_divide(const Operand &a, const Operand &b, Loc loc = Loc::current());

/// max, by PyTorch's name.
inline Tensor maximum(const Operand &a, const Operand &b, Loc loc = Loc::current()) {
  Composite call("maximum", loc);
  return max(a, b);
}
/// min, by PyTorch's name.
inline Tensor minimum(const Operand &a, const Operand &b, Loc loc = Loc::current()) {
  Composite call("minimum", loc);
  return min(a, b);
}
/// The larger of two; a number wins over NaN. Equal ones share the gradient.
SINTER_API Tensor fmax(const Operand &a, const Operand &b, Loc loc = Loc::current());
/// The smaller of two; a number wins over NaN. Equal ones share the gradient.
SINTER_API Tensor fmin(const Operand &a, const Operand &b, Loc loc = Loc::current());

/// a without its whole number: frac(-1.5) is -0.5; floating point only.
inline Tensor frac(const Operand &a, Loc loc = Loc::current()) {
  Composite call("frac", loc);
  return a - trunc(a);
}
/// a with the sign of b, zeros included; floating point only. No gradient passes to b.
SINTER_API Tensor copysign(const Operand &a, const Operand &b, Loc loc = Loc::current());
/// 0 where a is below 0 or NaN, 1 where it is above, `values` where it is 0. No gradient passes to
/// a.
SINTER_API Tensor heaviside(const Operand &a, const Operand &values, Loc loc = Loc::current());
/// An angle of degrees in radians; floating point only.
inline Tensor deg2rad(const Operand &a, Loc loc = Loc::current()) {
  Composite call("deg2rad", loc);
  return a * (std::numbers::pi / 180);
}
/// An angle of radians in degrees; floating point only.
inline Tensor rad2deg(const Operand &a, Loc loc = Loc::current()) {
  Composite call("rad2deg", loc);
  return a * (180 / std::numbers::pi);
}

/// sin(pi a) / (pi a), and 1 where a is 0; floating point only. Its gradient there is 0.
inline Tensor sinc(const Operand &a, Loc loc = Loc::current()) {
  Composite call("sinc", loc);
  Tensor angle = where(a == 0.0, 1.0, a * std::numbers::pi);
  return where(a == 0.0, 1.0, sin(angle) / angle);
}

/// sqrt(a² + b²), with squares in f64, so that none of f32 overflow; floating point only. Where it
/// is 0, so is its gradient (PyTorch's is NaN).
SINTER_API Tensor hypot(const Operand &a, const Operand &b, Loc loc = Loc::current());
/// log(exp(a) + exp(b)), which does not overflow; floating point only.
SINTER_API Tensor logaddexp(const Operand &a, const Operand &b, Loc loc = Loc::current());
/// a log(b), and 0 where a is 0, whatever number b is; floating point only.
SINTER_API Tensor xlogy(const Operand &a, const Operand &b, Loc loc = Loc::current());
/// log(a / (1 - a)), the inverse of sigmoid; floating point only. `eps` above 0: of a held between
/// eps and 1 - eps.
SINTER_API Tensor logit(const Operand &a, double eps = 0, Loc loc = Loc::current());
/// a + weight (b - a), from the nearer end, so that weight 1 gives b; floating point only.
SINTER_API Tensor lerp(const Operand &a, const Operand &b, const Operand &weight,
                       Loc loc = Loc::current());
/// x + value a b.
inline Tensor addcmul(const Operand &x, const Operand &a, const Operand &b, double value = 1,
                      Loc loc = Loc::current()) {
  Composite call("addcmul", loc);
  return x + value * a * b;
}
/// x + value a / b; floating point only.
inline Tensor addcdiv(const Operand &x, const Operand &a, const Operand &b, double value = 1,
                      Loc loc = Loc::current()) {
  Composite call("addcdiv", loc);
  return x + value * a / b;
}

/// x, but `value` where `mask`, bool and broadcast with x, is true.
inline Tensor masked_fill(const Operand &x, const Operand &mask, const Operand &value,
                          Loc loc = Loc::current()) {
  Composite call("masked_fill", loc);
  return where(mask, value, x);
}
/// Options of nan_to_num.
struct NanToNum {
  double nan = 0;
  /// Default: the largest finite number of the program's type, also where `--type f64` widens it.
  std::optional<double> posinf = {};
  std::optional<double> neginf = {}; ///< default: the least one
};
/// Numbers for NaN and the infinities, which no gradient passes; floating point only.
SINTER_API Tensor nan_to_num(const Operand &a, NanToNum options = {}, Loc loc = Loc::current());
/// Of bool tensors: whether one of the two alone is true.
inline Tensor logical_xor(const Operand &a, const Operand &b, Loc loc = Loc::current()) {
  Composite call("logical_xor", loc);
  return logical_or(a, b, loc) == logical_not(logical_and(a, b, loc), loc);
}

} // namespace sinter
