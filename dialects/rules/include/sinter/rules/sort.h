// Rules of ops that order the elements along an axis. Invariant: the axis is absolute; the DSL
// normalises before it calls. Reading on: dialects/sinter/Sort.td.
#pragma once

#include "sinter/rules/type.h"

namespace sinter::rules {

/// Positions along `axis` of its first `count` elements in order, i64; signed numbers only.
Result<Type> argsort(const Type &a, int64_t axis, int64_t count);

} // namespace sinter::rules
