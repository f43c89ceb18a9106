// The order of elements along an axis: sort, argsort, topk of the DSL. Reading on:
// include/sinter/ops/sort.h, dialects/rules.
#include "sinter/ops/sort.h"

#include "frontend/src/Call.h"
#include "sinter/rules/index.h"
#include "sinter/rules/sort.h"

#include <optional>

namespace sinter {

using namespace detail;
using Types = std::vector<rules::Type>;

/// Positions of the first `count` elements (none: of all).
static Tensor positions(Call &call, const Tensor &x, int64_t axis, bool descending,
                        std::optional<int64_t> count) {
  if (call.isPoison(x))
    return x;
  const rules::Type &type = call.type(x);
  if (rules::Result<int64_t> along = rules::normalizedAxis(axis, type.rank()); along && !count)
    count = type.dims[*along];
  int64_t taken = count.value_or(0); // a wrong axis is told by emitAlong
  Attributes attributes;
  attributes.integer("count", taken).boolean("descending", descending);
  return call.emitAlong(
      "argsort", {x}, axis,
      [&](const Types &t, int64_t along) { return rules::argsort(t[0], along, taken); },
      std::move(attributes));
}

static Sorted inOrder(Call &call, const Operand &operand, int64_t axis, bool descending,
                      std::optional<int64_t> count) {
  Tensor x = call.tensor(operand), indices = positions(call, x, axis, descending, count);
  Tensor values =
      call.emitAlong("gather_along", {x, indices}, axis, [](const Types &t, int64_t along) {
        return rules::gather_along(t[0], t[1], along);
      });
  return {values, indices};
}

Sorted sort(const Operand &x, int64_t axis, Sort options, Loc loc) {
  Call call("sort", loc);
  return inOrder(call, x, axis, options.descending, std::nullopt);
}

Tensor argsort(const Operand &x, int64_t axis, Sort options, Loc loc) {
  Call call("argsort", loc);
  return positions(call, call.tensor(x), axis, options.descending, std::nullopt);
}

Sorted topk(const Operand &x, int64_t k, int64_t axis, TopK options, Loc loc) {
  Call call("topk", loc);
  return inOrder(call, x, axis, options.largest, k);
}

} // namespace sinter
