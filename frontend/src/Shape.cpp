// Ops of the DSL that move elements or make tensors. Reading on: include/sinter/ops/shape.h,
// dialects/rules.
#include "sinter/ops/shape.h"

#include "frontend/src/Call.h"
#include "sinter/ops/elementwise.h"
#include "sinter/rules/shape.h"

#include <algorithm>

namespace sinter {

using namespace detail;
using Types = std::vector<rules::Type>;

Tensor reshape(const Operand &x, Shape shape, Loc loc) {
  Call call("reshape", loc);
  return call.emit("reshape", {call.tensor(x)},
                   [&](const Types &t) { return rules::reshape(t[0], shape.sizes()); });
}

Tensor flatten(const Operand &x, int64_t axis, Loc loc) {
  Call call("flatten", loc);
  Tensor a = call.tensor(x);
  if (call.isPoison(a))
    return a;
  const rules::Type &type = call.type(a);
  std::optional<int64_t> from = call.axisOf(a, axis);
  if (!from)
    return call.poison();
  if (*from == type.rank() - 1)
    return a; // nothing to join
  int64_t joined = rules::Type{type.element, {type.dims.begin() + *from, type.dims.end()}}
                       .elementCount()
                       .value_or(0);
  std::vector<int64_t> dims(type.dims.begin(), type.dims.begin() + *from);
  dims.push_back(joined);
  return call.emit("reshape", {a}, [&](const Types &t) { return rules::reshape(t[0], dims); });
}

static Tensor transposed(Call &call, const Tensor &x, const std::vector<int64_t> &perm) {
  Attributes attributes;
  attributes.integers("perm", perm);
  return call.emit(
      "transpose", {x}, [&](const Types &t) { return rules::transpose(t[0], perm); },
      std::move(attributes));
}

Tensor transpose(const Operand &x, Loc loc) {
  Call call("transpose", loc);
  Tensor a = call.tensor(x);
  if (call.isPoison(a))
    return a;
  std::vector<int64_t> perm(call.type(a).dims.size());
  for (size_t i = 0; i < perm.size(); ++i)
    perm[i] = static_cast<int64_t>(perm.size() - 1 - i);
  return transposed(call, a, perm);
}

Tensor transpose(const Operand &x, std::vector<int64_t> perm, Loc loc) {
  Call call("transpose", loc);
  Tensor a = call.tensor(x);
  if (call.isPoison(a))
    return a;
  for (int64_t &axis : perm)
    if (rules::Result<int64_t> normal = rules::normalizedAxis(axis, call.type(a).rank()))
      axis = *normal; // what is out of range stays, for the rule to report with the whole list
  return transposed(call, a, perm);
}

Tensor broadcast_to(const Operand &x, Shape shape, Loc loc) {
  Call call("broadcast_to", loc);
  return call.emit("broadcast_to", {call.tensor(x)},
                   [&](const Types &t) { return rules::broadcast_to(t[0], shape.sizes()); });
}

Tensor concat(const std::vector<Tensor> &tensors, int64_t axis, Loc loc) {
  Call call("concat", loc);
  std::vector<Tensor> inputs;
  bool poison = false;
  for (const Tensor &tensor : tensors) {
    inputs.push_back(call.tensor(Operand(tensor, loc)));
    poison |= call.isPoison(inputs.back());
  }
  if (poison || !call.inTrace())
    return call.poison();
  int64_t at = axis;
  if (!inputs.empty()) {
    std::optional<int64_t> normal = call.axisOf(inputs[0], axis);
    if (!normal)
      return call.poison();
    at = *normal;
  }
  Attributes attributes;
  attributes.integer("axis", at);
  return call.emit(
      "concat", inputs, [&](const Types &t) { return rules::concat(t, at); },
      std::move(attributes));
}

Tensor slice(const Operand &x, std::vector<int64_t> starts, std::vector<int64_t> limits,
             std::vector<int64_t> strides, Loc loc) {
  Call call("slice", loc);
  Tensor a = call.tensor(x);
  if (call.isPoison(a))
    return a;
  const std::vector<int64_t> dims = call.type(a).dims;
  if (strides.empty())
    strides.assign(dims.size(), 1);
  for (std::vector<int64_t> *bounds : {&starts, &limits})
    for (size_t i = 0; i < std::min(bounds->size(), dims.size()); ++i)
      if ((*bounds)[i] < 0 && (*bounds)[i] >= -dims[i])
        (*bounds)[i] += dims[i];
  Attributes attributes;
  attributes.integers("starts", starts).integers("limits", limits).integers("strides", strides);
  return call.emit(
      "slice", {a}, [&](const Types &t) { return rules::slice(t[0], starts, limits, strides); },
      std::move(attributes));
}

/// True where an index of padded `type` lies in what was padded, along every axis that was.
static Tensor isInside(Call &call, const rules::Type &type, const std::vector<int64_t> &low,
                       const std::vector<int64_t> &high) {
  Tensor inside = call.number(rules::ElementType::Bool, 1);
  for (size_t d = 0; d < type.dims.size(); ++d) {
    if (low[d] == 0 && high[d] == 0)
      continue;
    std::vector<int64_t> shape(type.dims.size(), 1);
    shape[d] = type.dims[d];
    Tensor at = iota(i64(shape), static_cast<int64_t>(d));
    inside = logical_and(inside, logical_and(at >= low[d], at < type.dims[d] - high[d]));
  }
  return inside;
}

Tensor pad(const Operand &x, std::vector<int64_t> low, std::vector<int64_t> high, double value,
           Loc loc) {
  Call call("pad", loc);
  Attributes attributes;
  attributes.integers("low", low).integers("high", high);
  Tensor padded = call.emit(
      "pad", {call.tensor(x)}, [&](const Types &t) { return rules::pad(t[0], low, high); },
      std::move(attributes));
  if (call.isPoison(padded) || value == 0)
    return padded;
  rules::Type type = call.type(padded);
  if (!fitsElement(type.element, value))
    return call.fail("E0020", "expects a number of " + rules::toString(type.element) + ", got " +
                                  numberText(value));
  return where(isInside(call, type, low, high), padded, call.number(type.element, value));
}

Tensor full(Type type, double value, Loc loc) {
  Call call("full", loc);
  if (!call.inTrace())
    return call.poison();
  rules::Type result = toRules(type);
  if (rules::Result<rules::Type> valid = rules::validated(result); !valid)
    return call.fail(valid.error(), {});
  if (!fitsElement(result.element, value))
    return call.fail("E0020", "expects a number of " + toString(result.element) + ", got " +
                                  numberText(value));
  return call.constant(result, Attributes().dense("value", result, std::vector<double>{value}));
}

Tensor constant(Type type, const std::vector<double> &values, Loc loc) {
  Call call("constant", loc);
  if (!call.inTrace())
    return call.poison();
  rules::Type result = toRules(type);
  if (rules::Result<rules::Type> valid = rules::validated(result); !valid)
    return call.fail(valid.error(), {});
  int64_t count = *result.elementCount();
  if (static_cast<int64_t>(values.size()) != count)
    return call.fail("E0118", "expects " + std::to_string(count) + " values for " +
                                  toString(result) + ", got " + std::to_string(values.size()));
  for (double value : values)
    if (!fitsElement(result.element, value))
      return call.fail("E0020", "expects numbers of " + toString(result.element) + ", got " +
                                    numberText(value));
  return call.constant(result, Attributes().dense("value", result, values));
}

Tensor iota(Type type, int64_t axis, Loc loc) {
  Call call("iota", loc);
  if (!call.inTrace())
    return call.poison();
  rules::Type result = toRules(type);
  rules::Result<int64_t> normal = rules::normalizedAxis(axis, result.rank());
  if (!normal)
    return call.fail(normal.error(), {});
  Attributes attributes;
  attributes.integer("axis", *normal);
  return call.emit(
      "iota", {}, [&](const Types &) { return rules::iota(result, *normal); },
      std::move(attributes));
}

} // namespace sinter
