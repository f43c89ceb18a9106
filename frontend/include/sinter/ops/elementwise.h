// Elementwise ops with NumPy broadcasting. Element types never mix silently: cast(x, f32) says a
// conversion. Reading on: <sinter/rules/elementwise.def>, the table of functions.
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

/// Functions of the table of elementwise ops: exp(a), max(a, b), …
#define SINTER_UNARY(name, ...) SINTER_API Tensor name(const Operand &a, Loc loc = Loc::current());
#define SINTER_BINARY(name, ...)                                                                   \
  SINTER_API Tensor name(const Operand &a, const Operand &b, Loc loc = Loc::current());
#define SINTER_OPERATOR(...) // above
#define SINTER_SIGN(...)     // above
#include "sinter/rules/elementwise.def"

/// condition ? a : b, element by element.
SINTER_API Tensor where(const Operand &condition, const Operand &a, const Operand &b,
                        Loc loc = Loc::current());
/// To another element type; floats to integers truncate, to bool means != 0.
SINTER_API Tensor cast(const Operand &a, DType to, Loc loc = Loc::current());
/// The same value; no gradient passes.
SINTER_API Tensor stop_gradient(const Operand &a, Loc loc = Loc::current());

} // namespace sinter
