// Convolutions that are conv2d, or its gradient, with other axes: along one axis, over volumes and
// transposed. Each has a function of any filter and a layer that makes its filter and bias; biases
// are added where the op in the middle gives its result, so that they stay in its epilogue. Reading
// on: include/sinter/ops/conv.h; Conv.cpp.
#include "sinter/ops/conv.h"

#include "frontend/src/Images.h"
#include "sinter/ops/arrange.h"
#include "sinter/ops/elementwise.h"
#include "sinter/rules/conv.h"

#include <algorithm>

namespace sinter {

using namespace detail;
using Types = std::vector<rules::Type>;
using Sizes = std::vector<int64_t>;

/// False: a kernel is no window (reported).
static bool isWindow(Call &call, const Sizes &kernel) {
  for (int64_t size : kernel)
    if (size < 1 || size > INT16_MAX) {
      call.fail("E0120", "expects a kernel of 1 to 32767, got " + std::to_string(size));
      return false;
    }
  return true;
}

/// The layer of a convolution with `options`.
template <class Options>
static Tensor layer(const ConvLayer &is, const Name &name, const Operand &x, const Loc &loc,
                    const Options &options,
                    Tensor (*convolve)(Call &, const Tensor &, const Tensor &, const Bias &,
                                       const Options &)) {
  return applyLayer(
      is, name, x, loc, [&](Call &call, const Tensor &) { return isWindow(call, is.kernel); },
      [&](Call &call, const Tensor &operand, const Tensor &filter, const Bias &bias) {
        return convolve(call, operand, filter, bias, options);
      });
}

/// False: an operand is poison, or has not `rank` axes or is no float (reported).
static bool accept(Call &call, const Tensor &x, const Tensor &filter, int64_t rank,
                   const char *images, const char *filters) {
  return !call.isPoison(x) && !call.isPoison(filter) && call.hasRank(x, rank, images) &&
         call.isFloat(x) && call.hasRank(filter, rank, filters) && call.isFloat(filter);
}

//===--- Along one axis -----------------------------------------------------------------------===//

/// One axis as the width of images of one row.
static Pair wide(int64_t size, int64_t height) { return {height, size}; }

static Tensor convolve1d(Call &, const Tensor &x, const Tensor &filter, const Bias &bias,
                         const Conv1d &options) {
  Padding padding = options.padding;
  if (padding.kind == Padding::Kind::Explicit)
    padding = wide(padding.zeros.width, 0);
  Tensor y = conv2d(unsqueeze(x, 2), unsqueeze(filter, 2),
                    {.stride = wide(options.stride, 1),
                     .padding = padding,
                     .dilation = wide(options.dilation, 1),
                     .groups = options.groups});
  return squeeze(shifted(y, bias), 2);
}

Tensor conv1d(const Operand &x, const Operand &filter, Conv1d options, Loc loc) {
  Call call("conv1d", loc);
  Tensor signals = call.tensor(x), weights = call.tensor(filter);
  if (!accept(call, signals, weights, 3, kSignals, "a filter f32[out,in,length]"))
    return call.poison();
  return convolve1d(call, signals, weights, std::nullopt, options);
}

Tensor conv1d(Name name, const Operand &x, Conv1d options, Loc loc) {
  return layer({"conv1d", kSignals, {options.kernel}, options}, name, x, loc, options, convolve1d);
}

//===--- Over volumes -------------------------------------------------------------------------===//

/// Planes begin, begin + stride, … of axis 2, `count` of them.
static Tensor planes(const Tensor &x, int64_t begin, int64_t stride, int64_t count) {
  Sizes starts(5, 0), limits = x.shape().sizes(), strides(5, 1);
  starts[2] = begin;
  limits[2] = begin + (count - 1) * stride + 1;
  strides[2] = stride;
  return slice(x, starts, limits, strides);
}

static Tensor convolve3d(Call &call, const Tensor &operand, const Tensor &filter, const Bias &bias,
                         const Conv3d &options) {
  rules::Type type = call.type(operand);
  Sizes kernel = call.type(filter).dims;
  int64_t n = type.dims[0], zeros = options.padding.depth, depth = kernel[2];
  // The depth is judged as the height of images of one column.
  rules::Type flat{type.element, {n, type.dims[1], type.dims[2], 1}};
  rules::Sliding along{
      {options.stride.depth, 1}, {zeros, 0}, {zeros, 0}, {options.dilation.depth, 1}};
  if (auto bad = rules::badSliding(flat, {depth, 1}, along, "kernel"))
    return call.fail(*bad, {operand});
  int64_t count = rules::positions(type.dims[2], depth, options.stride.depth, zeros, zeros,
                                   options.dilation.depth);
  Tensor x = pad(operand, {0, 0, zeros, 0, 0}, {0, 0, zeros, 0, 0});
  Tensors taps; // what a tap of the kernel sees in all its positions
  for (int64_t tap = 0; tap < depth; ++tap)
    taps.push_back(planes(x, tap * options.dilation.depth, options.stride.depth, count));
  Tensor images = transpose(stack(taps, 2), {0, 3, 1, 2, 4, 5}); // [n,count,c,taps,h,w]
  images = reshape(images, {n * count, type.dims[1] * depth, type.dims[3], type.dims[4]});
  Tensor y = conv2d(images, reshape(filter, {kernel[0], kernel[1] * depth, kernel[3], kernel[4]}),
                    {.stride = {options.stride.height, options.stride.width},
                     .padding = {options.padding.height, options.padding.width},
                     .dilation = {options.dilation.height, options.dilation.width},
                     .groups = options.groups});
  y = shifted(y, bias);
  if (call.isPoison(y))
    return y;
  Sizes dims = y.shape().sizes();
  return transpose(reshape(y, {n, count, dims[1], dims[2], dims[3]}), {0, 2, 1, 3, 4});
}

Tensor conv3d(const Operand &x, const Operand &filter, Conv3d options, Loc loc) {
  Call call("conv3d", loc);
  Tensor volumes = call.tensor(x), weights = call.tensor(filter);
  if (!accept(call, volumes, weights, 5, kVolumes, "a filter f32[out,in,depth,height,width]"))
    return call.poison();
  return convolve3d(call, volumes, weights, std::nullopt, options);
}

Tensor conv3d(Name name, const Operand &x, Conv3d options, Loc loc) {
  Sizes kernel{options.kernel.depth, options.kernel.height, options.kernel.width};
  return layer({"conv3d", kVolumes, kernel, options}, name, x, loc, options, convolve3d);
}

//===--- Transposed ---------------------------------------------------------------------------===//

/// Zeros between neighbours of an axis, stride - 1 of them, and `more` behind the last.
static Tensor spread(const Tensor &x, int64_t axis, int64_t stride, int64_t more) {
  if (Call::isPoison(x)) // too large, say
    return x;
  Sizes dims = x.shape().sizes(), apart = dims, none(dims.size() + 1, 0), zeros = none, ends;
  apart.insert(apart.begin() + axis + 1, 1);
  zeros[axis + 1] = stride - 1;
  Tensor wide = pad(reshape(x, apart), none, zeros);
  dims[axis] *= stride;
  Tensor y = reshape(wide, dims);
  none.pop_back();
  ends = dims;
  ends[axis] -= stride - 1;
  zeros = none;
  zeros[axis] = more;
  return pad(slice(y, none, ends), none, zeros);
}

static Tensor convolveTransposed(Call &call, const Tensor &operand, const Tensor &filter,
                                 const Bias &bias, const ConvTranspose2d &options) {
  const Sizes kernel{call.type(filter).dims[2], call.type(filter).dims[3]},
      given{options.stride.height, options.stride.width},
      padding{options.padding.height, options.padding.width},
      more{options.output_padding.height, options.output_padding.width},
      dilation{options.dilation.height, options.dilation.width};
  Sizes strides = given, size;
  Tensor x = operand;
  for (int axis : {0, 1}) {
    if (given[axis] < 1 || dilation[axis] < 1 || padding[axis] < 0 || more[axis] < 0 ||
        more[axis] >= std::max(given[axis], dilation[axis]))
      return call.fail(
          "E0121", "expects a stride and a dilation of 1 or more, a padding of 0 or more and "
                   "an output_padding below the stride or the dilation, got " +
                       std::to_string(given[axis]) + ", " + std::to_string(dilation[axis]) + ", " +
                       std::to_string(padding[axis]) + " and " + std::to_string(more[axis]));
    size.push_back((call.type(operand).dims[2 + axis] - 1) * given[axis] - 2 * padding[axis] +
                   dilation[axis] * (kernel[axis] - 1) + more[axis] + 1);
    if (size.back() < 1 || call.type(operand).dims[2 + axis] == 0)
      return call.fail("E0122",
                       "expects a result with elements, got a size of " +
                           std::to_string(size.back()) + " from " + toString(call.type(operand)),
                       "a smaller padding", {operand});
    // The op has a stride or a dilation along an axis, and no place behind the last stride.
    if ((given[axis] > 1 && dilation[axis] > 1) || more[axis] >= given[axis]) {
      x = spread(x, 2 + axis, given[axis], more[axis]);
      strides[axis] = 1;
    }
  }
  rules::Sliding sliding{strides, padding, padding, dilation};
  Attributes attributes;
  attributes.integers("strides", strides)
      .integers("low", padding)
      .integers("high", padding)
      .integers("dilations", dilation)
      .integer("groups", options.groups)
      .integers("size", size);
  Tensor y = call.emit(
      "conv2d_input_gradient", {x, filter},
      [&](const Types &t) {
        return rules::conv2d_input_gradient(t[0], t[1], sliding, options.groups, size);
      },
      std::move(attributes));
  return call.isPoison(y) ? y : shifted(y, bias);
}

/// What the op would say of its own operands: of groups and channels.
static bool fitsTransposed(Call &call, const Tensor &x, const Tensor &filter, int64_t groups) {
  int64_t inputs = call.type(x).dims[1];
  if (groups >= 1 && inputs % groups == 0 && call.type(filter).dims[0] == inputs)
    return true;
  call.fail("E0124",
            "expects groups that divide the input channels and a filter [in,out/groups,…], got " +
                std::to_string(groups) + " for " + toString(call.type(x)) + " and " +
                toString(call.type(filter)),
            "", {x, filter});
  return false;
}

Tensor conv_transpose2d(const Operand &x, const Operand &filter, ConvTranspose2d options, Loc loc) {
  Call call("conv_transpose2d", loc);
  Tensor images = call.tensor(x), weights = call.tensor(filter);
  if (!accept(call, images, weights, 4, kImages, "a filter f32[in,out,height,width]") ||
      !fitsTransposed(call, images, weights, options.groups))
    return call.poison();
  return convolveTransposed(call, images, weights, std::nullopt, options);
}

Tensor conv_transpose2d(Name name, const Operand &x, ConvTranspose2d options, Loc loc) {
  Sizes kernel{options.kernel.height, options.kernel.width};
  return layer({"conv_transpose2d", kImages, kernel, options, true}, name, x, loc, options,
               convolveTransposed);
}

static Tensor convolveTransposed1d(Call &call, const Tensor &x, const Tensor &filter,
                                   const Bias &bias, const ConvTranspose1d &options) {
  Tensor y = convolveTransposed(call, unsqueeze(x, 2), unsqueeze(filter, 2), bias,
                                {.stride = wide(options.stride, 1),
                                 .padding = wide(options.padding, 0),
                                 .output_padding = wide(options.output_padding, 0),
                                 .dilation = wide(options.dilation, 1),
                                 .groups = options.groups});
  return squeeze(y, 2);
}

Tensor conv_transpose1d(const Operand &x, const Operand &filter, ConvTranspose1d options, Loc loc) {
  Call call("conv_transpose1d", loc);
  Tensor signals = call.tensor(x), weights = call.tensor(filter);
  if (!accept(call, signals, weights, 3, kSignals, "a filter f32[in,out,length]") ||
      !fitsTransposed(call, signals, weights, options.groups))
    return call.poison();
  return convolveTransposed1d(call, signals, weights, std::nullopt, options);
}

Tensor conv_transpose1d(Name name, const Operand &x, ConvTranspose1d options, Loc loc) {
  return layer({"conv_transpose1d", kSignals, {options.kernel}, options, true}, name, x, loc,
               options, convolveTransposed1d);
}

//===--- Windows as columns -------------------------------------------------------------------===//

/// Windows over images of a type; nothing: reported.
static std::optional<Pair> windowsOver(Call &call, const rules::Type &images, const Unfold &options,
                                       const Tensor &operand) {
  rules::Sliding sliding{{options.stride.height, options.stride.width},
                         {options.padding.height, options.padding.width},
                         {options.padding.height, options.padding.width},
                         {options.dilation.height, options.dilation.width}};
  const Sizes kernel{options.kernel.height, options.kernel.width};
  if (auto bad = rules::badSliding(images, kernel, sliding, "kernel")) {
    call.fail(*bad, {operand});
    return std::nullopt;
  }
  auto along = [&](int axis) {
    return rules::positions(images.dims[2 + axis], kernel[axis], sliding.strides[axis],
                            sliding.low[axis], sliding.high[axis], sliding.dilations[axis]);
  };
  return Pair(along(0), along(1));
}

Tensor unfold(const Operand &operand, Unfold options, Loc loc) {
  Call call("unfold", loc);
  Tensor x = call.tensor(operand);
  if (call.isPoison(x))
    return x;
  rules::Type type = call.type(x);
  if (!call.hasRank(x, 4, kImages))
    return call.poison();
  std::optional<Pair> windows = windowsOver(call, type, options, x);
  if (!windows)
    return call.poison();
  const auto [kernel, stride, padding, dilation] = options;
  x = pad(x, {0, 0, padding.height, padding.width}, {0, 0, padding.height, padding.width});
  int64_t n = type.dims[0], c = type.dims[1];
  Tensors taps;
  for (int64_t i = 0; i < kernel.height; ++i)
    for (int64_t j = 0; j < kernel.width; ++j) {
      int64_t top = i * dilation.height, left = j * dilation.width;
      taps.push_back(slice(x, {0, 0, top, left},
                           {n, c, top + (windows->height - 1) * stride.height + 1,
                            left + (windows->width - 1) * stride.width + 1},
                           {1, 1, stride.height, stride.width}));
    }
  return reshape(stack(taps, 2),
                 {n, c * kernel.height * kernel.width, windows->height * windows->width});
}

Tensor fold(const Operand &operand, Pair size, Unfold options, Loc loc) {
  Call call("fold", loc);
  Tensor x = call.tensor(operand);
  if (call.isPoison(x))
    return x;
  rules::Type type = call.type(x);
  const auto [kernel, stride, padding, dilation] = options;
  if (!call.hasRank(x, 3, "columns f32[n,channels·kernel,windows]"))
    return call.poison();
  std::optional<Pair> windows =
      windowsOver(call, {type.element, {1, 1, size.height, size.width}}, options, x);
  if (!windows)
    return call.poison();
  int64_t taps = kernel.height * kernel.width, n = type.dims[0], c = type.dims[1] / taps;
  if (type.dims[1] % taps != 0 || type.dims[2] != windows->height * windows->width)
    return call.fail("E0127",
                     "expects [n,channels·" + std::to_string(taps) + "," +
                         std::to_string(windows->height * windows->width) + "], got " +
                         toString(type),
                     "", {x});
  Tensor columns = reshape(x, {n, c, taps, windows->height, windows->width}), images;
  int64_t height = size.height + 2 * padding.height, width = size.width + 2 * padding.width;
  for (int64_t tap = 0; tap < taps; ++tap) {
    Tensor seen =
        reshape(slice(columns, {0, 0, tap, 0, 0}, {n, c, tap + 1, windows->height, windows->width}),
                {n, c, windows->height, windows->width});
    seen = spread(spread(seen, 2, stride.height, 0), 3, stride.width, 0);
    int64_t top = tap / kernel.width * dilation.height, left = tap % kernel.width * dilation.width;
    seen = pad(seen, {0, 0, top, left},
               {0, 0, height - top - seen.shape()[2], width - left - seen.shape()[3]});
    images = tap == 0 ? seen : images + seen;
  }
  return slice(images, {0, 0, padding.height, padding.width},
               {n, c, padding.height + size.height, padding.width + size.width});
}

} // namespace sinter
