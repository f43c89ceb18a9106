// Matrix products and the linear layer. Reading on: include/sinter/ops/matmul.h,
// include/sinter/nn.h.
#include "sinter/ops/matmul.h"

#include "frontend/src/Layers.h"
#include "sinter/rules/elementwise.h"
#include "sinter/rules/matmul.h"
#include "sinter/rules/shape.h"

#include <cmath>
#include <optional>

namespace sinter {

using namespace detail;
using Types = std::vector<rules::Type>;

static Tensor product(Call &call, const Tensor &a, const Tensor &b, Matmul options) {
  Attributes attributes;
  attributes.boolean("transpose_a", options.transpose_a)
      .boolean("transpose_b", options.transpose_b);
  return call.emit(
      "matmul", {a, b},
      [&](const Types &t) {
        return rules::matmul(t[0], t[1], options.transpose_a, options.transpose_b);
      },
      std::move(attributes));
}

Tensor matmul(const Operand &a, const Operand &b, Matmul options, Loc loc) {
  Call call("matmul", loc);
  Tensor x = call.tensor(a), y = call.tensor(b);
  return product(call, x, y, options);
}

/// What linear expects of its options and of `type`, the type of its operand; false: reported.
static bool acceptsLinear(Call &call, const Tensor &x, const rules::Type &type,
                          const Linear &options) {
  auto refuse = [&](const char *code, const std::string &text, const char *help = "") {
    call.fail(code, text + toString(type), help, {x});
    return false;
  };
  if (options.axis == 0 && type.rank() != 2)
    return refuse("E0107", "expects a matrix f32[batch,features], got ",
                  type.rank() == 3  ? "{.axis = -1} applies the layer to the last axis; flatten(x) "
                                      "before it joins the axes behind the first"
                  : type.rank() > 3 ? "insert flatten(x) before this layer"
                                    : "");
  if (type.rank() < 1)
    return refuse("E0107", "expects a tensor with axes, got ");
  if (!call.isFloat(x))
    return false;
  if (type.dims.back() == 0)
    return refuse("E0115", "expects features, got ");
  return true;
}

Tensor detail::applyToRows(Call &call, const Tensor &x, const Tensor &weight,
                           const std::optional<Tensor> &bias) {
  if (call.isPoison(x) || call.isPoison(weight))
    return call.poison();
  rules::Type type = call.type(x);
  std::vector<int64_t> rows(type.dims.begin(), type.dims.end() - 1);
  auto reshaped = [&](const Tensor &value, const std::vector<int64_t> &dims) {
    return call.emit("reshape", {value},
                     [&](const Types &t) { return rules::reshape(t[0], dims); });
  };
  Tensor result = x;
  if (type.rank() != 2) {
    int64_t count = rules::Type{type.element, rows}.elementCount().value_or(0);
    result = reshaped(result, {count, type.dims.back()});
  }
  result = product(call, result, weight, {.transpose_b = true});
  if (bias)
    result =
        call.emit("add", {result, *bias}, [](const Types &t) { return rules::add(t[0], t[1]); });
  if (type.rank() != 2) {
    rows.push_back(call.type(weight).dims[0]);
    result = reshaped(result, rows);
  }
  return result;
}

Tensor linear(Name name, const Operand &operand, Linear options, Loc loc) {
  Call call("linear", loc, context().path(name.text));
  Tensor x = call.tensor(operand);
  if (!call.accepts(name.text))
    return call.poison();
  if (options.units < 1)
    return call.fail("E0020", "expects units of 1 or more, got " + std::to_string(options.units));
  if (options.axis != 0 && options.axis != -1)
    return call.fail("E0020", "expects axis 0 (a matrix) or -1 (the last axis), got " +
                                  std::to_string(options.axis));
  if (call.isPoison(x))
    return x;
  rules::Type type = call.type(x);
  if (!acceptsLinear(call, x, type, options))
    return call.poison();
  int64_t features = type.dims.back();
  DType element = x.dtype();
  double bound = 1 / std::sqrt(static_cast<double>(features));
  Tensor weight = layerParameter(name, "weight", element({options.units, features}),
                                 orUniform(options.weight, bound), loc);
  if (call.isPoison(weight))
    return weight;
  std::optional<Tensor> bias;
  if (options.bias)
    bias = layerParameter(name, "bias", element({options.units}),
                          orUniform(options.bias_init, bound), loc);
  noteUse(call, "linear", name, context().path(name.text));
  return applyToRows(call, x, weight, bias);
}

} // namespace sinter
