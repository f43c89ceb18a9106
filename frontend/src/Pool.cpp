// Pooling and resizing. Averages are sums times a number; resizing is two weighted sums, one an
// axis. Reading on: include/sinter/ops/pool.h.
#include "sinter/ops/pool.h"

#include "frontend/src/Call.h"
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

static bool isImages(Call &call, const Tensor &x) {
  if (call.isPoison(x))
    return false;
  const rules::Type &type = call.type(x);
  if (type.rank() != 4) {
    call.fail("E0107", "expects images f32[n,channels,height,width], got " + toString(type), "",
              {x});
    return false;
  }
  return call.isFloat(x);
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

/// True when `size` is one that images can be brought to; else reported.
static bool isSize(Call &call, const Tensor &x, const Pair &size) {
  if (!isImages(call, x))
    return false;
  const rules::Type &type = call.type(x);
  constexpr int64_t kMost = 1 << 16;
  if (size.height < 1 || size.width < 1 || size.height > kMost || size.width > kMost) {
    call.fail("E0120",
              "expects a size of 1 to 65536 along both axes, got " + std::to_string(size.height) +
                  "x" + std::to_string(size.width),
              "", {x});
    return false;
  }
  if (type.dims[2] == 0 || type.dims[3] == 0) {
    call.fail("E0115", "expects images with pixels, got " + toString(type), "", {x});
    return false;
  }
  return true;
}

/// What pixel j of `from` weighs in pixel i of `to`.
using Weight = double (*)(int64_t i, int64_t j, int64_t to, int64_t from);

/// Images of another size, one axis after the other. What weighs nothing is left out and not
/// multiplied by 0, so that NaN reaches the pixels that see it and no others.
static Tensor resample(Call &call, const Tensor &x, const Pair &size, Weight weight) {
  rules::Type type = call.type(x); // f[n,c,h,w]
  int64_t n = type.dims[0], c = type.dims[1], h = type.dims[2], w = type.dims[3];
  auto weights = [&](int64_t outer, int64_t inner, auto at) { // f[outer,inner]
    std::vector<double> values;
    for (int64_t i = 0; i < outer; ++i)
      for (int64_t j = 0; j < inner; ++j)
        values.push_back(at(i, j));
    return call.constant({type.element, {outer, inner}},
                         Attributes().dense("value", {type.element, {outer, inner}}, values));
  };
  auto weigh = [](const Tensor &pixels, const Tensor &by) { // [n,c,…,from,…]
    return sum(where(by != 0, pixels * by, 0), {3});
  };
  Tensor columns =
      weights(w, size.width, [&](int64_t j, int64_t i) { return weight(i, j, size.width, w); });
  Tensor wide = weigh(reshape(x, {n, c, h, w, 1}), columns); // f[n,c,h,width]
  Tensor rows =
      weights(size.height, h, [&](int64_t i, int64_t j) { return weight(i, j, size.height, h); });
  return weigh(reshape(wide, {n, c, 1, h, size.width}), reshape(rows, {size.height, h, 1}));
}

Tensor adaptive_avg_pool2d(const Operand &operand, Pair size, Loc loc) {
  Call call("adaptive_avg_pool2d", loc);
  Tensor x = call.tensor(operand);
  if (!isSize(call, x, size))
    return call.poison();
  const rules::Type &type = call.type(x);
  int64_t h = type.dims[2], w = type.dims[3];
  if (h % size.height == 0 && w % size.width == 0)
    return avg_pool2d(x, {.window = {h / size.height, w / size.width}}, loc);
  return resample(call, x, size, [](int64_t i, int64_t j, int64_t to, int64_t from) {
    int64_t begin = i * from / to, end = ((i + 1) * from + to - 1) / to;
    return j >= begin && j < end ? 1.0 / static_cast<double>(end - begin) : 0.0;
  });
}

Tensor resize_bilinear(const Operand &operand, Pair size, Loc loc) {
  Call call("resize_bilinear", loc);
  Tensor x = call.tensor(operand);
  if (!isSize(call, x, size))
    return call.poison();
  return resample(call, x, size, [](int64_t i, int64_t j, int64_t to, int64_t from) {
    double scale = static_cast<double>(from) / static_cast<double>(to);
    double at = (static_cast<double>(i) + 0.5) * scale - 0.5;
    at = std::clamp(at, 0.0, static_cast<double>(from - 1));
    return std::max(0.0, 1.0 - std::abs(at - static_cast<double>(j)));
  });
}

} // namespace sinter
