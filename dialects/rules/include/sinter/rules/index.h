// Rules of ops that take or add slices where a tensor of indices says. Invariant: the axis is
// absolute; the DSL normalises before it calls. Reading on: dialects/sinter/Index.td.
#pragma once

#include "sinter/rules/type.h"

namespace sinter::rules {

/// The slices of `table` along `axis` that `index`, integers of any shape, names: the shape of
/// `index` stands in the axis's place.
Result<Type> gather(const Type &table, const Type &index, int64_t axis);
/// `base` with slices added: `updates` is what gather(base, index, axis) would be.
Result<Type> scatter_add(const Type &base, const Type &index, const Type &updates, int64_t axis);

/// One element of `table` for each of `index`, integers: at its place, but along `axis` at its
/// value. The axes of `index` are those of `table`, none longer but `axis`.
Result<Type> gather_along(const Type &table, const Type &index, int64_t axis);
/// `base` with `updates`, of the shape of `index`, added where gather_along(base, index, axis)
/// reads.
Result<Type> scatter_add_along(const Type &base, const Type &index, const Type &updates,
                               int64_t axis);

} // namespace sinter::rules
