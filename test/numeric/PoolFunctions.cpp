//===- PoolFunctions.cpp - numeric rows of pooling and resizing as the DSL has them -----------===//
//
// Every branch of frontend/src/Pool.cpp is entered here; what it should give is written in plain
// loops from PyTorch's definitions. Reading on: Dsl.h; Pool.cpp (the ops beneath).
//
//===------------------------------------------------------------------------------------------===//
#include "test/numeric/Dsl.h"

#include <sinter/ops/pool.h>

#include <algorithm>
#include <cmath>

using namespace sinter::test;
namespace interpret = sinter::interpret;
using E = ElementType;

/// Windows along one axis, by PyTorch's words: in ceil mode one more counts when the one before it
/// leaves something over and it begins inside the image or in the padding before it.
static int64_t windowsAlong(int64_t size, int64_t window, int64_t step, int64_t padding,
                            bool ceil) {
  int64_t count = 0;
  auto endOf = [&](int64_t k) { return k * step + window; };
  while (endOf(count) <= size + 2 * padding)
    ++count;
  bool leftOver = count == 0 ? size + 2 * padding > 0 : endOf(count - 1) < size + 2 * padding;
  return count + (ceil && leftOver && count * step < size + padding);
}

/// PyTorch's definition, window by window.
static Tensor poolByLoops(const Tensor &x, const Case &c, bool average) {
  Dims window = dimsOf(c, "window"), step = dimsOf(c, "stride"), padding = dimsOf(c, "padding");
  bool ceil = flagOf(c, "ceil"), whole = !flagOf(c, "exclude_pad");
  Dims dims = x.dims();
  for (int axis : {0, 1})
    dims[2 + axis] =
        windowsAlong(x.dims()[2 + axis], window[axis], step[axis], padding[axis], ceil);
  Tensor y({x.type.element, dims});
  interpret::forEachIndex(dims, [&](const Dims &at, int64_t to) {
    double best = -INFINITY, sum = 0;
    int64_t places = 0, pixels = 0;
    for (int64_t p = 0; p < window[0]; ++p)
      for (int64_t q = 0; q < window[1]; ++q) {
        int64_t h = at[2] * step[0] - padding[0] + p, w = at[3] * step[1] - padding[1] + q;
        places += h < x.dims()[2] + padding[0] && w < x.dims()[3] + padding[1];
        if (h < 0 || w < 0 || h >= x.dims()[2] || w >= x.dims()[3])
          continue;
        double value = x.reals[interpret::positionOf(x.dims(), {at[0], at[1], h, w})];
        ++pixels;
        sum += value;
        best = std::max(best, value);
      }
    y.reals[to] = average ? sum / double(whole ? places : pixels) : best;
  });
  return y;
}

static sinter::Pool2d optionsOf(const Case &c) {
  auto pair = [&](const char *name) {
    Dims sizes = dimsOf(c, name);
    return sinter::Pair(sizes[0], sizes[1]);
  };
  return {.window = pair("window"),
          .stride = pair("stride"),
          .padding = pair("padding"),
          .ceil = flagOf(c, "ceil"),
          .count_include_pad = !flagOf(c, "exclude_pad")};
}

/// Every branch of the DSL's pooling: equal and unequal counts, padding in and out of them, ceil
/// mode with and without a last window.
static void dslPoolRows(std::vector<Row> &rows) {
  Row largest{.name = "max_pool2d (DSL)", .domains = {Domain::Distinct}},
      average{.name = "avg_pool2d"};
  largest.build =
      fromDsl({[](const auto &x, const Case &c) { return max_pool2d(x[0], optionsOf(c)); }});
  average.build =
      fromDsl({[](const auto &x, const Case &c) { return avg_pool2d(x[0], optionsOf(c)); }});
  largest.reference = [](const auto &x, const Case &c) { return poolByLoops(x[0], c, false); };
  average.reference = [](const auto &x, const Case &c) { return poolByLoops(x[0], c, true); };
  struct {
    Dims x, window, stride, padding;
  } shapes[] = {
      {{1, 1, 2, 2}, {3, 3}, {1, 1}, {1, 1}}, // each window sees the same four pixels
      {{1, 1, 2, 2}, {3, 3}, {2, 2}, {0, 0}}, // fits in ceil mode only
      {{2, 3, 7, 5}, {2, 2}, {2, 2}, {0, 0}}, {{2, 1, 5, 6}, {3, 2}, {2, 3}, {1, 1}},
      {{1, 2, 6, 9}, {3, 3}, {3, 3}, {0, 0}}, {{1, 2, 2, 2}, {2, 2}, {3, 3}, {1, 1}},
      {{3, 1, 4, 8}, {2, 4}, {1, 2}, {1, 0}},
  };
  for (E element : {E::F32, E::F64})
    for (const auto &s : shapes)
      for (bool ceil : {false, true})
        for (bool exclude : {false, true}) {
          if (!ceil && s.window[0] > s.x[2] + 2 * s.padding[0])
            continue;
          Case c{{{element, s.x}},
                 {{"window", s.window},
                  {"stride", s.stride},
                  {"padding", s.padding},
                  {"ceil", ceil},
                  {"exclude_pad", exclude}}};
          average.cases.push_back(c);
          if (!exclude)
            largest.cases.push_back(c);
        }
  rows.push_back(largest);
  rows.push_back(average);
}

/// What pixels of an axis weigh in pixel i of the resized one.
using Weights = std::vector<std::pair<int64_t, double>> (*)(int64_t i, int64_t to, int64_t from);

/// Two neighbours; pixel centres lie at half coordinates.
static std::vector<std::pair<int64_t, double>> neighbours(int64_t i, int64_t to, int64_t from) {
  double at = std::max(0., (double(i) + .5) * double(from) / double(to) - .5);
  int64_t low = std::min(int64_t(at), from - 1), high = std::min(low + 1, from - 1);
  double part = std::min(at - double(low), 1.);
  return high == low ? std::vector<std::pair<int64_t, double>>{{low, 1.}}
                     : std::vector<std::pair<int64_t, double>>{{low, 1 - part}, {high, part}};
}
/// The mean of a cell.
static std::vector<std::pair<int64_t, double>> cell(int64_t i, int64_t to, int64_t from) {
  std::vector<std::pair<int64_t, double>> weights;
  int64_t begin = i * from / to, end = ((i + 1) * from + to - 1) / to;
  for (int64_t j = begin; j < end; ++j)
    weights.push_back({j, 1. / double(end - begin)});
  return weights;
}

static Tensor resizeByLoops(const Tensor &x, const Case &c, Weights weights) {
  Dims size = dimsOf(c, "size"), dims{x.dims()[0], x.dims()[1], size[0], size[1]};
  Tensor y({x.type.element, dims});
  interpret::forEachIndex(dims, [&](const Dims &at, int64_t to) {
    for (auto [h, a] : weights(at[2], size[0], x.dims()[2]))
      for (auto [w, b] : weights(at[3], size[1], x.dims()[3]))
        if (a * b != 0) // NaN reaches what sees it
          y.reals[to] += a * b * x.reals[interpret::positionOf(x.dims(), {at[0], at[1], h, w})];
  });
  return y;
}

/// Images of other sizes, with gradients; and among NaN and infinities, which stay where they are
/// seen.
static void resizeRows(std::vector<Row> &rows) {
  Row bilinear{.name = "resize_bilinear"}, adaptive{.name = "adaptive_avg_pool2d"};
  auto sizeOf = [](const Case &c) {
    return sinter::Pair(dimsOf(c, "size")[0], dimsOf(c, "size")[1]);
  };
  bilinear.build =
      fromDsl({[=](const auto &x, const Case &c) { return resize_bilinear(x[0], sizeOf(c)); }});
  adaptive.build =
      fromDsl({[=](const auto &x, const Case &c) { return adaptive_avg_pool2d(x[0], sizeOf(c)); }});
  bilinear.reference = [](const auto &x, const Case &c) {
    return resizeByLoops(x[0], c, neighbours);
  };
  adaptive.reference = [](const auto &x, const Case &c) { return resizeByLoops(x[0], c, cell); };
  for (Row *row : {&bilinear, &adaptive}) {
    for (E element : {E::F32, E::F64})
      for (const auto &[x, size] : {std::pair<Dims, Dims>{{2, 3, 11, 7}, {4, 5}},
                                    {{2, 1, 4, 9}, {13, 17}},
                                    {{1, 5, 8, 8}, {16, 16}},
                                    {{2, 1, 8, 6}, {4, 3}}, // cells that tile
                                    {{1, 1, 1, 1}, {3, 2}},
                                    {{3, 2, 5, 33}, {1, 1}},
                                    {{0, 2, 3, 3}, {5, 5}}})
        row->cases.push_back({{{element, x}}, {{"size", size}}});
    rows.push_back(*row);
    row->domains = {Domain::Special};
    row->differentiable = false;
    row->reference = {}; // sums of what is near the largest float depend on their order
    rows.push_back(*row);
  }
  Row global{.name = "global_avg_pool2d"};
  global.build = fromDsl({[](const auto &x, const Case &) { return global_avg_pool2d(x[0]); }});
  global.reference = [](const auto &x, const Case &) {
    Case one{.operands = {}, .attrs = {{"size", Dims{1, 1}}}};
    return resizeByLoops(x[0], one, cell);
  };
  for (E element : {E::F32, E::F64})
    for (const Dims &x : {Dims{2, 3, 4, 5}, {1, 1, 1, 1}, {0, 2, 3, 3}, {3, 17, 7, 7}})
      global.cases.push_back({{{element, x}}});
  rows.push_back(global);
}

void sinter::test::poolFunctionRows(std::vector<Row> &rows) {
  dslPoolRows(rows);
  resizeRows(rows);
}
