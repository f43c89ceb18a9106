// Rules of ops that take or add slices where a tensor of indices says. Reading on:
// include/sinter/rules/index.h.
#include "sinter/rules/index.h"

#include "support.h"

namespace sinter::rules {

/// E0102 for what is no index.
static std::optional<RuleError> badIndex(const Type &index) {
  if (index.element == ElementType::I32 || index.element == ElementType::I64)
    return std::nullopt;
  return RuleError{"E0102", "expects indices i32 or i64, got " + toString(index), 1,
                   "cast(x, i32) makes the conversion explicit"};
}

/// What is wrong with element types of an addition.
static std::optional<RuleError> badUpdates(const Type &base, const Type &updates) {
  if (!accepted(base.element, Accepts::Numeric))
    return refusedElement(base, Accepts::Numeric, 0);
  if (base.element == updates.element)
    return std::nullopt;
  return RuleError{"E0101",
                   "expects operands of one element type, got " + toString(base) + " and " +
                       toString(updates),
                   2, "cast(x, " + toString(base.element) + ") makes the conversion explicit", 0};
}

Result<Type> gather(const Type &table, const Type &index, int64_t axis) {
  if (std::optional<RuleError> error = badIndex(index))
    return *error;
  if (std::optional<RuleError> error = badAxis(table, axis))
    return *error;
  Type result{table.element, {table.dims.begin(), table.dims.begin() + axis}};
  result.dims.insert(result.dims.end(), index.dims.begin(), index.dims.end());
  result.dims.insert(result.dims.end(), table.dims.begin() + axis + 1, table.dims.end());
  return validated(result);
}

Result<Type> scatter_add(const Type &base, const Type &index, const Type &updates, int64_t axis) {
  if (std::optional<RuleError> error = badUpdates(base, updates))
    return *error;
  Result<Type> slices = gather(base, index, axis);
  if (!slices)
    return slices.error();
  if (slices->dims != updates.dims)
    return RuleError{"E0125",
                     "expects " + toString(*slices) + " to add at " + toString(index) +
                         " along axis " + std::to_string(axis) + " of " + toString(base) +
                         ", got " + toString(updates),
                     2, "the shape of the indices stands in the axis's place", 0};
  return validated(base);
}

Result<Type> gather_along(const Type &table, const Type &index, int64_t axis) {
  if (std::optional<RuleError> error = badIndex(index))
    return *error;
  if (std::optional<RuleError> error = badAxis(table, axis))
    return *error;
  bool fits = index.rank() == table.rank();
  for (int64_t d = 0; fits && d < table.rank(); ++d)
    fits = d == axis || index.dims[d] <= table.dims[d];
  if (!fits)
    return RuleError{"E0125",
                     "expects indices with the axes of " + toString(table) +
                         ", none longer but axis " + std::to_string(axis) + ", got " +
                         toString(index),
                     1, "index_select takes whole slices at indices of any shape", 0};
  return validated(Type{table.element, index.dims});
}

Result<Type> scatter_add_along(const Type &base, const Type &index, const Type &updates,
                               int64_t axis) {
  if (std::optional<RuleError> error = badUpdates(base, updates))
    return *error;
  Result<Type> places = gather_along(base, index, axis);
  if (!places)
    return places.error();
  if (places->dims != updates.dims)
    return RuleError{"E0125",
                     "expects " + toString(*places) + " to add at " + toString(index) + ", got " +
                         toString(updates),
                     2, "one element for each index", 1};
  return validated(base);
}

} // namespace sinter::rules
