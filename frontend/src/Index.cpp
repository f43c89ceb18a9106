// Slices of a tensor where a tensor of indices says, and the embedding layer. Reading on:
// include/sinter/ops/index.h, dialects/rules.
#include "sinter/ops/index.h"

#include "frontend/src/Layers.h"
#include "sinter/ops/arrange.h"
#include "sinter/ops/elementwise.h"
#include "sinter/ops/shape.h"
#include "sinter/rules/index.h"

namespace sinter {

using namespace detail;
using Types = std::vector<rules::Type>;

static Tensor slices(Call &call, const Tensor &table, const Tensor &index, int64_t axis) {
  return call.emitAlong("gather", {table, index}, axis, [](const Types &t, int64_t along) {
    return rules::gather(t[0], t[1], along);
  });
}

Tensor index_select(const Operand &x, const Operand &index, int64_t axis, Loc loc) {
  Call call("index_select", loc);
  Tensor a = call.tensor(x), at = call.tensor(index);
  return slices(call, a, at, axis);
}

Tensor index_add(const Operand &x, const Operand &index, const Operand &source, int64_t axis,
                 Loc loc) {
  Call call("index_add", loc);
  Tensor a = call.tensor(x), at = call.tensor(index), b = call.tensor(source);
  return call.emitAlong("scatter_add", {a, at, b}, axis, [](const Types &t, int64_t along) {
    return rules::scatter_add(t[0], t[1], t[2], along);
  });
}

Tensor gather(const Operand &x, const Operand &index, int64_t axis, Loc loc) {
  Call call("gather", loc);
  Tensor a = call.tensor(x), at = call.tensor(index);
  return call.emitAlong("gather_along", {a, at}, axis, [](const Types &t, int64_t along) {
    return rules::gather_along(t[0], t[1], along);
  });
}

Tensor scatter_add(const Operand &x, const Operand &index, const Operand &source, int64_t axis,
                   Loc loc) {
  Call call("scatter_add", loc);
  Tensor a = call.tensor(x), at = call.tensor(index), b = call.tensor(source);
  return call.emitAlong("scatter_add_along", {a, at, b}, axis, [](const Types &t, int64_t along) {
    return rules::scatter_add_along(t[0], t[1], t[2], along);
  });
}

/// An index is looked at where something is read by it. Here that is one byte, false, of a table
/// that has as many as there are classes; choosing by it keeps the read.
Tensor checked_index(const Operand &index, int64_t size, Loc loc) {
  Call call("checked_index", loc);
  Tensor at = call.tensor(index);
  if (call.isPoison(at))
    return at;
  if (size < 1)
    return call.fail("E0104", "expects a size of 1 or more, got " + std::to_string(size));
  Tensor none = slices(call, full(bool_({size}), 0), at, 0);
  return where(none, 0, at);
}

Tensor embedding(Name name, const Operand &ids, Embedding options, Loc loc) {
  Call call("embedding", loc, context().path(name.text));
  Tensor at = call.tensor(ids);
  if (!call.accepts(name.text))
    return call.poison();
  for (auto [what, value] : {std::pair("count", options.count), {"features", options.features}})
    if (value < 1)
      return call.fail("E0020", std::string("expects ") + what + " of 1 or more, got " +
                                    std::to_string(value));
  int64_t padding = options.padding_index;
  if (padding < -1 || padding >= options.count)
    return call.fail("E0020", "expects a padding_index below the count " +
                                  std::to_string(options.count) + ", or -1, got " +
                                  std::to_string(padding));
  if (call.isPoison(at))
    return at;
  rules::Type type = call.type(at);
  if (type.element != rules::ElementType::I32 && type.element != rules::ElementType::I64)
    return call.fail("E0102", "expects ids i32 or i64, got " + toString(type), "cast(x, i32) first",
                     {at});
  Init init = options.weight.kind == Init::Kind::Default ? normal(0, 1) : options.weight;
  Tensor weight = layerParameter(name, "weight", f32({options.count, options.features}), init, loc);
  if (call.isPoison(weight))
    return weight;
  noteUse(call, "embedding", name, context().path(name.text));
  Tensor rows = slices(call, weight, at, 0);
  return padding < 0 ? rows : where(unsqueeze(at, -1) == padding, 0, rows);
}

} // namespace sinter
