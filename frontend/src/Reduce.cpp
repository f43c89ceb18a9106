// Reductions of the DSL. Reading on: include/sinter/ops/reduce.h, dialects/rules.
#include "sinter/ops/reduce.h"

#include "frontend/src/Call.h"
#include "sinter/ops/elementwise.h"
#include "sinter/ops/shape.h"
#include "sinter/rules/elementwise.h"
#include "sinter/rules/reduce.h"

#include <cmath>

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

/// Elements along `axes`: a factor of the element count, so it fits, unless another axis is empty
/// and nothing is counted with it.
static int64_t countAlong(const rules::Type &type, const std::vector<int64_t> &axes) {
  int64_t count = 1;
  for (int64_t axis : axes)
    if (__builtin_mul_overflow(count, type.dims[static_cast<size_t>(axis)], &count))
      return INT64_MAX;
  return count;
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
  int64_t count = countAlong(type, *list);
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

Tensor argmin(const Operand &x, int64_t axis, Loc loc) {
  Call call("argmin", loc);
  Tensor a = call.tensor(x);
  if (call.isPoison(a))
    return a;
  rules::ElementType element = call.type(a).element;
  // -1 - x turns integers around, all of them.
  if (element == rules::ElementType::U8)
    return argmax(-1 - cast(a, i32), axis);
  if (element == rules::ElementType::Bool)
    return argmax(a, axis); // refused there
  return argmax(rules::isFloat(element) ? -a : -1 - a, axis);
}

/// Healthy floats with elements along `axes`, which become absolute; poison: reported.
static Tensor floatsAlong(Call &call, const Operand &x, Axes &axes) {
  Tensor a = call.tensor(x);
  if (call.isPoison(a) || !call.isFloat(a))
    return call.poison();
  std::optional<std::vector<int64_t>> list = absolute(call, a, axes);
  if (!list)
    return call.poison();
  axes = *list;
  if (countAlong(call.type(a), *list) == 0)
    return call.fail("E0115", "expects elements along its axes, got " + toString(call.type(a)), "",
                     {a});
  return a;
}

/// The square root, with the gradient 0 at 0 instead of one that is infinite.
static Tensor rootOrZero(const Tensor &x) {
  Tensor none = x == 0;
  return where(none, 0, sqrt(where(none, 1, x)));
}

static Tensor variance(Call &call, const Tensor &a, const Axes &axes, bool keepdims,
                       double correction) {
  double count = static_cast<double>(countAlong(call.type(a), axes.list));
  if (!(count - correction > 0))
    return call.fail("E0140",
                     "expects more than " + numberText(correction) +
                         " elements along its axes, got " + numberText(count),
                     "correction = 0 divides by their number", {a});
  Tensor deviation = a - mean(a, axes, true);
  return sum(deviation * deviation, axes, keepdims) * (1 / (count - correction));
}

Tensor var(const Operand &x, Axes axes, bool keepdims, double correction, Loc loc) {
  Call call("var", loc);
  Tensor a = floatsAlong(call, x, axes);
  return call.isPoison(a) ? a : variance(call, a, axes, keepdims, correction);
}

Tensor stddev(const Operand &x, Axes axes, bool keepdims, double correction, Loc loc) {
  Call call("stddev", loc);
  Tensor a = floatsAlong(call, x, axes);
  return call.isPoison(a) ? a : rootOrZero(variance(call, a, axes, keepdims, correction));
}

Tensor norm(const Operand &x, double p, Axes axes, bool keepdims, Loc loc) {
  Call call("norm", loc);
  if (std::isnan(p))
    return call.fail("E0020", "expects a number p, got " + numberText(p));
  Tensor a = floatsAlong(call, x, axes);
  if (call.isPoison(a))
    return a;
  if (p == 0)
    return sum(cast(a != 0, a.dtype()), axes, keepdims);
  if (p == 2)
    return rootOrZero(sum(a * a, axes, keepdims));
  Tensor size = abs(a);
  if (p == 1)
    return sum(size, axes, keepdims);
  if (std::isinf(p))
    return p > 0 ? reduce_max(size, axes, keepdims) : reduce_min(size, axes, keepdims);
  // Powers of 0 have gradients that are infinite, or no numbers: 0 goes around them.
  Tensor none = size == 0;
  Tensor total =
      sum(where(none, pow(full(a.dtype()(), 0), p), pow(where(none, 1, size), p)), axes, keepdims);
  Tensor empty = total == 0;
  return where(empty, 0, pow(where(empty, 1, total), 1 / p));
}

Tensor logsumexp(const Operand &x, Axes axes, bool keepdims, Loc loc) {
  Call call("logsumexp", loc);
  Tensor a = floatsAlong(call, x, axes);
  if (call.isPoison(a))
    return a;
  auto finite = [](const Tensor &v) { return where(abs(v) == HUGE_VAL, 0, v); };
  Tensor largest = stop_gradient(finite(reduce_max(a, axes, true)));
  Tensor total = sum(exp(a - largest), axes, keepdims);
  if (!keepdims)
    largest = reshape(largest, total.shape());
  return log(total) + largest;
}

Tensor normalize(const Operand &x, Normalize options, Loc loc) {
  Call call("normalize", loc);
  Tensor a = call.tensor(x);
  if (call.isPoison(a))
    return a;
  Tensor length = norm(a, options.p, options.axis, true);
  return a / where(length < options.eps, options.eps, length);
}

} // namespace sinter
