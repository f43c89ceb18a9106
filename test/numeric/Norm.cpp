//===- Norm.cpp - numeric rows of batch normalisation -----------------------------------------===//
//
// Batch norm is composed of sums and elementwise ops; these rows compose it as the DSL does
// (frontend/src/Norm.cpp), alone and behind a layer, where fusion takes it apart. Reading on:
// Rows.h.
//
//===------------------------------------------------------------------------------------------===//
#include "test/numeric/Rows.h"

using namespace sinter;
using namespace sinter::test;
using E = ElementType;

namespace {
/// x [n,c] or [n,c,h,w] as the frontend normalises it.
struct Normalised {
  mlir::Value y;
  mlir::Value mean, variance; ///< [c], of x's element; the variance is the biased one
};
} // namespace

/// x normalised over all axes but 1, times scale [c], plus shift [c].
static Normalised normalise(EntryBuilder &b, mlir::Value x, mlir::Value scale, mlir::Value shift) {
  Type type = typeOf(x);
  bool images = type.rank() == 4;
  int64_t channels = type.dims[1];
  double count = double(type.dims[0]) * double(images ? type.dims[2] * type.dims[3] : 1);
  auto number = [&](E element, double value) { return b.constant({element, {}}, value); };
  auto cast = [&](mlir::Value v, E element) {
    Type from = typeOf(v);
    return from.element == element ? v : b.op("cast", {v}, {}, {element, from.dims});
  };
  auto average = [&](mlir::Value v) {
    if (images)
      v = b.op("sum", {v}, {{"axes", Dims{2, 3}}, {"keepdims", false}});
    v = b.op("sum", {v}, {{"axes", Dims{0}}, {"keepdims", false}});
    return b.op("mul", {v, number(E::F64, 1 / count)});
  };
  auto spread = [&](mlir::Value v) {
    return images ? b.op("reshape", {v}, {}, {type.element, {channels, 1, 1}}) : v;
  };
  mlir::Value wide = cast(x, E::F64), mean = average(wide);
  mlir::Value variance =
      b.op("relu", {b.op("sub", {average(b.op("mul", {wide, wide})), b.op("mul", {mean, mean})})});
  Normalised result{{}, cast(mean, type.element), cast(variance, type.element)};
  mlir::Value centre = b.op("stop_gradient", {result.mean});
  mlir::Value rest = cast(b.op("sub", {mean, cast(centre, E::F64)}), type.element);
  mlir::Value eps = number(type.element, 1e-5);
  scale = b.op("div", {scale, b.op("sqrt", {b.op("add", {result.variance, eps})})});
  shift = b.op("sub", {shift, b.op("mul", {rest, scale})});
  result.y =
      b.op("add", {b.op("mul", {b.op("sub", {x, spread(centre)}), spread(scale)}), spread(shift)});
  return result;
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

void test::normRows(std::vector<Row> &rows) {
  // No tolerance depends on the mean: x minus a mean that is near is exact, the rest of the mean is
  // known to f32, and statistics are f64. Gradients are sums over the batch of f32 products.
  Row norm{.name = "batch_norm"};
  norm.build = [](EntryBuilder &b, llvm::ArrayRef<mlir::Value> v, const Case &) {
    return normalise(b, v[0], v[1], v[2]).y;
  };
  Row statistics{.name = "batch_norm statistics", .differentiable = false, .tolerance = 4e-7};
  statistics.build = [](EntryBuilder &b, llvm::ArrayRef<mlir::Value> v, const Case &c) {
    double count = valuesOf(c.operands[0]);
    auto number = [&](double value) { return b.constant({c.operands[0].element, {}}, value); };
    Normalised of = normalise(b, v[0], v[1], v[1]);
    mlir::Value variance = b.op("mul", {of.variance, number(count / (count - 1))});
    auto track = [&](mlir::Value old, mlir::Value fresh) {
      return b.op("add", {b.op("mul", {old, number(.9)}), b.op("mul", {fresh, number(.1)})});
    };
    return b.op("concat", {track(v[1], of.mean), track(v[2], variance)}, {{"axis", int64_t(0)}});
  };
  Row dense{.name = "matmul+batch_norm+sigmoid"};
  dense.build = [](EntryBuilder &b, llvm::ArrayRef<mlir::Value> v, const Case &) {
    mlir::Value y = b.op("matmul", {v[0], v[1]}, {{"transpose_a", false}, {"transpose_b", false}});
    return b.op("sigmoid", {normalise(b, y, v[2], v[3]).y});
  };
  Row conv{.name = "conv2d+batch_norm+tanh"};
  conv.build = [](EntryBuilder &b, llvm::ArrayRef<mlir::Value> v, const Case &c) {
    return b.op("tanh", {normalise(b, b.op("conv2d", {v[0], v[1]}, c.attrs), v[2], v[3]).y});
  };
  // A layer's own sums come in front; their errors are divided by the deviation, as its results
  // are.
  std::vector<Attr> attrs = {{"strides", Dims{1, 1}},
                             {"low", Dims{1, 1}},
                             {"high", Dims{1, 1}},
                             {"dilations", Dims{1, 1}},
                             {"groups", int64_t(1)}};
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
        statistics.cases.push_back({.operands = {{element, dims}, c, c}, .offset = mean});
      }
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
                              .attrs = attrs,
                              .terms = kSteps + products,
                              .gradientTerms = kSteps + products + values +
                                               std::max(values, 9. * double(channels))});
      }
  }
  rows.push_back(norm);
  rows.push_back(statistics);
  rows.push_back(dense);
  rows.push_back(conv);
}
