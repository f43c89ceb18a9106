// Elementwise ops with NumPy broadcasting. Element types never mix silently: cast(x, f32) says a
// conversion.
#pragma once

#include "sinter/tensor.h"

namespace sinter {

/// Sum, difference and product of two numbers of one element type.
SINTER_API Tensor operator+(const Operand &a, const Operand &b);
SINTER_API Tensor operator-(const Operand &a, const Operand &b);
SINTER_API Tensor operator*(const Operand &a, const Operand &b);
/// Floating point only.
SINTER_API Tensor operator/(const Operand &a, const Operand &b);
/// The negative.
SINTER_API Tensor operator-(const Operand &a);

/// Comparisons give bool tensors, for where() and cast().
SINTER_API Tensor operator==(const Operand &a, const Operand &b);
SINTER_API Tensor operator!=(const Operand &a, const Operand &b);
SINTER_API Tensor operator<(const Operand &a, const Operand &b);
SINTER_API Tensor operator<=(const Operand &a, const Operand &b);
SINTER_API Tensor operator>(const Operand &a, const Operand &b);
SINTER_API Tensor operator>=(const Operand &a, const Operand &b);

/// Of bool tensors.
SINTER_API Tensor logical_and(const Operand &a, const Operand &b, Loc loc = Loc::current());
SINTER_API Tensor logical_or(const Operand &a, const Operand &b, Loc loc = Loc::current());
SINTER_API Tensor logical_not(const Operand &a, Loc loc = Loc::current());

/// Larger and smaller of two; NaN wins. The largest over axes is reduce_max.
SINTER_API Tensor max(const Operand &a, const Operand &b, Loc loc = Loc::current());
SINTER_API Tensor min(const Operand &a, const Operand &b, Loc loc = Loc::current());
/// a to the power of b; floating point only.
SINTER_API Tensor pow(const Operand &a, const Operand &b, Loc loc = Loc::current());
/// The size without the sign.
SINTER_API Tensor abs(const Operand &a, Loc loc = Loc::current());
/// -1, 0 or 1; NaN stays NaN.
SINTER_API Tensor sign(const Operand &a, Loc loc = Loc::current());
/// exp, log, sqrt, rsqrt, tanh and sigmoid take floating point only.
SINTER_API Tensor exp(const Operand &a, Loc loc = Loc::current());
SINTER_API Tensor log(const Operand &a, Loc loc = Loc::current());
SINTER_API Tensor sqrt(const Operand &a, Loc loc = Loc::current());
/// 1 / sqrt(a).
SINTER_API Tensor rsqrt(const Operand &a, Loc loc = Loc::current());
SINTER_API Tensor tanh(const Operand &a, Loc loc = Loc::current());
/// 1 / (1 + exp(-a)).
SINTER_API Tensor sigmoid(const Operand &a, Loc loc = Loc::current());
/// The larger of a and 0; NaN stays NaN. The gradient at 0 is 0.
SINTER_API Tensor relu(const Operand &a, Loc loc = Loc::current());

/// condition ? a : b, element by element.
SINTER_API Tensor where(const Operand &condition, const Operand &a, const Operand &b,
                        Loc loc = Loc::current());
/// To another element type; floats to integers truncate, to bool means != 0.
SINTER_API Tensor cast(const Operand &a, DType to, Loc loc = Loc::current());
/// The same value; no gradient passes.
SINTER_API Tensor stop_gradient(const Operand &a, Loc loc = Loc::current());

} // namespace sinter
