//===- Pool.cpp - numeric rows of pooling -----------------------------------------------------===//
//
// One list of windows serves maxima and sums and the ops of their gradients, whose own gradient
// checks are second order. Rows of winners look at ties, NaN and infinities (D3). Reading on:
// Rows.h; codegen/interpret/Pool.cpp (the oracle).
//
//===------------------------------------------------------------------------------------------===//
#include "test/numeric/Rows.h"

#include "sinter/rules/pool.h"

#include <algorithm>
#include <cmath>

using namespace sinter;
using namespace sinter::test;
using E = ElementType;

namespace {
struct Shape {
  Dims x, window, strides, low = {0, 0}, high = {0, 0}; ///< x: [n,c,h,w]
};
} // namespace

static const Shape kShapes[] = {
    // Windows that tile the images.
    {{2, 3, 4, 6}, {2, 2}, {2, 2}},
    {{1, 1, 1, 1}, {1, 1}, {1, 1}},
    {{3, 17, 6, 6}, {3, 2}, {3, 2}},
    {{2, 5, 7, 11}, {7, 11}, {7, 11}},
    {{16, 6, 8, 8}, {2, 2}, {2, 2}},
    {{1, 2, 33, 5}, {1, 5}, {1, 5}},
    // They leave rows or columns over; primes.
    {{2, 3, 5, 7}, {2, 2}, {2, 2}},
    {{1, 4, 13, 11}, {3, 3}, {3, 3}},
    {{2, 2, 7, 5}, {2, 3}, {3, 4}}, // gaps between them
    {{1, 2, 9, 9}, {1, 1}, {2, 2}},
    // They meet: 3 by 2, as in AlexNet and ResNet; strides of 1.
    {{2, 3, 9, 9}, {3, 3}, {2, 2}},
    {{2, 3, 8, 7}, {3, 3}, {2, 2}, {1, 1}, {1, 1}},
    {{1, 5, 6, 6}, {3, 3}, {1, 1}, {1, 1}, {1, 1}},
    {{2, 2, 5, 1}, {2, 1}, {1, 1}},
    {{1, 3, 11, 10}, {5, 4}, {2, 3}, {2, 1}, {2, 2}},
    {{16, 2, 7, 6}, {3, 2}, {2, 1}, {1, 0}, {0, 1}},
    // Padding with windows that do not meet, on one side, and by ceil mode.
    {{2, 3, 6, 6}, {2, 2}, {2, 2}, {1, 1}, {1, 1}},
    {{2, 3, 5, 7}, {2, 2}, {2, 2}, {0, 0}, {1, 1}},
    {{1, 2, 10, 10}, {3, 3}, {2, 2}, {0, 0}, {1, 1}},
    {{1, 1, 1, 1}, {3, 3}, {2, 2}, {1, 1}, {1, 1}},
    {{1, 2, 3, 3}, {2, 2}, {3, 2}, {1, 0}, {2, 1}},
    // No images, no channels.
    {{0, 3, 4, 4}, {2, 2}, {2, 2}},
    {{2, 0, 5, 5}, {3, 3}, {2, 2}},
};

static std::vector<Attr> attrsOf(const Shape &s, bool sized = false) {
  std::vector<Attr> attrs = {
      {"window", s.window}, {"strides", s.strides}, {"low", s.low}, {"high", s.high}};
  if (sized)
    attrs.push_back({"size", Dims{s.x[2], s.x[3]}});
  return attrs;
}

/// The type of what is pooled.
static Type pooled(E element, const Shape &s) {
  return *rules::pool2d({element, s.x}, s.window, {s.strides, s.low, s.high, {1, 1}});
}

/// Two and more ops that the compiler puts together.
static void fusedRows(std::vector<Row> &rows) {
  // Ties of zeros where a window has nothing positive: the first has the cotangent, and ReLU stops
  // it.
  Row clipped{.name = "relu+max_pool2d", .domains = {Domain::Distinct}};
  clipped.build = [](EntryBuilder &b, llvm::ArrayRef<mlir::Value> v, const Case &c) {
    return b.op("max_pool2d", {b.op("relu", {v[0]})}, c.attrs);
  };
  Row layer{.name = "conv2d+relu+max_pool2d"};
  layer.build = [](EntryBuilder &b, llvm::ArrayRef<mlir::Value> v, const Case &c) {
    std::vector<Attr> plain = {{"strides", Dims{1, 1}},
                               {"low", Dims{1, 1}},
                               {"high", Dims{1, 1}},
                               {"dilations", Dims{1, 1}},
                               {"groups", int64_t(1)}};
    return b.op("max_pool2d", {b.op("relu", {b.op("conv2d", {v[0], v[1]}, plain)})}, c.attrs);
  };
  // The way back through a maximum and the ReLU before it: spread, masked, summed for a bias.
  Row back{.name = "max_pool2d_scatter+select+sum",
           .domains = {Domain::Any, Domain::Indices, Domain::Any}};
  back.build = [](EntryBuilder &b, llvm::ArrayRef<mlir::Value> v, const Case &c) {
    mlir::Value zero = b.constant({typeOf(v[0]).element, {}}, 0);
    mlir::Value mask = b.op("compare", {v[2], zero}, {{"predicate", std::string("gt")}});
    mlir::Value d = b.op("select", {mask, b.op("max_pool2d_scatter", {v[0], v[1]}, c.attrs), zero});
    return b.op("sum", {d}, {{"axes", Dims{0, 2, 3}}, {"keepdims", false}});
  };
  Row scaled{.name = "mul+sum"};
  scaled.build = [](EntryBuilder &b, llvm::ArrayRef<mlir::Value> v, const Case &) {
    return b.op("sum", {b.op("mul", {v[0], v[1]})}, {{"axes", Dims{0, 2, 3}}, {"keepdims", false}});
  };
  for (E element : {E::F32, E::F64})
    for (const Shape &s : kShapes) {
      Type x{element, s.x}, y = pooled(element, s);
      clipped.cases.push_back({{x}, attrsOf(s)});
      double values = double(s.x[0] * s.x[2] * s.x[3]);
      back.cases.push_back({.operands = {y, {E::I32, y.dims}, x},
                            .attrs = attrsOf(s, true),
                            .indices = s.window[0] * s.window[1],
                            .terms = values});
      scaled.cases.push_back({.operands = {x, x}, .terms = values});
      if (interpret::countOf(s.x) != 0) // the filters' gradient is a sum over all images
        layer.cases.push_back({.operands = {x, {element, {5, s.x[1], 3, 3}}},
                               .attrs = attrsOf(s),
                               .terms = 9. * double(s.x[1]),
                               .gradientTerms = std::max(9. * 5, values)});
    }
  for (const Row &row : {clipped, layer, back, scaled})
    rows.push_back(row);
}

void test::poolRows(std::vector<Row> &rows) {
  Row largest{.name = "max_pool2d", .domains = {Domain::Distinct}};
  Row sum{.name = "sum_pool2d"}, spread{.name = "sum_pool2d_gradient"};
  Row gather{.name = "max_pool2d_gather", .domains = {Domain::Any, Domain::Indices}};
  Row scatter{.name = "max_pool2d_scatter", .domains = {Domain::Any, Domain::Indices}};
  // Values only: where the winner is, and its cotangent's way, among NaN and infinities.
  Row special{.name = "max_pool2d", .domains = {Domain::Special}, .differentiable = false};
  Row places{.name = "max_pool2d_argmax", .domains = {Domain::Special}, .differentiable = false};
  // Among ties: of ±1 every window has some.
  Row ties{.name = "sign+max_pool2d_scatter", .differentiable = false};
  ties.build = [](EntryBuilder &b, llvm::ArrayRef<mlir::Value> v, const Case &c) {
    Dims shape = typeOf(v[0]).dims;
    std::vector<Attr> attrs = c.attrs;
    attrs.push_back({"size", Dims{shape[2], shape[3]}});
    return b.op("max_pool2d_scatter",
                {v[1], b.op("max_pool2d_argmax", {b.op("sign", {v[0]})}, c.attrs)}, attrs);
  };
  // What the compiler fuses: an activation before the window, a number after it.
  Row activated{.name = "tanh+max_pool2d", .domains = {Domain::Distinct}};
  activated.build = [](EntryBuilder &b, llvm::ArrayRef<mlir::Value> v, const Case &c) {
    return b.op("max_pool2d", {b.op("tanh", {v[0]})}, c.attrs);
  };
  Row average{.name = "sigmoid+sum_pool2d*scale"};
  average.build = [](EntryBuilder &b, llvm::ArrayRef<mlir::Value> v, const Case &c) {
    return b.op("mul", {b.op("sum_pool2d", {b.op("sigmoid", {v[0]})}, c.attrs), v[1]});
  };
  for (E element : {E::F32, E::F64})
    for (const Shape &s : kShapes) {
      Type x{element, s.x}, y = pooled(element, s), index{E::I32, y.dims};
      Case c{{x}, attrsOf(s)};
      for (Row *row : {&largest, &sum, &special, &places})
        row->cases.push_back(c);
      // tanh brings values together: few of them stay apart.
      if (interpret::countOf(s.x) <= 40)
        activated.cases.push_back(c);
      average.cases.push_back({{x, {element, {1, s.x[1], 1, 1}}}, attrsOf(s)});
      ties.cases.push_back({{x, y}, attrsOf(s)});
      int64_t points = s.window[0] * s.window[1];
      gather.cases.push_back({{x, index}, attrsOf(s), {}, points});
      scatter.cases.push_back({{y, index}, attrsOf(s, true), {}, points});
      spread.cases.push_back({{y}, attrsOf(s, true)});
    }
  Shape large{{64, 16, 28, 28}, {2, 2}, {2, 2}};
  Type x{E::F32, large.x}, y = pooled(E::F32, large);
  largest.perf = sum.perf = {{x}, attrsOf(large)};
  scatter.perf = {{y, {E::I32, y.dims}}, attrsOf(large, true), {}, 4};
  for (const Row &row :
       {largest, special, places, ties, gather, scatter, sum, spread, activated, average})
    rows.push_back(row);
  fusedRows(rows);
}
