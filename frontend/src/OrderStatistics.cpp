// Reductions by order and by truth: median, quantile, any, all. Reading on:
// include/sinter/ops/reduce.h; Sort.cpp.
#include "sinter/ops/reduce.h"

#include "frontend/src/Call.h"
#include "sinter/ops/arrange.h"
#include "sinter/ops/elementwise.h"

#include <algorithm>
#include <cmath>

namespace sinter {

using namespace detail;

//===--- Truth --------------------------------------------------------------------------------===//

/// 1 where an element is true, or not 0.
static Tensor truth(Call &call, const Operand &x, DType element) {
  Tensor a = call.tensor(x);
  if (call.isPoison(a))
    return a;
  bool isBool = call.type(a).element == rules::ElementType::Bool;
  return cast(isBool ? a : a != 0, element);
}

Tensor any(const Operand &x, Axes axes, bool keepdims, Loc loc) {
  Call call("any", loc);
  return sum(truth(call, x, i64), std::move(axes), keepdims) != 0;
}

Tensor all(const Operand &x, Axes axes, bool keepdims, Loc loc) {
  Call call("all", loc);
  return sum(1 - truth(call, x, i64), std::move(axes), keepdims) == 0;
}

Tensor count_nonzero(const Operand &x, Axes axes, Loc loc) {
  Call call("count_nonzero", loc);
  return sum(truth(call, x, i64), std::move(axes));
}

//===--- Order --------------------------------------------------------------------------------===//

/// Element `at` along an axis, which vanishes unless it is kept.
static Tensor elementOf(const Tensor &x, int64_t axis, int64_t at, bool keepdims) {
  std::vector<int64_t> limits = x.shape().sizes(), starts(limits.size(), 0);
  starts[axis] = at;
  limits[axis] = at + 1;
  Tensor element = slice(x, starts, limits);
  return keepdims ? element : squeeze(element, axis);
}

/// A healthy tensor with elements along `axis`, absolute; nothing: reported.
static std::optional<int64_t> axisWithElements(Call &call, const Tensor &x, int64_t axis) {
  std::optional<int64_t> at = call.axisOf(x, axis);
  if (at && call.type(x).dims[*at] == 0) {
    call.fail("E0115", "expects elements along its axes, got " + toString(call.type(x)), "", {x});
    return std::nullopt;
  }
  return at;
}

Sorted median(const Operand &operand, int64_t axis, bool keepdims, Loc loc) {
  Call call("median", loc);
  Tensor x = call.tensor(operand);
  std::optional<int64_t> along;
  if (call.isPoison(x) || !(along = axisWithElements(call, x, axis)))
    return {call.poison(), call.poison()};
  int64_t size = call.type(x).dims[*along];
  Sorted rows = sort(x, *along);
  if (call.isPoison(rows.values))
    return rows;
  auto at = [&](const Tensor &row, int64_t place) {
    return elementOf(row, *along, place, keepdims);
  };
  // NaN is sorted to the end.
  Tensor last = at(rows.values, size - 1), hasNan = last != last;
  return {where(hasNan, last, at(rows.values, (size - 1) / 2)),
          where(hasNan, at(rows.indices, size - 1), at(rows.indices, (size - 1) / 2))};
}

Tensor median(const Operand &operand, Loc loc) {
  Call call("median", loc);
  Tensor x = call.tensor(operand);
  return call.isPoison(x) ? x : median(reshape(x, {-1}), 0).values;
}

/// Element q (size - 1) of sorted rows.
static Tensor quantileOf(const Tensor &rows, int64_t axis, double q, const Quantile &options) {
  int64_t size = rows.shape()[axis];
  double at = q * static_cast<double>(size - 1), below = std::floor(at), share = at - below;
  auto element = [&](double place) {
    return elementOf(rows, axis, static_cast<int64_t>(place), options.keepdims);
  };
  Tensor low = element(below), high = element(std::ceil(at));
  switch (options.interpolation) {
  case Between::lower:
    return low;
  case Between::higher:
    return high;
  case Between::nearest:
    return element(std::nearbyint(at)); // of two the even place
  case Between::midpoint:
    share = share > 0 ? 0.5 : 0;
    break;
  case Between::linear:
    break;
  }
  if (share == 0)
    return low;
  // From the nearer end, as lerp.
  return share < 0.5 ? low + (high - low) * share : high - (high - low) * (1 - share);
}

/// Rows in order and their axis; a row with NaN is all NaN. Nothing: reported.
static std::optional<std::pair<Tensor, int64_t>> orderedRows(Call &call, const Operand &operand,
                                                             const Quantile &options) {
  Tensor x = call.tensor(operand);
  if (call.isPoison(x) || !call.isFloat(x))
    return std::nullopt;
  if (!options.axis) { // all elements lie along the last axis
    std::vector<int64_t> dims(options.keepdims ? std::max<size_t>(x.rank(), 1) : 1, 1);
    dims.back() = -1;
    x = reshape(x, dims);
  }
  std::optional<int64_t> along = axisWithElements(call, x, options.axis.value_or(-1));
  if (!along)
    return std::nullopt;
  Tensor rows = sort(x, *along).values;
  Tensor last = elementOf(rows, *along, x.shape()[*along] - 1, true);
  return std::pair(where(last != last, last, rows), *along);
}

Tensor quantile(const Operand &x, double q, Quantile options, Loc loc) {
  Call call("quantile", loc);
  Tensor all = quantile(x, std::vector{q}, options);
  return call.isPoison(all) ? all : squeeze(all, 0);
}

Tensor quantile(const Operand &x, const std::vector<double> &q, Quantile options, Loc loc) {
  Call call("quantile", loc);
  for (double share : q)
    if (!(share >= 0 && share <= 1))
      return call.fail("E0020", "expects shares in [0, 1], got " + numberText(share));
  if (q.empty())
    return call.fail("E0020", "expects one share or more, got none");
  auto ordered = orderedRows(call, x, options);
  if (!ordered)
    return call.poison();
  Tensors each;
  for (double share : q)
    each.push_back(quantileOf(ordered->first, ordered->second, share, options));
  return stack(each);
}

} // namespace sinter
