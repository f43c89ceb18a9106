// Prefix sums and products of the DSL. Reading on: include/sinter/ops/prefix.h, dialects/rules.
#include "sinter/ops/prefix.h"

#include "frontend/src/Call.h"
#include "sinter/rules/prefix.h"

namespace sinter {

using namespace detail;
using Types = std::vector<rules::Type>;

static Tensor prefix(const char *op, const Operand &x, int64_t axis, Cumulative options,
                     const Loc &loc) {
  Call call(op, loc);
  Attributes attributes;
  attributes.boolean("reverse", options.reverse).boolean("exclusive", options.exclusive);
  return call.emitAlong(
      op, {call.tensor(x)}, axis,
      [](const Types &t, int64_t along) { return rules::prefix(t[0], along); },
      std::move(attributes));
}

Tensor cumsum(const Operand &x, int64_t axis, Cumulative options, Loc loc) {
  return prefix("cumsum", x, axis, options, loc);
}

Tensor cumprod(const Operand &x, int64_t axis, Cumulative options, Loc loc) {
  return prefix("cumprod", x, axis, options, loc);
}

} // namespace sinter
