//===- DrawImages.cpp - convolutions, pooling, batch norm and blocks of them ------------------===//
//
// Channels and batches lie around the width of a vector, images are small; work is bounded, because
// the oracle does it one multiplication at a time. Reading on: Generator.h.
//
//===------------------------------------------------------------------------------------------===//
#include "test/fuzz/Generator.h"

using namespace sinter;
using namespace sinter::test;

/// Products of one convolution at most.
static constexpr int64_t kMostProducts = 300000;

int64_t Generator::drawChannels(bool wide) {
  static const int64_t sizes[] = {15, 16, 17, 20, 31, 32, 33};
  return wide ? sizes[random.below(7)] : 1 + random.below(6);
}

int Generator::pickImages() {
  for (int trial = 0; trial < 8; ++trial)
    if (int n = pick(); type(n).rank() == 4)
      return n;
  bool wideBatch = once(4), wide = once(3);
  int64_t most = (wide && wideBatch ? 3 : wide || wideBatch ? 7 : 9) + (roomy ? 2 : 0);
  Dims dims{wideBatch ? drawChannels(true) : 1 + random.below(3), drawChannels(wide),
            1 + random.below(most), 1 + random.below(most)};
  return once(2) ? source("input", dims) : parameter(dims);
}

int Generator::conv(int a, const Dims &filter, const std::vector<Attr> &attrs) {
  int64_t terms = filter[1] * filter[2] * filter[3];
  a = bounded(a, 200.0 / std::max<int64_t>(terms, 1));
  double m = 2 * magnitude(a) * terms;
  Type result = inferType("conv2d", {type(a), {model.element, filter}}, attrs);
  if (result.element == ElementType::Invalid ||
      interpret::countOf(result.dims) * std::max<int64_t>(terms, 1) > kMostProducts)
    return -1;
  return op("conv2d", {a, parameter(filter)}, -m, m, attrs);
}

/// Keeps the size of the images.
int Generator::sameConv(int a, int64_t channels) {
  int64_t window = once(3) ? 1 : 3;
  Dims edge{window / 2, window / 2};
  return conv(a, {channels, type(a).dims[1], window, window},
              {{"strides", Dims{1, 1}},
               {"low", edge},
               {"high", edge},
               {"dilations", Dims{1, 1}},
               {"groups", int64_t(1)}});
}

void Generator::drawConv() {
  int a = pickImages();
  const Dims dims = type(a).dims;
  int64_t groups = 1;
  if (dims[1] && once(3)) { // each channel for itself, or any number of groups that fits
    groups = dims[1];
    if (int64_t fewer = 1 + random.below(dims[1]); dims[1] % fewer == 0)
      groups = fewer;
  }
  int64_t each = once(3) ? drawChannels(once(2)) : 1 + random.below(3);
  Dims filter{groups * each, dims[1] / groups}, strides, low, high, dilations;
  if (groups == 1 && once(3))
    filter[0] = drawChannels(true);
  for (int axis : {2, 3}) {
    strides.push_back(1 + random.below(3));
    low.push_back(random.below(3));
    high.push_back(random.below(3));
    dilations.push_back(1 + random.below(3));
    int64_t room = std::max<int64_t>(dims[axis] + low.back() + high.back(), 1);
    filter.push_back(1 + random.below(std::min<int64_t>(4, (room - 1) / dilations.back() + 1)));
  }
  int y = conv(a, filter,
               {{"strides", strides},
                {"low", low},
                {"high", high},
                {"dilations", dilations},
                {"groups", groups}});
  finishLayer(y, {filter[0], 1, 1});
}

/// The transpose of a convolution, as a generator has it and every gradient by images.
void Generator::drawTransposed() {
  int a = pickImages();
  const Dims dims = type(a).dims;
  int64_t groups = dims[1] && once(4) ? dims[1] : 1;
  Dims filter{dims[1], once(3) ? drawChannels(true) : 1 + random.below(4)};
  Dims strides, low, high, dilations, size;
  for (int axis : {2, 3}) {
    filter.push_back(1 + random.below(4));
    strides.push_back(1 + random.below(3));
    dilations.push_back(strides.back() == 1 && once(3) ? 2 : 1);
    low.push_back(random.below(filter.back()));
    high.push_back(random.below(filter.back()));
    size.push_back((dims[axis] - 1) * strides.back() + dilations.back() * (filter.back() - 1) + 1 -
                   low.back() - high.back() + random.below(strides.back()));
  }
  int64_t terms = dims[1] / groups * filter[2] * filter[3];
  if (size[0] < 1 || size[1] < 1 ||
      dims[0] * groups * filter[1] * size[0] * size[1] * std::max<int64_t>(terms, 1) >
          kMostProducts)
    return;
  a = bounded(a, 200.0 / std::max<int64_t>(terms, 1));
  double m = 2 * magnitude(a) * terms;
  int y = op("conv2d_input_gradient", {a, parameter(filter)}, -m, m,
             {{"strides", strides},
              {"low", low},
              {"high", high},
              {"dilations", dilations},
              {"groups", groups},
              {"size", size}});
  finishLayer(y, {groups * filter[1], 1, 1});
}

/// A block of a network: convolutions with norms and activations, added to where they began or
/// pooled behind.
void Generator::drawBlock() {
  int start = pickImages();
  int64_t channels = once(2) ? type(start).dims[1] : drawChannels(once(2));
  int y = start;
  for (int64_t i = 0, count = 1 + random.below(2); i < count; ++i) {
    int next = sameConv(y, channels);
    if (next < 0)
      return;
    if (once(2))
      next = std::max(norm(next), next);
    if (once(2))
      next = op("relu", {next}, 0, high(next));
    y = next;
  }
  if (type(y) == type(start) && !once(3)) {
    double m = magnitude(y) + magnitude(start);
    y = op("add", {y, start}, -m, m);
  } else if (once(2)) {
    y = pool(y);
  }
  if (y >= 0 && once(2))
    op("relu", {y}, 0, std::max(high(y), 0.0));
}

int Generator::pool(int a) {
  const Dims dims = type(a).dims;
  Dims window, strides, low, high;
  for (int axis : {2, 3}) {
    low.push_back(random.below(2));
    high.push_back(random.below(2));
    int64_t room = std::max<int64_t>(dims[axis] + low.back() + high.back(), 1);
    window.push_back(1 + random.below(std::min<int64_t>(4, room)));
    strides.push_back(random.below(2) ? window.back() : 1 + random.below(3));
  }
  if (once(5) && dims[2] > 0 && dims[3] > 0) { // the whole image
    window = strides = {dims[2], dims[3]};
    low = high = {0, 0};
  }
  std::vector<Attr> attrs = {
      {"window", window}, {"strides", strides}, {"low", low}, {"high", high}};
  if (random.below(2))
    return op("max_pool2d", {a}, this->low(a), this->high(a), attrs);
  double points = window[0] * window[1];
  return op("sum_pool2d", {a}, std::min(this->low(a) * points, 0.0),
            std::max(this->high(a) * points, 0.0), attrs);
}

void Generator::drawPool() { pool(pickImages()); }

// Batch norm as the DSL composes it, with an eps that keeps what few values give bounded.
int Generator::norm(int x) {
  x = bounded(x, 20);
  const Dims dims = type(x).dims, shape{dims[1], 1, 1};
  double m = magnitude(x), mm = m * m, count = dims[0] * dims[2] * dims[3], left = m * 0x1p-24;
  const ElementType narrow = model.element, f64 = ElementType::F64;
  if (count == 0)
    return -1;
  auto as = [&](int v, ElementType to, double limit) {
    return v < 0 ? -1 : op("cast", {v}, -limit, limit, {}, {to, type(v).dims});
  };
  int share = as(number(1 / count), f64, 1), wide = as(x, f64, m);
  auto average = [&](int v, double limit) {
    v = op("sum", {v}, -mm * count, mm * count, {{"axes", Dims{0, 2, 3}}, {"keepdims", true}});
    return op("mul", {v, share}, -limit, limit);
  };
  int mean = average(wide, m), square = average(op("mul", {wide, wide}, 0, mm), mm);
  int spread = as(op("sub", {square, op("mul", {mean, mean}, 0, mm)}, -0.01, mm), narrow, mm);
  int eps = op("add", {op("abs", {spread}, 0, mm), number(0.5)}, 0.5, mm + 1);
  int weight = parameter(shape), offset = parameter(shape);
  int scale = op("div", {weight, op("sqrt", {eps}, 0.7, m + 1)}, -3, 3);
  int centre = op("stop_gradient", {as(mean, narrow, m)}, -m, m);
  int rest = as(op("sub", {mean, as(centre, f64, m)}, -left, left), narrow, left);
  int shift = op("sub", {offset, op("mul", {rest, scale}, -3 * left, 3 * left)}, -3, 3);
  x = op("sub", {x, centre}, -2 * m, 2 * m);
  return op("add", {op("mul", {x, scale}, -6 * m, 6 * m), shift}, -7 * m - 2, 7 * m + 2);
}

void Generator::drawNorm() { norm(pickImages()); }
