// Rules of reductions. Reading on: include/sinter/rules/reduce.h.
#include "sinter/rules/reduce.h"

#include "support.h"

namespace sinter::rules {

static Result<Type> reduced(const Type &a, const std::vector<int64_t> &axes, bool keepdims,
                            bool needsElements) {
  if (!accepted(a.element, Accepts::Numeric))
    return refusedElement(a, Accepts::Numeric, 0);
  std::vector<bool> gone(a.dims.size(), false);
  for (int64_t axis : axes) {
    if (std::optional<RuleError> error = badAxis(a, axis))
      return *error;
    if (gone[axis])
      return RuleError{"E0106",
                       "expects distinct axes, got axis " + std::to_string(axis) + " twice in " +
                           toString(axes),
                       0};
    gone[axis] = true;
    if (needsElements && a.dims[axis] == 0)
      return RuleError{
          "E0115", "expects elements along axis " + std::to_string(axis) + ", got " + toString(a),
          0};
  }
  Type result{a.element, {}};
  for (int64_t d = 0; d < a.rank(); ++d) {
    if (!gone[d])
      result.dims.push_back(a.dims[d]);
    else if (keepdims)
      result.dims.push_back(1);
  }
  return validated(result);
}

#define SINTER_REDUCTION(name, ...)                                                                \
  Result<Type> name(const Type &a, const std::vector<int64_t> &axes, bool keepdims) {              \
    return reduced(a, axes, keepdims, false);                                                      \
  }
#define SINTER_EXTREME(name, ...)                                                                  \
  Result<Type> name(const Type &a, const std::vector<int64_t> &axes, bool keepdims) {              \
    return reduced(a, axes, keepdims, true);                                                       \
  }
#include "sinter/rules/reduce.def"

Result<Type> argmax(const Type &a, int64_t axis) {
  Result<Type> result = reduced(a, {axis}, false, true);
  if (!result)
    return result.error();
  if (a.dims[axis] > INT32_MAX)
    return RuleError{"E0104",
                     "expects at most 2147483647 elements along axis " + std::to_string(axis) +
                         ", got " + toString(a),
                     0};
  return Type{ElementType::I32, result->dims};
}

} // namespace sinter::rules
