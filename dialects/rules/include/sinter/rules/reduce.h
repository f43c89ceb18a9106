// Rules of reductions. Invariant: `axes` are non-negative and distinct; no axes means nothing is
// reduced (the DSL turns "all axes" into the full list). Reading on: loss.h,
// dialects/sinter/Reduce.td.
#pragma once

#include "sinter/rules/type.h"

namespace sinter::rules {

/// Numeric element types; reduced axes vanish, or stay with size 1 under `keepdims`.
Result<Type> sum(const Type &a, const std::vector<int64_t> &axes, bool keepdims);
/// As sum, and reduced axes must not be empty: there is no largest of nothing.
Result<Type> reduce_max(const Type &a, const std::vector<int64_t> &axes, bool keepdims);
Result<Type> reduce_min(const Type &a, const std::vector<int64_t> &axes, bool keepdims);
/// → i32 index of the first largest element along `axis`, which vanishes.
Result<Type> argmax(const Type &a, int64_t axis);

} // namespace sinter::rules
