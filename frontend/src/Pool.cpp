// Pooling. Averages are sums times a number; along one axis and over volumes it is pooling of
// images of other sizes. Reading on: include/sinter/ops/pool.h; Resize.cpp (cells).
#include "sinter/ops/pool.h"

#include "frontend/src/Images.h"
#include "sinter/ops/elementwise.h"
#include "sinter/ops/reduce.h"
#include "sinter/ops/shape.h"
#include "sinter/rules/elementwise.h"
#include "sinter/rules/pool.h"
#include "sinter/rules/reduce.h"

#include <algorithm>
#include <cmath>

namespace sinter {

using namespace detail;
using Types = std::vector<rules::Type>;

/// A window with its way over images of a healthy tensor.
struct Windows {
  std::vector<int64_t> size;
  rules::Sliding sliding;
};

bool detail::isImages(Call &call, const Tensor &x) {
  return !call.isPoison(x) && call.hasRank(x, 4, kImages) && call.isFloat(x);
}

/// Zeros behind an axis of `size` in ceil mode, as PyTorch has it: windows are counted upwards, and
/// the last one counts when it begins inside the images or in the padding before them.
static int64_t ceilPadding(int64_t size, int64_t window, int64_t step, int64_t padding) {
  int64_t room = size + 2 * padding - window;
  if (room + step < 1) // not even the first
    return padding;
  int64_t last = (room + step - 1) / step * step; // begin of the last window
  if (last >= size + padding)
    last -= step;
  return std::max(padding, last + window - size - padding);
}

/// Nothing: reported.
static std::optional<Windows> resolve(Call &call, const Tensor &x, const Pool2d &options) {
  if (!isImages(call, x))
    return std::nullopt;
  const rules::Type &type = call.type(x);
  Windows windows{{options.window.height, options.window.width}, {}};
  const int64_t stride[] = {options.stride.height, options.stride.width};
  const int64_t padding[] = {options.padding.height, options.padding.width};
  for (int axis : {0, 1}) {
    windows.sliding.strides.push_back(stride[axis] == 0 ? windows.size[axis] : stride[axis]);
    windows.sliding.low.push_back(padding[axis]);
    windows.sliding.high.push_back(padding[axis]);
  }
  // What ceil mode adds makes a window fit; what it is worked out from is judged first.
  rules::Type roomy = type;
  roomy.dims[2] = roomy.dims[3] = INT32_MAX;
  std::optional<rules::RuleError> bad =
      rules::badSliding(options.ceil ? roomy : type, windows.size, windows.sliding, "window");
  for (int axis : {0, 1})
    if (options.ceil && !bad)
      windows.sliding.high[axis] = ceilPadding(type.dims[2 + axis], windows.size[axis],
                                               windows.sliding.strides[axis], padding[axis]);
  if (!bad)
    bad = rules::badSliding(type, windows.size, windows.sliding, "window");
  if (bad) {
    call.fail(*bad, {x});
    return std::nullopt;
  }
  for (int axis : {0, 1}) {
    int64_t window = windows.size[axis];
    if (2 * padding[axis] > window) {
      call.fail("E0121",
                "expects a padding of at most half the window, got " +
                    std::to_string(padding[axis]) + " for a window of " + std::to_string(window),
                "", {x});
      return std::nullopt;
    }
  }
  return windows;
}

static Tensor pool(Call &call, const char *op, const Tensor &x, const Windows &windows) {
  Attributes attributes;
  attributes.integers("window", windows.size)
      .integers("strides", windows.sliding.strides)
      .integers("low", windows.sliding.low)
      .integers("high", windows.sliding.high);
  return call.emit(
      op, {x}, [&](const Types &t) { return rules::pool2d(t[0], windows.size, windows.sliding); },
      std::move(attributes));
}

static Tensor multiply(Call &call, const Tensor &x, const Tensor &y) {
  return call.emit("mul", {x, y}, [](const Types &t) { return rules::mul(t[0], t[1]); });
}

Tensor max_pool2d(const Operand &operand, Pool2d options, Loc loc) {
  Call call("max_pool2d", loc);
  Tensor x = call.tensor(operand);
  std::optional<Windows> windows = resolve(call, x, options);
  return windows ? pool(call, "max_pool2d", x, *windows) : call.poison();
}

/// What a window's sum along one axis is divided by.
static std::vector<int64_t> countAlong(int64_t size, const Windows &windows, int axis,
                                       int64_t padding, bool withPadding) {
  std::vector<int64_t> counts;
  int64_t window = windows.size[axis], step = windows.sliding.strides[axis];
  int64_t total = rules::positions(size, window, step, windows.sliding.low[axis],
                                   windows.sliding.high[axis], 1);
  for (int64_t i = 0; i < total; ++i) {
    int64_t begin = i * step - padding, end = std::min(begin + window, size + padding);
    counts.push_back(withPadding ? end - begin : std::min(end, size) - std::max<int64_t>(begin, 0));
  }
  return counts;
}

Tensor avg_pool2d(const Operand &operand, Pool2d options, Loc loc) {
  Call call("avg_pool2d", loc);
  Tensor x = call.tensor(operand);
  std::optional<Windows> windows = resolve(call, x, options);
  if (!windows)
    return call.poison();
  rules::Type type = call.type(x);
  Tensor sum = pool(call, "sum_pool2d", x, *windows);
  if (call.isPoison(sum))
    return sum;
  std::vector<int64_t> rows =
      countAlong(type.dims[2], *windows, 0, options.padding.height, options.count_include_pad);
  std::vector<int64_t> columns =
      countAlong(type.dims[3], *windows, 1, options.padding.width, options.count_include_pad);
  auto same = [](const std::vector<int64_t> &v) {
    return std::adjacent_find(v.begin(), v.end(), std::not_equal_to<>()) == v.end();
  };
  if (same(rows) && same(columns)) // never empty: a window fits
    return multiply(
        call, sum,
        call.number(type.element, 1.0 / static_cast<double>(rows.front() * columns.front())));
  // By rows, then by columns: constants as long as an edge, not as large as the image.
  for (auto [counts, isRows] : {std::pair(rows, true), std::pair(columns, false)}) {
    std::vector<int64_t> dims{static_cast<int64_t>(counts.size())};
    if (isRows)
      dims.push_back(1);
    rules::Type shape{type.element, dims};
    std::vector<double> values(counts.begin(), counts.end());
    Tensor divisor = call.constant(shape, Attributes().dense("value", shape, values));
    sum = call.emit("div", {sum, divisor}, [](const Types &t) { return rules::div(t[0], t[1]); });
  }
  return sum;
}

Tensor global_avg_pool2d(const Operand &operand, Loc loc) {
  Call call("global_avg_pool2d", loc);
  Tensor x = call.tensor(operand);
  if (!isImages(call, x))
    return call.poison();
  rules::Type type = call.type(x);
  int64_t count = type.dims[2] * type.dims[3];
  if (count == 0)
    return call.fail("E0115", "expects images with pixels, got " + toString(type), "", {x});
  Attributes attributes;
  attributes.integers("axes", {2, 3}).boolean("keepdims", true);
  Tensor sum = call.emit(
      "sum", {x}, [](const Types &t) { return rules::sum(t[0], {2, 3}, true); },
      std::move(attributes));
  return multiply(call, sum, call.number(type.element, 1.0 / static_cast<double>(count)));
}

//===--- Signals and volumes ------------------------------------------------------------------===//

using Pooling = Tensor (*)(const Operand &, Pool2d, Loc);

Tensor detail::asRows(const char *op, const Operand &operand, const Loc &loc,
                      const std::function<Tensor(const Tensor &)> &along) {
  Call call(op, loc);
  Tensor x = call.tensor(operand);
  if (call.isPoison(x) || !call.hasRank(x, 3, kSignals))
    return call.poison();
  const std::vector<int64_t> dims = call.type(x).dims;
  Tensor y = along(reshape(x, {dims[0], dims[1], 1, dims[2]}));
  return call.isPoison(y) ? y : reshape(y, {dims[0], dims[1], call.type(y).dims[3]});
}

Tensor detail::asPlanes(const char *op, const Operand &operand, const Loc &loc,
                        const std::function<Tensor(const Tensor &)> &across,
                        const std::function<Tensor(const Tensor &)> &along) {
  Call call(op, loc);
  Tensor x = call.tensor(operand);
  if (call.isPoison(x) || !call.hasRank(x, 5, kVolumes))
    return call.poison();
  const std::vector<int64_t> dims = call.type(x).dims;
  int64_t images = dims[0] * dims[1];
  Tensor planes = across(reshape(x, {images, dims[2], dims[3], dims[4]}));
  if (call.isPoison(planes))
    return planes;
  int64_t height = call.type(planes).dims[2], width = call.type(planes).dims[3];
  Tensor y = along(reshape(planes, {images, 1, dims[2], height * width}));
  if (call.isPoison(y))
    return y;
  return reshape(y, {dims[0], dims[1], call.type(y).dims[2], height, width});
}

static Tensor pool1d(const char *op, Pooling pool, const Operand &operand, const Pool1d &options,
                     const Loc &loc) {
  return asRows(op, operand, loc, [&](const Tensor &images) {
    return pool(images,
                {.window = {1, options.window},
                 .stride = {1, options.stride},
                 .padding = {0, options.padding},
                 .ceil = options.ceil,
                 .count_include_pad = options.count_include_pad},
                loc);
  });
}

Tensor max_pool1d(const Operand &x, Pool1d options, Loc loc) {
  return pool1d("max_pool1d", max_pool2d, x, options, loc);
}
Tensor avg_pool1d(const Operand &x, Pool1d options, Loc loc) {
  return pool1d("avg_pool1d", avg_pool2d, x, options, loc);
}

static Tensor pool3d(const char *op, Pooling pool, const Operand &operand, const Pool3d &options,
                     const Loc &loc) {
  const auto &[window, stride, padding, ceil, withPadding] = options;
  Pool2d across{{window.height, window.width},
                {stride.height, stride.width},
                {padding.height, padding.width},
                ceil,
                withPadding};
  Pool2d along{{window.depth, 1}, {stride.depth, 1}, {padding.depth, 0}, ceil, withPadding};
  return asPlanes(
      op, operand, loc, [&](const Tensor &images) { return pool(images, across, loc); },
      [&](const Tensor &images) { return pool(images, along, loc); });
}

Tensor max_pool3d(const Operand &x, Pool3d options, Loc loc) {
  return pool3d("max_pool3d", max_pool2d, x, options, loc);
}
Tensor avg_pool3d(const Operand &x, Pool3d options, Loc loc) {
  return pool3d("avg_pool3d", avg_pool2d, x, options, loc);
}

} // namespace sinter
