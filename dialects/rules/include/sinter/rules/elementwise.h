// Rules of elementwise ops: operands broadcast as in NumPy and share one element type.
// Invariant: no implicit conversion; a mixed pair is an error that says which cast is missing.
// Reading on: shape.h for broadcasting made explicit, dialects/sinter/Elementwise.td for the ops.
#pragma once

#include "sinter/rules/type.h"

namespace sinter::rules {

/// Any numeric element type (not bool), broadcast.
Result<Type> add(const Type &a, const Type &b);
Result<Type> sub(const Type &a, const Type &b);
Result<Type> mul(const Type &a, const Type &b);
Result<Type> max(const Type &a, const Type &b);
Result<Type> min(const Type &a, const Type &b);
/// Float element types only, broadcast.
Result<Type> div(const Type &a, const Type &b);
Result<Type> pow(const Type &a, const Type &b);
/// Signed numeric element types: floats, i32, i64.
Result<Type> neg(const Type &a);
Result<Type> abs(const Type &a);
Result<Type> sign(const Type &a);
/// Any numeric element type.
Result<Type> relu(const Type &a);
/// Float element types only.
Result<Type> exp(const Type &a);
Result<Type> log(const Type &a);
Result<Type> sqrt(const Type &a);
Result<Type> rsqrt(const Type &a);
Result<Type> tanh(const Type &a);
Result<Type> sigmoid(const Type &a);
/// → bool. `predicate` is eq ne lt le gt ge; bools know only eq and ne.
Result<Type> compare(const Type &a, const Type &b, const std::string &predicate);
/// bool operands only.
Result<Type> logical_and(const Type &a, const Type &b);
Result<Type> logical_or(const Type &a, const Type &b);
Result<Type> logical_not(const Type &a);
/// `condition` ? a : b, all three broadcast.
Result<Type> select(const Type &condition, const Type &a, const Type &b);
/// Any element type to any other; floats to integers truncate.
Result<Type> cast(const Type &a, ElementType to);
/// The same type; the gradient stops here.
Result<Type> stop_gradient(const Type &a);

} // namespace sinter::rules
