// Rules of reductions. Invariant: `axes` are non-negative and distinct; no axes means nothing is
// reduced (the DSL turns "all axes" into the full list). Reading on: loss.h,
// dialects/sinter/Reduce.td.
#pragma once

#include "sinter/rules/type.h"

namespace sinter::rules {

/// One rule a line of the table, for numeric element types; reduced axes vanish, or stay with size
/// 1 under `keepdims`. Those of an extreme must not be empty: there is no largest of nothing.
#define SINTER_REDUCTION(name, ...)                                                                \
  Result<Type> name(const Type &a, const std::vector<int64_t> &axes, bool keepdims);
#define SINTER_EXTREME SINTER_REDUCTION
#include "sinter/rules/reduce.def"

/// → i32 index of the first largest element along `axis`, which vanishes.
Result<Type> argmax(const Type &a, int64_t axis);

} // namespace sinter::rules
