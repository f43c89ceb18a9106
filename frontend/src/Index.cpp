// Slices of a tensor where a tensor of indices says, and the embedding layer. Reading on:
// include/sinter/ops/index.h, dialects/rules.
#include "sinter/ops/index.h"

#include "frontend/src/Layers.h"
#include "sinter/ops/arrange.h"
#include "sinter/ops/elementwise.h"
#include "sinter/ops/prefix.h"
#include "sinter/ops/reduce.h"
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

Tensor index_fill(const Operand &x, const Operand &index, const Operand &value, int64_t axis,
                  Loc loc) {
  Call call("index_fill", loc);
  Tensor a = call.tensor(x), at = call.tensor(index);
  if (call.isPoison(a) || call.isPoison(at))
    return call.poison();
  std::optional<int64_t> along = call.axisOf(a, axis);
  if (!along)
    return call.poison();
  if (call.type(at).rank() != 1)
    return call.fail("E0107", "expects indices i32[N] or i64[N], got " + toString(call.type(at)),
                     "", {at});
  std::vector<int64_t> dims = call.type(a).dims, row(dims.size(), 1);
  row[*along] = dims[*along];
  Tensor counts = index_add(full(i32({dims[*along]}), 0), at, full(i32(at.shape()), 1));
  return where(reshape(counts, row) > 0, value, a);
}

Tensor masked_scatter(const Operand &x, const Operand &mask, const Operand &source, Loc loc) {
  Call call("masked_scatter", loc);
  Tensor a = call.tensor(x), m = call.tensor(mask), b = call.tensor(source);
  if (call.isPoison(a) || call.isPoison(m) || call.isPoison(b))
    return call.poison();
  rules::Type wanted{rules::ElementType::Bool, call.type(a).dims};
  if (call.type(m) != wanted)
    return call.fail(
        "E0103", "expects a mask " + toString(wanted) + ", got " + toString(call.type(m)), "", {m});
  Tensor number = cumsum(cast(reshape(m, {-1}), i64), 0) - int64_t(1);
  Tensor values = index_select(reshape(b, {-1}), max(number, int64_t(0)));
  return where(m, reshape(values, wanted.dims), a);
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

/// The table of a layer that reads its rows `at` ids; poison: an operand is, or it was reported.
static Tensor tableOf(Call &call, const Name &name, const Tensor &at, const Embedding &options,
                      const char *layer) {
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
  Tensor weight =
      layerParameter(name, "weight", f32({options.count, options.features}), init, call.loc());
  if (!call.isPoison(weight))
    noteUse(call, layer, name, context().path(name.text));
  return weight;
}

Tensor embedding(Name name, const Operand &ids, Embedding options, Loc loc) {
  Call call("embedding", loc, context().path(name.text));
  Tensor at = call.tensor(ids), weight = tableOf(call, name, at, options, "embedding");
  if (call.isPoison(weight))
    return weight;
  int64_t padding = options.padding_index;
  Tensor rows = slices(call, weight, at, 0);
  return padding < 0 ? rows : where(unsqueeze(at, -1) == padding, 0, rows);
}

/// False: reported.
static bool acceptsBags(Call &call, const Tensor &at, const EmbeddingBag &options) {
  rules::Type type = call.type(at);
  if (type.rank() < 1 || type.dims.back() < 1) {
    call.fail("E0107", "expects bags of ids i32[…,L] of one and more, got " + toString(type), "",
              {at});
    return false;
  }
  if (!options.per_sample_weights)
    return true;
  Tensor weights = call.tensor(*options.per_sample_weights);
  if (call.isPoison(weights))
    return false;
  rules::Type wanted{rules::ElementType::F32, type.dims};
  if (options.mode != BagMode::sum)
    call.fail("E0020", std::string("expects the mode sum with weights, got ") +
                           (options.mode == BagMode::mean ? "mean" : "max"));
  else if (call.type(weights) != wanted)
    call.fail("E0103",
              "expects a weight for each id, " + toString(wanted) + ", got " +
                  toString(call.type(weights)),
              "", {weights});
  else
    return true;
  return false;
}

Tensor embedding_bag(Name name, const Operand &ids, EmbeddingBag options, Loc loc) {
  Call call("embedding_bag", loc, context().path(name.text));
  Tensor at = call.tensor(ids);
  if (!call.isPoison(at) && !acceptsBags(call, at, options))
    return call.poison();
  Tensor weight = tableOf(call, name, at,
                          {options.count, options.features, options.weight, options.padding_index},
                          "embedding_bag");
  if (call.isPoison(weight))
    return weight;
  Tensor rows = slices(call, weight, at, 0);
  if (options.per_sample_weights)
    rows = rows * unsqueeze(*options.per_sample_weights, -1);
  if (options.padding_index < 0)
    return options.mode == BagMode::sum    ? sum(rows, -2)
           : options.mode == BagMode::mean ? mean(rows, -2)
                                           : reduce_max(rows, -2);
  // A bag of nothing but padding is 0.
  Tensor counts = unsqueeze(at, -1) != options.padding_index;
  Tensor number = sum(cast(counts, f32), -2);
  if (options.mode == BagMode::max) {
    Tensor largest = reduce_max(where(counts, rows, -__builtin_inf()), -2);
    return where(number > 0, largest, 0);
  }
  Tensor total = sum(where(counts, rows, 0), -2);
  return options.mode == BagMode::sum ? total : total / max(number, 1);
}

} // namespace sinter
