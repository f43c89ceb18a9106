// Reductions of the DSL. Reading on: include/sinter/ops/reduce.h, dialects/rules.
#include "sinter/ops/reduce.h"

#include "frontend/src/Call.h"
#include "sinter/rules/elementwise.h"
#include "sinter/rules/reduce.h"

namespace sinter {

using namespace detail;
using Types = std::vector<rules::Type>;
using ReduceRule = rules::Result<rules::Type> (*)(const rules::Type &, const std::vector<int64_t> &,
                                                  bool);

/// Absolute axes of `a`, or nothing after a report.
static std::optional<std::vector<int64_t>> absolute(Call &call, const Tensor &a, const Axes &axes) {
  int64_t rank = call.type(a).rank();
  if (axes.all) {
    std::vector<int64_t> every;
    for (int64_t axis = 0; axis < rank; ++axis)
      every.push_back(axis);
    return every;
  }
  rules::Result<std::vector<int64_t>> normal = rules::normalizedAxes(axes.list, rank);
  if (normal)
    return *normal;
  call.fail(normal.error(), {a});
  return std::nullopt;
}

static Tensor reduce(Call &call, const char *op, ReduceRule rule, const Tensor &a, const Axes &axes,
                     bool keepdims) {
  if (call.isPoison(a))
    return a;
  std::optional<std::vector<int64_t>> list = absolute(call, a, axes);
  if (!list)
    return call.poison();
  Attributes attributes;
  attributes.integers("axes", *list).boolean("keepdims", keepdims);
  return call.emit(
      op, {a}, [&](const Types &t) { return rule(t[0], *list, keepdims); }, std::move(attributes));
}

#define SINTER_REDUCTION(name, ...)                                                                \
  Tensor name(const Operand &x, Axes axes, bool keepdims, Loc loc) {                               \
    Call call(#name, loc);                                                                         \
    return reduce(call, #name, rules::name, call.tensor(x), axes, keepdims);                       \
  }
#define SINTER_EXTREME SINTER_REDUCTION
#include "sinter/rules/reduce.def"

Tensor mean(const Operand &x, Axes axes, bool keepdims, Loc loc) {
  Call call("mean", loc);
  Tensor a = call.tensor(x);
  if (call.isPoison(a))
    return a;
  rules::Type type = call.type(a);
  if (!call.isFloat(a))
    return call.poison();
  std::optional<std::vector<int64_t>> list = absolute(call, a, axes);
  if (!list)
    return call.poison();
  int64_t count = 1; // fits: a factor of the element count, unless the tensor is empty
  for (int64_t axis : *list)
    if (__builtin_mul_overflow(count, type.dims[static_cast<size_t>(axis)], &count))
      count = 0;
  if (count == 0)
    return call.fail("E0115", "expects elements along its axes, got " + toString(type), "", {a});
  Tensor total = reduce(call, "sum", rules::sum, a, *list, keepdims);
  Tensor share = call.number(type.element, 1.0 / static_cast<double>(count));
  return call.emit("mul", {total, share}, [](const Types &t) { return rules::mul(t[0], t[1]); });
}

Tensor argmax(const Operand &x, int64_t axis, Loc loc) {
  Call call("argmax", loc);
  return call.emitAlong("argmax", {call.tensor(x)}, axis,
                        [](const Types &t, int64_t along) { return rules::argmax(t[0], along); });
}

} // namespace sinter
