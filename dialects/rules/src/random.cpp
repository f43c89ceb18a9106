// Rules of random ops. Reading on: include/sinter/rules/random.h.
#include "sinter/rules/random.h"

#include "support.h"

namespace sinter::rules {

Result<Type> random_uniform(const Type &seed, const Type &step, const Type &type,
                            const std::string &name) {
  const Type scalar{ElementType::I64, {}};
  if (seed != scalar)
    return RuleError{"E0118", "expects the seed as i64[], got " + toString(seed), 0};
  if (step != scalar)
    return RuleError{"E0118", "expects the step as i64[], got " + toString(step), 1};
  if (!accepted(type.element, Accepts::Float))
    return refusedElement(type, Accepts::Float, -1);
  if (name.empty())
    return RuleError{"E0118", "expects a name for the random stream, got none"};
  return validated(type);
}

uint64_t streamOf(const std::string &name) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (unsigned char byte : name)
    hash = (hash ^ byte) * 0x100000001b3u;
  return hash;
}

} // namespace sinter::rules
