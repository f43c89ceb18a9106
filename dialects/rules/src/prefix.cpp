// Rules of ops on what the elements along an axis make one after the other. Reading on:
// include/sinter/rules/prefix.h.
#include "sinter/rules/prefix.h"

#include "support.h"

namespace sinter::rules {

Result<Type> prefix(const Type &a, int64_t axis) {
  if (!accepted(a.element, Accepts::Numeric))
    return refusedElement(a, Accepts::Numeric, 0);
  if (std::optional<RuleError> error = badAxis(a, axis))
    return *error;
  return a;
}

} // namespace sinter::rules
