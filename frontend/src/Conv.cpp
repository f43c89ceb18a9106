// Convolutions. Reading on: include/sinter/ops/conv.h, dialects/rules (what is refused).
#include "sinter/ops/conv.h"

#include "frontend/src/Images.h"
#include "frontend/src/Layers.h"
#include "sinter/ops/elementwise.h"
#include "sinter/ops/shape.h"
#include "sinter/rules/conv.h"

#include <algorithm>
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

//===--- Layers -------------------------------------------------------------------------------===//

Tensor detail::applyLayer(
    const ConvLayer &layer, const Name &name, const Operand &operand, const Loc &loc,
    const std::function<bool(Call &, const Tensor &)> &fits,
    const std::function<Tensor(Call &, const Tensor &, const Tensor &, const Bias &)> &convolve) {
  Call call(layer.op, loc, context().path(name.text));
  Tensor x = call.tensor(operand);
  if (!call.accepts(name.text))
    return call.poison();
  int64_t filters = layer.filters, groups = layer.groups;
  if (filters < 1)
    return call.fail("E0020", "expects filters of 1 or more, got " + std::to_string(filters));
  if (call.isPoison(x))
    return x;
  if (!call.hasRank(x, static_cast<int64_t>(layer.kernel.size()) + 2, layer.operand) ||
      !call.isFloat(x) || !fits(call, x))
    return call.poison();
  int64_t inputs = call.type(x).dims[1];
  if (groups < 1 || inputs % groups || filters % groups || inputs == 0)
    return call.fail("E0124",
                     "expects groups that divide " + std::to_string(inputs) + " input and " +
                         std::to_string(filters) + " output channels, got " +
                         std::to_string(groups),
                     "", {x});
  std::vector<int64_t> dims{layer.transposed ? inputs : filters,
                            (layer.transposed ? filters : inputs) / groups};
  dims.insert(dims.end(), layer.kernel.begin(), layer.kernel.end());
  double taken = 1; // numbers that one of the output, or input of a transposed one, is made of
  for (size_t axis = 1; axis < dims.size(); ++axis)
    taken *= static_cast<double>(dims[axis]);
  double bound = 1 / std::sqrt(taken);
  DType element = x.dtype();
  Tensor filter =
      layerParameter(name, "weight", element(dims), orUniform(layer.weight, bound), loc);
  if (call.isPoison(filter))
    return filter;
  Bias bias;
  if (layer.bias)
    bias = layerParameter(name, "bias", element({filters}), orUniform(layer.biasInit, bound), loc);
  noteUse(call, layer.op, name, context().path(name.text));
  return convolve(call, x, filter, bias);
}

Tensor detail::shifted(const Tensor &images, const Bias &bias) {
  return bias ? images + reshape(*bias, {bias->shape()[0], 1, 1}) : images;
}

Tensor conv2d(Name name, const Operand &x, Conv2d options, Loc loc) {
  const std::vector<int64_t> window = both(options.kernel);
  std::optional<rules::Sliding> sliding;
  auto fits = [&](Call &call, const Tensor &images) {
    sliding = resolve(call, options, window);
    if (!sliding)
      return false;
    auto bad = rules::badSliding(call.type(images), window, *sliding, "kernel");
    if (bad)
      call.fail(*bad, {images});
    return !bad;
  };
  return applyLayer({"conv2d", kImages, window, options}, name, x, loc, fits,
                    [&](Call &call, const Tensor &images, const Tensor &filter, const Bias &bias) {
                      return shifted(convolve(call, images, filter, *sliding, options.groups),
                                     bias);
                    });
}

} // namespace sinter
