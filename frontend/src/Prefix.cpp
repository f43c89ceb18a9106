// Prefix sums, products and extremes of the DSL. Reading on: include/sinter/ops/prefix.h,
// dialects/rules.
#include "sinter/ops/prefix.h"

#include "frontend/src/Call.h"
#include "sinter/ops/elementwise.h"
#include "sinter/ops/shape.h"
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

static Tensor extremes(Call &call, const char *op, const Tensor &x, int64_t axis) {
  return call.emitAlong(op, {x}, axis,
                        [](const Types &t, int64_t along) { return rules::prefix(t[0], along); });
}

/// Each stands at the last place so far where the element is the extreme, or is NaN.
static Sorted extremesAndPlaces(const char *op, const Operand &operand, int64_t axis,
                                const Loc &loc) {
  Call call(op, loc);
  Tensor x = call.tensor(operand), values = extremes(call, op, x, axis);
  if (call.isPoison(values))
    return {values, values};
  Tensor at = iota(i64(x.shape()), *call.axisOf(x, axis));
  Tensor reached = where(logical_or(x == values, x != x), at, 0);
  return {values, extremes(call, "cummax", reached, axis)};
}

Sorted cummax(const Operand &x, int64_t axis, Loc loc) {
  return extremesAndPlaces("cummax", x, axis, loc);
}

Sorted cummin(const Operand &x, int64_t axis, Loc loc) {
  return extremesAndPlaces("cummin", x, axis, loc);
}

} // namespace sinter
