// Activations composed of other ops, with PyTorch's names, constants, and gradients where they
// bend. NaN stays NaN. Reading on: elementwise.h (relu, sigmoid, softplus, tanh), loss.h (softmax).
#pragma once

#include "sinter/nn.h"
#include "sinter/ops/elementwise.h"

namespace sinter {

/// Options of gelu.
struct Gelu {
  bool approximate = false; ///< by a tanh, as PyTorch's approximate="tanh"; else by erf
};

/// a times the share of the standard normal distribution below a; floating point only. Hendrycks,
/// Gimpel, "Gaussian error linear units", 2016.
inline Tensor gelu(const Operand &a, Gelu options = {}, Loc loc = Loc::current()) {
  Composite call("gelu", loc);
  if (options.approximate) // sqrt(2/pi)
    return 0.5 * a * (1.0 + tanh(0.7978845608028654 * (a + 0.044715 * a * a * a)));
  return 0.5 * a * (1.0 + erf(a * 0.7071067811865476));
}

/// 2 to the power of a.
inline Tensor exp2(const Operand &a, Loc loc = Loc::current()) {
  Composite call("exp2", loc);
  return pow(2.0, a);
}
/// The logarithm to base 2: log(a) over log(2), rounded twice.
inline Tensor log2(const Operand &a, Loc loc = Loc::current()) {
  Composite call("log2", loc);
  return log(a) * 1.4426950408889634;
}
/// The logarithm to base 10: log(a) over log(10), rounded twice.
inline Tensor log10(const Operand &a, Loc loc = Loc::current()) {
  Composite call("log10", loc);
  return log(a) * 0.4342944819032518;
}

/// a between `low` and `high`, numbers or tensors; where low > high, high. No gradient passes to a
/// where it is one of them: unlike max(min(a, high), low), which gives half of it to each.
inline Tensor clamp(const Operand &a, const Operand &low, const Operand &high,
                    Loc loc = Loc::current()) {
  Composite call("clamp", loc);
  Tensor raised = where(a <= low, low, a);
  return where(raised >= high, high, raised);
}
/// a, but at least `low`.
inline Tensor clamp_min(const Operand &a, const Operand &low, Loc loc = Loc::current()) {
  Composite call("clamp_min", loc);
  return where(a <= low, low, a);
}
/// a, but at most `high`.
inline Tensor clamp_max(const Operand &a, const Operand &high, Loc loc = Loc::current()) {
  Composite call("clamp_max", loc);
  return where(a >= high, high, a);
}

/// Options of hardtanh.
struct Hardtanh {
  double min_val = -1, max_val = 1;
};
/// clamp between two numbers.
inline Tensor hardtanh(const Operand &a, Hardtanh options = {}, Loc loc = Loc::current()) {
  Composite call("hardtanh", loc);
  return clamp(a, options.min_val, options.max_val);
}
/// a between 0 and 6; its gradient at 0 and 6 is 0.
inline Tensor relu6(const Operand &a, Loc loc = Loc::current()) {
  Composite call("relu6", loc);
  return clamp(a, 0, 6);
}

/// Options of leaky_relu.
struct LeakyRelu {
  double negative_slope = 0.01;
};
/// a, or `negative_slope` a where a is not above 0, which at 0 is the gradient.
inline Tensor leaky_relu(const Operand &a, LeakyRelu options = {}, Loc loc = Loc::current()) {
  Composite call("leaky_relu", loc);
  return where(a > 0, a, a * options.negative_slope);
}

/// Options of prelu.
struct Prelu {
  int64_t num_parameters = 1; ///< 1, or one for each channel (axis 1)
  Init weight = constant_init(0.25);
};
/// leaky_relu with trained slopes `name`.weight [num_parameters]. He et al., "Delving deep into
/// rectifiers", 2015.
SINTER_API Tensor prelu(Name name, const Operand &a, Prelu options = {}, Loc loc = Loc::current());

/// Options of elu and celu.
struct Elu {
  double alpha = 1;
};
/// a, or alpha (exp(a) - 1) where a is not above 0. Clevert et al., "Fast and accurate deep network
/// learning by exponential linear units", 2015.
inline Tensor elu(const Operand &a, Elu options = {}, Loc loc = Loc::current()) {
  Composite call("elu", loc);
  Tensor below = where(a > 0, 0, a); // exp of what is not taken may be infinite, its gradient NaN
  return where(a > 0, a, options.alpha * expm1(below));
}
/// a, or alpha (exp(a / alpha) - 1) where a is not above 0: smooth at 0 for every alpha.
inline Tensor celu(const Operand &a, Elu options = {}, Loc loc = Loc::current()) {
  Composite call("celu", loc);
  Tensor below = where(a > 0, 0, a);
  return where(a > 0, a, options.alpha * expm1(below / options.alpha));
}
/// elu with the scale and alpha that keep mean 0 and variance 1. Klambauer et al.,
/// "Self-normalizing neural networks", 2017.
inline Tensor selu(const Operand &a, Loc loc = Loc::current()) {
  Composite call("selu", loc);
  return 1.0507009873554805 * elu(a, {.alpha = 1.6732632423543772});
}

/// a sigmoid(a), also called swish; floating point only.
inline Tensor silu(const Operand &a, Loc loc = Loc::current()) {
  Composite call("silu", loc);
  return a * sigmoid(a);
}
/// a tanh(softplus(a)). Misra, "Mish: a self regularized non-monotonic activation function", 2019.
inline Tensor mish(const Operand &a, Loc loc = Loc::current()) {
  Composite call("mish", loc);
  return a * tanh(softplus(a));
}
/// a / 6 + 1/2 between 0 and 1, the sigmoid of straight lines; its gradient is 0 at -3 and 3.
inline Tensor hard_sigmoid(const Operand &a, Loc loc = Loc::current()) {
  Composite call("hard_sigmoid", loc);
  Tensor line = where(a <= -3, 0, (a + 3) * (1 / 6.0));
  return where(a >= 3, 1, line);
}
/// a hard_sigmoid(a). Howard et al., "Searching for MobileNetV3", 2019.
inline Tensor hard_swish(const Operand &a, Loc loc = Loc::current()) {
  Composite call("hard_swish", loc);
  return a * hard_sigmoid(a);
}
/// a / (1 + |a|).
inline Tensor softsign(const Operand &a, Loc loc = Loc::current()) {
  Composite call("softsign", loc);
  return a / (1 + abs(a));
}
/// log(sigmoid(a)), which does not overflow.
inline Tensor log_sigmoid(const Operand &a, Loc loc = Loc::current()) {
  Composite call("log_sigmoid", loc);
  return -softplus(-a);
}
/// a - tanh(a).
inline Tensor tanhshrink(const Operand &a, Loc loc = Loc::current()) {
  Composite call("tanhshrink", loc);
  return a - tanh(a);
}

/// Options of softshrink and hardshrink.
struct Shrink {
  double lambda = 0.5;
};
/// a brought nearer to 0 by `lambda`: 0 from -lambda to lambda.
inline Tensor softshrink(const Operand &a, Shrink options = {}, Loc loc = Loc::current()) {
  Composite call("softshrink", loc);
  Tensor inside = where(abs(a) <= options.lambda, a * 0, a + options.lambda); // NaN is not inside
  return where(a > options.lambda, a - options.lambda, inside);
}
/// a, or 0 from -lambda to lambda.
inline Tensor hardshrink(const Operand &a, Shrink options = {}, Loc loc = Loc::current()) {
  Composite call("hardshrink", loc);
  return where(abs(a) <= options.lambda, 0, a);
}
/// a where it is above `limit`, else `value`.
inline Tensor threshold(const Operand &a, double limit, double value, Loc loc = Loc::current()) {
  Composite call("threshold", loc);
  return where(a <= limit, value, a);
}

/// The first half of a along `axis` times the sigmoid of the second. Dauphin et al., "Language
/// modeling with gated convolutional networks", 2016.
SINTER_API Tensor glu(const Operand &a, int64_t axis = -1, Loc loc = Loc::current());

/// a * a.
inline Tensor square(const Operand &a, Loc loc = Loc::current()) {
  Composite call("square", loc);
  return a * a;
}
/// 1 / a; floating point only.
inline Tensor reciprocal(const Operand &a, Loc loc = Loc::current()) {
  Composite call("reciprocal", loc);
  return 1 / a;
}
/// bool: true where a is no number.
inline Tensor isnan(const Operand &a, Loc loc = Loc::current()) {
  Composite call("isnan", loc);
  return a != a;
}
/// bool: true where a is an infinity of either sign; floating point only.
inline Tensor isinf(const Operand &a, Loc loc = Loc::current()) {
  Composite call("isinf", loc);
  return abs(a) == __builtin_inf();
}
/// bool: true where a is a number and no infinity; floating point only.
inline Tensor isfinite(const Operand &a, Loc loc = Loc::current()) {
  Composite call("isfinite", loc);
  return abs(a) < __builtin_inf();
}

} // namespace sinter
