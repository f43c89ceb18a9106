// Convolutions. Reading on: include/sinter/ops/conv.h, dialects/rules (what is refused).
#include "sinter/ops/conv.h"

#include "frontend/src/Layers.h"
#include "sinter/rules/conv.h"
#include "sinter/rules/elementwise.h"
#include "sinter/rules/shape.h"

#include <cmath>

namespace sinter {

using namespace detail;
using Types = std::vector<rules::Type>;

static std::vector<int64_t> both(const Pair &pair) { return {pair.height, pair.width}; }

/// The window's way over the image; nothing: reported.
static std::optional<rules::Sliding> resolve(Call &call, const Conv2d &options,
                                             const std::vector<int64_t> &window) {
  rules::Sliding sliding{both(options.stride), {}, {}, both(options.dilation)};
  if (options.padding.kind == Padding::Kind::Explicit) {
    sliding.low = sliding.high = both(options.padding.zeros);
    return sliding;
  }
  if (options.stride.height != 1 || options.stride.width != 1) {
    call.fail("E0121",
              "expects a stride of 1 under padding 'same', got " +
                  std::to_string(options.stride.height) + "x" +
                  std::to_string(options.stride.width),
              "give the padding as numbers");
    return std::nullopt;
  }
  for (int axis : {0, 1}) {
    int64_t zeros = std::max<int64_t>(0, sliding.dilations[axis] * (window[axis] - 1));
    sliding.low.push_back(zeros / 2);
    sliding.high.push_back(zeros - zeros / 2);
  }
  return sliding;
}

static Tensor convolve(Call &call, const Tensor &x, const Tensor &filter,
                       const rules::Sliding &sliding, int64_t groups) {
  Attributes attributes;
  attributes.integers("strides", sliding.strides)
      .integers("low", sliding.low)
      .integers("high", sliding.high)
      .integers("dilations", sliding.dilations)
      .integer("groups", groups);
  return call.emit(
      "conv2d", {x, filter},
      [&](const Types &t) { return rules::conv2d(t[0], t[1], sliding, groups); },
      std::move(attributes));
}

Tensor conv2d(const Operand &operand, const Operand &weights, Conv2d options, Loc loc) {
  Call call("conv2d", loc);
  Tensor x = call.tensor(operand), filter = call.tensor(weights);
  if (call.isPoison(x) || call.isPoison(filter))
    return call.poison();
  const rules::Type &type = call.type(filter);
  std::vector<int64_t> window{1, 1};
  if (type.rank() == 4)
    window = {type.dims[2], type.dims[3]};
  std::optional<rules::Sliding> sliding = resolve(call, options, window);
  return sliding ? convolve(call, x, filter, *sliding, options.groups) : call.poison();
}

Tensor conv2d(Name name, const Operand &operand, Conv2d options, Loc loc) {
  Call call("conv2d", loc, context().path(name.text));
  Tensor x = call.tensor(operand);
  if (!call.accepts(name.text))
    return call.poison();
  if (options.filters < 1)
    return call.fail("E0020",
                     "expects filters of 1 or more, got " + std::to_string(options.filters));
  if (call.isPoison(x))
    return x;
  rules::Type type = call.type(x);
  if (type.rank() != 4)
    return call.fail("E0107", "expects images f32[n,channels,height,width], got " + toString(type),
                     "", {x});
  if (!call.isFloat(x))
    return call.poison();
  std::vector<int64_t> window = both(options.kernel);
  std::optional<rules::Sliding> sliding = resolve(call, options, window);
  if (!sliding)
    return call.poison();
  int64_t inputs = type.dims[1], groups = options.groups;
  if (auto bad = rules::badSliding(type, window, *sliding, "kernel"))
    return call.fail(*bad, {x});
  if (groups < 1 || inputs % groups || options.filters % groups || inputs == 0)
    return call.fail("E0124",
                     "expects groups that divide " + std::to_string(inputs) + " input and " +
                         std::to_string(options.filters) + " output channels, got " +
                         std::to_string(groups),
                     "", {x});
  DType element = x.dtype();
  double bound = 1 / std::sqrt(static_cast<double>(inputs / groups * window[0] * window[1]));
  Tensor filter = layerParameter(name, "weight",
                                 element({options.filters, inputs / groups, window[0], window[1]}),
                                 orUniform(options.weight, bound), loc);
  if (call.isPoison(filter))
    return filter;
  Tensor bias;
  if (options.bias)
    bias = layerParameter(name, "bias", element({options.filters}),
                          orUniform(options.bias_init, bound), loc);
  noteUse(call, "conv2d", name, context().path(name.text));
  Tensor result = convolve(call, x, filter, *sliding, groups);
  if (!options.bias)
    return result;
  bias = call.emit("reshape", {bias},
                   [&](const Types &t) { return rules::reshape(t[0], {options.filters, 1, 1}); });
  return call.emit("add", {result, bias}, [](const Types &t) { return rules::add(t[0], t[1]); });
}

} // namespace sinter
