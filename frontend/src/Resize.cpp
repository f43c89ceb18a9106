// Cells and pixels of another size: resizing, adaptive pooling. Weighted sums are two, one an axis.
// Reading on: include/sinter/ops/pool.h; Pool.cpp.
#include "sinter/ops/pool.h"

#include "frontend/src/Images.h"
#include "sinter/ops/arrange.h"
#include "sinter/ops/elementwise.h"
#include "sinter/ops/index.h"
#include "sinter/ops/reduce.h"
#include "sinter/rules/pool.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace sinter {

using namespace detail;

/// Cell i of `to` cells of an axis of `from`: it begins and ends here.
static std::pair<int64_t, int64_t> cell(int64_t i, int64_t to, int64_t from) {
  return {i * from / to, ((i + 1) * from + to - 1) / to};
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

/// The window of `size` cells that do not overlap; nothing: they do.
static std::optional<Pair> windowOf(Call &call, const Tensor &x, const Pair &size) {
  int64_t h = call.type(x).dims[2], w = call.type(x).dims[3];
  if (h % size.height != 0 || w % size.width != 0)
    return std::nullopt;
  return Pair(h / size.height, w / size.width);
}

Tensor adaptive_avg_pool2d(const Operand &operand, Pair size, Loc loc) {
  Call call("adaptive_avg_pool2d", loc);
  Tensor x = call.tensor(operand);
  if (!isSize(call, x, size))
    return call.poison();
  if (std::optional<Pair> window = windowOf(call, x, size))
    return avg_pool2d(x, {.window = *window}, loc);
  return resample(call, x, size, [](int64_t i, int64_t j, int64_t to, int64_t from) {
    auto [begin, end] = cell(i, to, from);
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

/// The largest of the cells along an axis, each by a window as long as it is.
static Tensor largestAlong(const Tensor &x, int64_t axis, int64_t to) {
  Tensors cells;
  for (int64_t i = 0; i < to; ++i) {
    std::vector<int64_t> limits = x.shape().sizes(), starts(4, 0);
    std::tie(starts[axis], limits[axis]) = cell(i, to, limits[axis]);
    int64_t window = limits[axis] - starts[axis];
    cells.push_back(max_pool2d(slice(x, starts, limits),
                               {.window = axis == 2 ? Pair(window, 1) : Pair(1, window)}));
  }
  return concat(cells, axis);
}

Tensor adaptive_max_pool2d(const Operand &operand, Pair size, Loc loc) {
  Call call("adaptive_max_pool2d", loc);
  Tensor x = call.tensor(operand);
  if (!isSize(call, x, size))
    return call.poison();
  if (std::optional<Pair> window = windowOf(call, x, size))
    return max_pool2d(x, {.window = *window}, loc);
  // Along rows first: of equal elements the first in row-major order stays.
  return largestAlong(largestAlong(x, 3, size.width), 2, size.height);
}

/// Each pixel height · width times, which is the gradient of a sum over windows of that size.
static Tensor repeated(Call &call, const Tensor &x, int64_t height, int64_t width) {
  const std::vector<int64_t> window{height, width}, none{0, 0},
      size{call.type(x).dims[2] * height, call.type(x).dims[3] * width};
  const rules::Sliding sliding{window, none, none};
  Attributes attributes;
  attributes.integers("window", window)
      .integers("strides", window)
      .integers("low", none)
      .integers("high", none)
      .integers("size", size);
  return call.emit(
      "sum_pool2d_gradient", {x},
      [&](const std::vector<rules::Type> &t) {
        return rules::pool2d_gradient(t[0], nullptr, window, sliding, size);
      },
      std::move(attributes));
}

/// Pixels along an axis of images, `to` of them.
static Tensor nearestAlong(const Tensor &x, int64_t axis, int64_t to) {
  if (Call::isPoison(x)) // too large, say
    return x;
  std::vector<int64_t> dims = x.shape().sizes();
  int64_t from = dims[axis];
  if (to == from)
    return x;
  if (from % to == 0) {
    std::vector<int64_t> strides(4, 1);
    strides[axis] = from / to;
    return slice(x, {0, 0, 0, 0}, dims, strides);
  }
  const float scale = static_cast<float>(from) / static_cast<float>(to);
  std::vector<double> sources;
  for (int64_t i = 0; i < to; ++i)
    sources.push_back(
        std::min<double>(std::floor(static_cast<float>(i) * scale), static_cast<double>(from - 1)));
  return index_select(x, constant(i32({to}), sources), axis);
}

Tensor resize_nearest(const Operand &operand, Pair size, Loc loc) {
  Call call("resize_nearest", loc);
  Tensor x = call.tensor(operand);
  if (!isSize(call, x, size))
    return call.poison();
  auto times = [&](int64_t to, int axis) {
    int64_t from = call.type(x).dims[axis];
    return to % from == 0 ? to / from : 1;
  };
  int64_t rows = times(size.height, 2), columns = times(size.width, 3);
  if (rows > 1 || columns > 1)
    x = repeated(call, x, rows, columns);
  return nearestAlong(nearestAlong(x, 2, size.height), 3, size.width);
}

Tensor resize_area(const Operand &x, Pair size, Loc loc) {
  Call call("resize_area", loc);
  return adaptive_avg_pool2d(x, size);
}

} // namespace sinter
