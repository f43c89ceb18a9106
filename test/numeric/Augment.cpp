//===- Augment.cpp - numeric rows of random changes of pictures -------------------------------===//
//
// The references take the runtime's random numbers and change picture by picture, pixel by pixel.
// That numbers are drawn evenly is looked at by test/e2e/augment.test. Reading on: Random.cpp.
//
//===------------------------------------------------------------------------------------------===//
#include "test/numeric/Drawn.h"
#include "test/numeric/Dsl.h"

#include <sinter/sinter.h>

using namespace sinter::test;
using E = ElementType;

/// A pixel of pictures [n,c,h,w]; 0 outside.
static double pixel(const Tensor &x, int64_t n, int64_t c, int64_t h, int64_t w) {
  const Dims &d = x.dims();
  if (h < 0 || w < 0 || h >= d[2] || w >= d[3])
    return 0;
  return x.reals[((n * d[1] + c) * d[2] + h) * d[3] + w];
}

/// Pictures of a shape, each pixel by a function of its place.
template <class F> static Tensor pictures(E element, const Dims &d, F value) {
  Tensor y({element, d});
  int64_t at = 0;
  for (int64_t n = 0; n < d[0]; ++n)
    for (int64_t c = 0; c < d[1]; ++c)
      for (int64_t h = 0; h < d[2]; ++h)
        for (int64_t w = 0; w < d[3]; ++w)
          y.reals[at++] = value(n, c, h, w);
  return y;
}

/// Numbers of one call: pictures, seed and step; traced in the training step, or in prediction.
static Row rowOf(const char *name, auto call, bool training,
                 std::function<Tensor(const std::vector<Tensor> &, const Case &)> reference) {
  Row row{.name = name, .domains = {Domain::Any, Domain::Anything}};
  row.build = fromDsl({.call = [=](const auto &x, const Case &c) { return call(x[0], c); },
                       .symbols = training ? std::vector<std::string>{"", "seed", "step"}
                                           : std::vector<std::string>{},
                       .training = training});
  row.reference = std::move(reference);
  return row;
}

static void add(Row &row, const Dims &dims, std::vector<Attr> attrs, bool training = true) {
  for (E element : {E::F32, E::F64}) {
    Case c{{{element, dims}}, attrs};
    if (training)
      c.operands.insert(c.operands.end(), 2, {E::I64, {}});
    row.cases.push_back(c);
  }
}

static Row flips() {
  Row row = rowOf(
      "random_flip",
      [](const sinter::Tensor &x, const Case &c) {
        return sinter::random_flip("f", x, {.p = 0.4, .axis = integerOf(c, "axis", -1)});
      },
      true,
      [](const std::vector<Tensor> &v, const Case &c) {
        const Dims &d = v[0].dims();
        bool down = integerOf(c, "axis", -1) == -2;
        return pictures(v[0].type.element, d, [&](int64_t n, int64_t k, int64_t h, int64_t w) {
          bool mirrored = drawn(v, 1, "f", n) < 0.4;
          return pixel(v[0], n, k, mirrored && down ? d[2] - 1 - h : h,
                       mirrored && !down ? d[3] - 1 - w : w);
        });
      });
  for (int64_t axis : {-1, -2})
    for (const Dims &dims : {Dims{9, 3, 5, 4}, Dims{4, 1, 1, 17}, Dims{1, 2, 7, 1}})
      add(row, dims, {{"axis", axis}});
  return row;
}

/// Windows of `size` of pictures with a border of `padding`; even places, or the middle.
static Row crops(bool training) {
  auto sizeOf = [](const Case &c, const Dims &d) {
    Dims size = dimsOf(c, "size");
    return size.empty() ? Dims{d[2], d[3]} : size;
  };
  Row row = rowOf(
      "random_crop",
      [](const sinter::Tensor &x, const Case &c) {
        Dims size = dimsOf(c, "size"), padding = dimsOf(c, "padding");
        return sinter::random_crop(
            "c", x,
            {.size = size.empty() ? sinter::Pair(0) : sinter::Pair(size[0], size[1]),
             .padding = {padding[0], padding[1]}});
      },
      training,
      [=](const std::vector<Tensor> &v, const Case &c) {
        const Dims &d = v[0].dims();
        Dims size = sizeOf(c, d), padding = dimsOf(c, "padding");
        auto place = [&](const char *stream, int64_t n, size_t axis) {
          int64_t places = d[2 + axis] + 2 * padding[axis] - size[axis] + 1;
          int64_t first =
              training ? static_cast<int64_t>(drawn(v, 1, stream, n) * static_cast<double>(places))
                       : (places - 1) / 2;
          return first - padding[axis];
        };
        return pictures(v[0].type.element, {d[0], d[1], size[0], size[1]},
                        [&](int64_t n, int64_t k, int64_t h, int64_t w) {
                          return pixel(v[0], n, k, place("c.row", n, 0) + h,
                                       place("c.column", n, 1) + w);
                        });
      });
  add(row, {6, 3, 5, 7}, {{"padding", Dims{2, 1}}}, training);
  add(row, {5, 2, 9, 8}, {{"padding", Dims{0, 0}}, {"size", Dims{4, 7}}}, training);
  add(row, {3, 1, 4, 4}, {{"padding", Dims{1, 3}}, {"size", Dims{6, 1}}}, training);
  return row;
}

static Row jitters() {
  Row row = rowOf(
      "color_jitter",
      [](const sinter::Tensor &x, const Case &c) {
        return sinter::color_jitter("j", abs(x) * 0.5,
                                    {.brightness = realOf(c, "brightness", 0),
                                     .contrast = realOf(c, "contrast", 0),
                                     .saturation = realOf(c, "saturation", 0)});
      },
      true,
      [](const std::vector<Tensor> &v, const Case &c) {
        const Dims &d = v[0].dims();
        Tensor x = v[0];
        for (double &value : x.reals)
          value = std::fabs(value) / 2;
        auto grey = [&](int64_t n, int64_t h, int64_t w) {
          return 0.2989 * pixel(x, n, 0, h, w) + 0.587 * pixel(x, n, 1, h, w) +
                 0.114 * pixel(x, n, 2, h, w);
        };
        auto mix = [&](const char *what, auto other) {
          double range = realOf(c, what, 0), low = std::fmax(0, 1 - range);
          if (range == 0)
            return;
          x = pictures(x.type.element, d, [&](int64_t n, int64_t k, int64_t h, int64_t w) {
            double a = low + (1 + range - low) * drawn(v, 1, (std::string("j.") + what).c_str(), n);
            return std::fmin(1, std::fmax(0, a * pixel(x, n, k, h, w) + (1 - a) * other(n, h, w)));
          });
        };
        mix("brightness", [](int64_t, int64_t, int64_t) { return 0.0; });
        std::vector<double> means(d[0]);
        for (int64_t n = 0; n < d[0]; ++n)
          for (int64_t h = 0; h < d[2]; ++h)
            for (int64_t w = 0; w < d[3]; ++w)
              means[n] += grey(n, h, w) / static_cast<double>(d[2] * d[3]);
        mix("contrast", [&](int64_t n, int64_t, int64_t) { return means[n]; });
        mix("saturation", grey);
        return x;
      });
  row.differentiable = false; // almost everywhere it is, and differences meet the bounds
  add(row, {6, 3, 4, 5}, {{"brightness", 0.4}});
  add(row, {6, 3, 4, 5}, {{"contrast", 0.6}});
  add(row, {6, 3, 4, 5}, {{"saturation", 1.5}});
  add(row, {5, 3, 7, 3}, {{"brightness", 0.5}, {"contrast", 0.3}, {"saturation", 0.2}});
  return row;
}

static Row normalizations() {
  Row row = rowOf(
      "normalize_channels",
      [](const sinter::Tensor &x, const Case &c) {
        if (flagOf(c, "one"))
          return sinter::normalize_channels(x, {.mean = {0.5}, .std = {0.25}});
        return sinter::normalize_channels(x, {.mean = {0.5, -1}, .std = {0.25, 3}});
      },
      false,
      [](const std::vector<Tensor> &v, const Case &c) {
        const double means[] = {0.5, flagOf(c, "one") ? 0.5 : -1},
                     stds[] = {0.25, flagOf(c, "one") ? 0.25 : 3};
        return pictures(v[0].type.element, v[0].dims(),
                        [&](int64_t n, int64_t k, int64_t h, int64_t w) {
                          return (pixel(v[0], n, k, h, w) - means[k]) / stds[k];
                        });
      });
  add(row, {3, 2, 4, 5}, {}, false);
  add(row, {3, 2, 4, 5}, {{"one", true}}, false);
  return row;
}

void sinter::test::augmentRows(std::vector<Row> &rows) {
  rows.push_back(flips());
  rows.push_back(crops(true));
  rows.push_back(crops(false));
  rows.push_back(jitters());
  rows.push_back(normalizations());
}
