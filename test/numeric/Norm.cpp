//===- Norm.cpp - numeric rows of batch normalisation -----------------------------------------===//
//
// The DSL's batch norm, alone and behind a layer, where fusion takes it apart, against two passes
// over the batch in f64: the mean, then the mean of squared deviations. Reading on: Dsl.h;
// frontend/src/Norm.cpp (one pass).
//
//===------------------------------------------------------------------------------------------===//
#include "test/numeric/Dsl.h"

#include <sinter/sinter.h>

using namespace sinter::test;
namespace interpret = sinter::interpret;
using E = ElementType;

namespace {
/// Mean and biased variance of each channel of x [n,c] or [n,c,h,w], in two passes.
struct Statistics {
  std::vector<double> mean, variance;
  double count = 0; ///< of values a channel
  explicit Statistics(const Tensor &x);
};
} // namespace

/// Calls `visit(channel, position)` for every element of x.
static void eachValue(const Tensor &x, llvm::function_ref<void(int64_t, int64_t)> visit) {
  interpret::forEachIndex(x.dims(), [&](const Dims &at, int64_t i) { visit(at[1], i); });
}

Statistics::Statistics(const Tensor &x) : mean(x.dims()[1]), variance(x.dims()[1]) {
  count = double(x.size()) / double(x.dims()[1]);
  eachValue(x, [&](int64_t c, int64_t i) { mean[c] += x.reals[i] / count; });
  eachValue(x, [&](int64_t c, int64_t i) {
    variance[c] += (x.reals[i] - mean[c]) * (x.reals[i] - mean[c]) / count;
  });
}

/// y of statistics that are given.
static Tensor normalised(const Tensor &x, const std::vector<double> &mean,
                         const std::vector<double> &variance, const Tensor &weight,
                         const Tensor &bias, double eps = 1e-5) {
  Tensor y(x.type);
  eachValue(x, [&](int64_t c, int64_t i) {
    y.reals[i] =
        (x.reals[i] - mean[c]) / std::sqrt(variance[c] + eps) * weight.reals[c] + bias.reals[c];
  });
  return y;
}
static Tensor normalised(const Tensor &x, const Tensor &weight, const Tensor &bias) {
  Statistics of(x);
  return normalised(x, of.mean, of.variance, weight, bias);
}
static Tensor mapped(Tensor x, double (*f)(double)) {
  for (double &value : x.reals)
    value = f(value);
  return x;
}

/// Values that one channel of x averages over.
static double valuesOf(const Type &x) {
  double count = 1;
  for (size_t d = 0; d < x.dims.size(); ++d)
    count *= d == 1 ? 1 : double(x.dims[d]);
  return count;
}

/// As many terms as the steps from statistics to y make: six roundings, of values up to |y| + 2.
static constexpr double kSteps = 4;

/// A 3x3 convolution with one zero around, as a sum over the window.
static Tensor convolved(const Tensor &x, const Tensor &filter) {
  Dims dims = x.dims();
  dims[1] = filter.dims()[0];
  Tensor y({x.type.element, dims});
  interpret::forEachIndex(dims, [&](const Dims &at, int64_t to) {
    interpret::forEachIndex({x.dims()[1], 3, 3}, [&](const Dims &tap, int64_t) {
      int64_t h = at[2] + tap[1] - 1, w = at[3] + tap[2] - 1;
      if (h >= 0 && w >= 0 && h < dims[2] && w < dims[3])
        y.reals[to] +=
            x.reals[interpret::positionOf(x.dims(), {at[0], tap[0], h, w})] *
            filter.reals[interpret::positionOf(filter.dims(), {at[1], tap[0], tap[1], tap[2]})];
    });
  });
  return y;
}

/// What a training step leaves in the running statistics: [mean, variance]. Each is a sum of two
/// terms, the old one and the batch's.
static std::vector<Row> trackedRows() {
  std::vector<Row> rows;
  for (bool variance : {false, true}) {
    std::string symbol = variance ? "bn.running_var" : "bn.running_mean";
    Row row{.name = "batch_norm " + symbol, .differentiable = false, .tolerance = sumBound(2)};
    row.build =
        fromDsl({.call = [](const auto &x,
                            const Case &) { return batch_norm("bn", x[0], {.momentum = 0.25}); },
                 .symbols = {"", symbol},
                 .training = true,
                 .result = symbol});
    row.reference = [variance](const auto &v, const Case &) {
      Statistics of(v[0]);
      Tensor result = v[1];
      for (size_t c = 0; c < result.reals.size(); ++c) {
        double fresh = variance ? of.variance[c] * of.count / (of.count - 1) : of.mean[c];
        result.reals[c] += 0.25 * (fresh - result.reals[c]);
      }
      return result;
    };
    rows.push_back(row);
  }
  return rows;
}

/// In evaluation, by the running statistics.
static Row evaluatedRow() {
  Row row{.name = "batch_norm evaluated",
          .domains = {Domain::Any, Domain::Any, Domain::Any, Domain::Any, Domain::Positive}};
  row.build = fromDsl(
      {.call = [](const auto &x,
                  const Case &c) { return batch_norm("bn", x[0], {.eps = realOf(c, "eps", 0)}); },
       .symbols = {"", "bn.weight", "bn.bias", "bn.running_mean", "bn.running_var"}});
  row.reference = [](const auto &v, const Case &c) {
    return normalised(v[0], v[3].reals, v[4].reals, v[1], v[2], realOf(c, "eps", 0));
  };
  return row;
}

void sinter::test::normRows(std::vector<Row> &rows) {
  std::vector<Row> tracked = trackedRows();
  Row evaluated = evaluatedRow();
  // No tolerance depends on the mean: x minus a mean that is near is exact, the rest of the mean is
  // known to f32, and statistics are f64. Gradients are sums over the batch of f32 products.
  Row norm{.name = "batch_norm"};
  norm.build = fromDsl({.call = [](const auto &x, const Case &) { return batch_norm("bn", x[0]); },
                        .symbols = {"", "bn.weight", "bn.bias"},
                        .training = true});
  norm.reference = [](const auto &v, const Case &) { return normalised(v[0], v[1], v[2]); };
  Row dense{.name = "matmul+batch_norm+sigmoid"};
  dense.build =
      fromDsl({.call = [](const auto &x,
                          const Case &) { return sigmoid(batch_norm("bn", matmul(x[0], x[1]))); },
               .symbols = {"", "", "bn.weight", "bn.bias"},
               .training = true});
  dense.reference = [](const auto &v, const Case &) {
    Tensor y({v[0].type.element, {v[0].dims()[0], v[1].dims()[1]}});
    int64_t terms = v[0].dims()[1], columns = v[1].dims()[1];
    for (int64_t i = 0; i < y.size(); ++i)
      for (int64_t k = 0; k < terms; ++k)
        y.reals[i] += v[0].reals[i / columns * terms + k] * v[1].reals[k * columns + i % columns];
    return mapped(normalised(y, v[2], v[3]), [](double x) { return 1 / (1 + std::exp(-x)); });
  };
  Row conv{.name = "conv2d+batch_norm+tanh"};
  conv.build = fromDsl({.call =
                            [](const auto &x, const Case &) {
                              return tanh(batch_norm("bn", conv2d(x[0], x[1], {.padding = 1})));
                            },
                        .symbols = {"", "", "bn.weight", "bn.bias"},
                        .training = true});
  conv.reference = [](const auto &v, const Case &) {
    return mapped(normalised(convolved(v[0], v[1]), v[2], v[3]), std::tanh);
  };
  // A layer's own sums come in front; their errors are divided by the deviation, as its results
  // are.
  for (E element : {E::F32, E::F64}) {
    for (const Dims &dims : {Dims{5, 3},
                             {17, 1},
                             {64, 33},
                             {2, 3, 5, 7},
                             {1, 17, 6, 6},
                             {7, 1, 3, 1},
                             {16, 6, 8, 8},
                             {11, 16, 1, 1},
                             {3, 5, 13, 2}}) {
      Type c{element, {dims[1]}};
      // Deviations are 1.2 and less: means of 0, 30 and 1000 of them.
      for (double mean : {0., 36., 1200.}) {
        if (mean != 0 && element == E::F64)
          continue; // f64 has nothing wider
        double values = valuesOf({element, dims});
        norm.cases.push_back({.operands = {{element, dims}, c, c},
                              .offset = mean,
                              .terms = kSteps,
                              .gradientTerms = kSteps + values});
        for (Row &row : tracked)
          row.cases.push_back({.operands = {{element, dims}, c}, .offset = mean});
      }
      evaluated.cases.push_back({{{element, dims}, c, c, c, c}, {{"eps", 1e-3}}});
    }
    for (auto [n, k, c] :
         {std::tuple<int64_t, int64_t, int64_t>{7, 5, 3}, {32, 16, 17}, {13, 1, 1}})
      dense.cases.push_back(
          {.operands = {{element, {n, k}}, {element, {k, c}}, {element, {c}}, {element, {c}}},
           .terms = kSteps + double(k),
           .gradientTerms = kSteps + double(k + n + std::max(n, c))});
    for (const Dims &x : {Dims{2, 3, 6, 5}, {16, 1, 8, 8}, {3, 17, 4, 4}})
      for (int64_t channels : {5, 16}) {
        Type c{element, {channels}};
        double values = valuesOf({element, x}), products = double(9 * x[1]);
        conv.cases.push_back({.operands = {{element, x}, {element, {channels, x[1], 3, 3}}, c, c},
                              .terms = kSteps + products,
                              .gradientTerms = kSteps + products + values +
                                               std::max(values, 9. * double(channels))});
      }
  }
  rows.push_back(norm);
  for (const Row &row : tracked)
    rows.push_back(row);
  rows.push_back(evaluated);
  rows.push_back(dense);
  rows.push_back(conv);
}
