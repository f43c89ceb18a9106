// Rules of ops that order the elements along an axis. Reading on: include/sinter/rules/sort.h.
#include "sinter/rules/sort.h"

#include "support.h"

namespace sinter::rules {

Result<Type> argsort(const Type &a, int64_t axis, int64_t count) {
  if (!accepted(a.element, Accepts::Signed))
    return refusedElement(a, Accepts::Signed, 0);
  if (std::optional<RuleError> error = badAxis(a, axis))
    return *error;
  if (count < 0 || count > a.dims[axis])
    return RuleError{"E0126",
                     "expects k of 0 to " + std::to_string(a.dims[axis]) +
                         ", the elements along axis " + std::to_string(axis) + " of " +
                         toString(a) + ", got " + std::to_string(count),
                     0, "choose fewer, or another axis"};
  Type result{ElementType::I64, a.dims};
  result.dims[axis] = count;
  return validated(result);
}

} // namespace sinter::rules
