// Rules of ops on what the elements along an axis make one after the other. Invariant: the axis is
// absolute; the DSL normalises before it calls. Reading on: dialects/sinter/Prefix.td.
#pragma once

#include "sinter/rules/type.h"

namespace sinter::rules {

/// Prefix sums, products: numbers → the same type.
Result<Type> prefix(const Type &a, int64_t axis);

} // namespace sinter::rules
