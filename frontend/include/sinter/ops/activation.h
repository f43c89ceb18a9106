// Activations composed of other ops. Reading on: elementwise.h (relu, sigmoid, softplus, tanh).
#pragma once

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

} // namespace sinter
