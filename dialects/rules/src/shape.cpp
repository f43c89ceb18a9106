// Rules of ops that move elements. Reading on: include/sinter/rules/shape.h.
#include "sinter/rules/shape.h"

#include "support.h"

#include <algorithm>

namespace sinter::rules {

Result<Type> reshape(const Type &a, const std::vector<int64_t> &dims) {
  std::optional<int64_t> count = a.elementCount();
  if (!count)
    return validated(a);
  Type result{a.element, dims};
  auto mismatch = [&](const std::string &help) {
    std::string wanted = "expects a shape of " + std::to_string(*count) + " elements";
    return RuleError{"E0109", wanted + ", got " + toString(dims) + " for " + toString(a), 0, help};
  };
  int64_t unknown = std::count(dims.begin(), dims.end(), -1);
  if (unknown > 1)
    return mismatch("at most one size may be -1");
  if (unknown == 1) {
    auto open = std::find(result.dims.begin(), result.dims.end(), -1);
    *open = 1;
    std::optional<int64_t> rest = result.elementCount();
    if (!rest || *rest == 0 || *count % *rest != 0)
      return mismatch(rest && *rest == 0 ? "-1 cannot be worked out beside a size of 0" : "");
    *open = *count / *rest;
  }
  Result<Type> valid = validated(result);
  if (!valid)
    return valid.error();
  if (valid->elementCount() != count)
    return mismatch("");
  return valid;
}

Result<Type> transpose(const Type &a, const std::vector<int64_t> &perm) {
  std::vector<bool> seen(a.dims.size(), false);
  bool good = perm.size() == a.dims.size();
  for (int64_t axis : perm) {
    good = good && axis >= 0 && axis < a.rank() && !seen[axis];
    if (!good)
      break;
    seen[axis] = true;
  }
  if (!good)
    return RuleError{"E0110",
                     "expects a permutation of the " + std::to_string(a.rank()) + " axes of " +
                         toString(a) + ", got " + toString(perm),
                     0};
  Type result{a.element, {}};
  for (int64_t axis : perm)
    result.dims.push_back(a.dims[axis]);
  return validated(result);
}

Result<Type> broadcast_to(const Type &a, const std::vector<int64_t> &dims) {
  Result<Type> result = validated({a.element, dims});
  if (!result)
    return result.error();
  if (broadcastShapes(a.dims, dims) != dims)
    return RuleError{"E0111",
                     "expects a shape that " + toString(a) + " stretches to, got " + toString(dims),
                     0, "axes are matched from the last one; only size 1 stretches"};
  return result;
}

Result<Type> concat(const std::vector<Type> &operands, int64_t axis) {
  if (operands.empty())
    return RuleError{"E0112", "expects at least one tensor, got none"};
  Type result = operands.front();
  if (std::optional<RuleError> error = badAxis(result, axis))
    return *error;
  for (size_t i = 1; i < operands.size(); ++i) {
    const Type &next = operands[i];
    if (next.element != result.element)
      return RuleError{"E0101",
                       "expects tensors of one element type, got " + toString(operands[0]) +
                           " and " + toString(next),
                       static_cast<int>(i),
                       "cast(x, " + toString(result.element) + ") makes the conversion explicit",
                       0};
    bool fits = next.rank() == result.rank();
    for (int64_t d = 0; fits && d < result.rank(); ++d)
      fits = d == axis || next.dims[d] == result.dims[d];
    if (!fits)
      return RuleError{"E0112",
                       "expects tensors that differ only in axis " + std::to_string(axis) +
                           ", got " + toString(operands[0]) + " and " + toString(next),
                       static_cast<int>(i), "", 0};
    if (__builtin_add_overflow(result.dims[axis], next.dims[axis], &result.dims[axis]))
      return RuleError{"E0104", "expects a size below 2^63, got a sum beyond it along axis " +
                                    std::to_string(axis)};
  }
  return validated(result);
}

Result<Type> slice(const Type &a, const std::vector<int64_t> &starts,
                   const std::vector<int64_t> &limits, const std::vector<int64_t> &strides) {
  if (starts.size() != a.dims.size() || limits.size() != a.dims.size() ||
      strides.size() != a.dims.size())
    return RuleError{"E0113",
                     "expects a start, a limit and a stride for each of " +
                         std::to_string(a.rank()) + " axes, got " + std::to_string(starts.size()) +
                         ", " + std::to_string(limits.size()) + " and " +
                         std::to_string(strides.size()),
                     0};
  Type result{a.element, {}};
  for (int64_t d = 0; d < a.rank(); ++d) {
    std::string axis = "axis " + std::to_string(d) + " of " + toString(a);
    if (starts[d] < 0 || limits[d] < starts[d] || limits[d] > a.dims[d])
      return RuleError{"E0113",
                       "expects 0 <= start <= limit <= " + std::to_string(a.dims[d]) + " for " +
                           axis + ", got start " + std::to_string(starts[d]) + " and limit " +
                           std::to_string(limits[d]),
                       0};
    if (strides[d] < 1)
      return RuleError{
          "E0113",
          "expects a stride of 1 or more for " + axis + ", got " + std::to_string(strides[d]), 0};
    int64_t length = limits[d] - starts[d];
    result.dims.push_back(length / strides[d] + (length % strides[d] != 0));
  }
  return validated(result);
}

Result<Type> pad(const Type &a, const std::vector<int64_t> &low, const std::vector<int64_t> &high) {
  if (!accepted(a.element, Accepts::Numeric))
    return refusedElement(a, Accepts::Numeric, 0);
  if (low.size() != a.dims.size() || high.size() != a.dims.size())
    return RuleError{"E0114",
                     "expects padding before and after each of " + std::to_string(a.rank()) +
                         " axes, got " + std::to_string(low.size()) + " and " +
                         std::to_string(high.size()),
                     0};
  Type result = a;
  for (int64_t d = 0; d < a.rank(); ++d) {
    if (low[d] < 0 || high[d] < 0)
      return RuleError{"E0114",
                       "expects padding of 0 or more along axis " + std::to_string(d) + ", got " +
                           std::to_string(low[d]) + " and " + std::to_string(high[d]),
                       0};
    if (__builtin_add_overflow(result.dims[d], low[d], &result.dims[d]) ||
        __builtin_add_overflow(result.dims[d], high[d], &result.dims[d]))
      return RuleError{"E0104",
                       "expects a size below 2^63, got a padded size beyond it along axis " +
                           std::to_string(d)};
  }
  return validated(result);
}

Result<Type> constant(const Type &type, int64_t bytes) {
  Result<Type> result = validated(type);
  if (!result)
    return result.error();
  int64_t one = byteSize(type.element);
  int64_t all = *type.elementCount() * one; // fits: validated
  if (bytes != all && bytes != one)
    return RuleError{"E0118", "expects " + std::to_string(all) + " bytes for " + toString(type) +
                                  " (or " + std::to_string(one) + " for a splat), got " +
                                  std::to_string(bytes)};
  return result;
}

Result<Type> iota(const Type &type, int64_t axis) {
  if (!accepted(type.element, Accepts::Numeric))
    return refusedElement(type, Accepts::Numeric, -1);
  if (std::optional<RuleError> error = badAxis(type, axis)) {
    error->operand = -1;
    return *error;
  }
  return validated(type);
}

} // namespace sinter::rules
