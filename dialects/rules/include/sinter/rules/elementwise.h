// Rules of elementwise ops: operands broadcast as in NumPy and share one element type.
// Invariant: no implicit conversion; a mixed pair is an error that says which cast is missing.
// Reading on: shape.h for broadcasting made explicit, dialects/sinter/Elementwise.td for the ops.
#pragma once

#include "sinter/rules/type.h"

namespace sinter::rules {

/// One rule a line of the table: the element types that it names, broadcast.
#define SINTER_UNARY(name, ...) Result<Type> name(const Type &a);
#define SINTER_BINARY(name, ...) Result<Type> name(const Type &a, const Type &b);
#include "sinter/rules/elementwise.def"

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
