//===- Conv.cpp - numeric rows of convolutions ------------------------------------------------===//
//
// One list of shapes serves the convolution and its two gradients; the gradient checks of those two
// are second order. Reading on: Rows.h; codegen/interpret/Conv.cpp (the oracle).
//
//===------------------------------------------------------------------------------------------===//
#include "test/numeric/Rows.h"

#include "sinter/rules/conv.h"

#include <algorithm>

using namespace sinter;
using namespace sinter::test;
using E = ElementType;

namespace {
struct Shape {
  Dims x, filter; ///< [n,c,h,w], [o,c/groups,kh,kw]
  Dims strides = {1, 1}, low = {0, 0}, high = {0, 0}, dilations = {1, 1};
  int64_t groups = 1;
};
} // namespace

static const Shape kShapes[] = {
    // Ones, primes, non-multiples of a vector.
    {{1, 1, 1, 1}, {1, 1, 1, 1}},
    {{1, 1, 5, 5}, {1, 1, 5, 5}},
    {{2, 3, 7, 5}, {4, 3, 3, 2}},
    {{3, 1, 11, 13}, {5, 1, 5, 5}},
    {{1, 17, 6, 7}, {19, 17, 1, 1}},
    {{2, 16, 5, 5}, {16, 16, 3, 3}, {1, 1}, {1, 1}, {1, 1}},
    {{2, 5, 17, 1}, {3, 5, 3, 1}},
    {{3, 2, 1, 19}, {33, 2, 1, 4}},
    // Borders: even, uneven, wider than the image.
    {{2, 3, 6, 7}, {5, 3, 3, 3}, {1, 1}, {1, 1}, {1, 1}},
    {{2, 3, 6, 7}, {5, 3, 4, 2}, {1, 1}, {1, 0}, {2, 1}},
    {{1, 2, 3, 3}, {3, 2, 5, 5}, {1, 1}, {2, 2}, {2, 2}},
    {{1, 2, 2, 2}, {2, 2, 3, 3}, {1, 1}, {4, 3}, {5, 0}},
    {{1, 1, 1, 1}, {2, 1, 3, 3}, {1, 1}, {1, 1}, {1, 1}},
    // Strides; rows that no tap reaches; taps that miss some rows.
    {{2, 3, 8, 8}, {4, 3, 3, 3}, {2, 2}, {1, 1}, {1, 1}},
    {{2, 3, 9, 7}, {4, 3, 3, 3}, {2, 2}},
    {{2, 3, 10, 9}, {4, 3, 1, 1}, {2, 2}},
    {{2, 3, 11, 10}, {4, 3, 2, 5}, {3, 2}, {0, 2}, {1, 2}},
    {{1, 4, 10, 10}, {7, 4, 2, 2}, {3, 3}},
    {{2, 3, 9, 8}, {5, 3, 3, 3}, {3, 1}, {2, 1}, {2, 1}},
    {{1, 3, 17, 17}, {6, 3, 7, 7}, {2, 2}, {3, 3}, {3, 3}},
    {{2, 3, 5, 5}, {2, 3, 5, 5}, {2, 2}},
    {{1, 2, 5, 4}, {3, 2, 1, 2}, {4, 5}, {3, 0}, {2, 3}},
    {{3, 1, 1, 2}, {3, 1, 1, 1}, {3, 3}},
    {{3, 2, 1, 1}, {3, 2, 1, 1}, {3, 2}},
    // Dilation, with and without strides.
    {{2, 3, 9, 10}, {4, 3, 3, 3}, {1, 1}, {2, 2}, {2, 2}, {2, 2}},
    {{1, 2, 9, 11}, {3, 2, 2, 3}, {1, 1}, {0, 1}, {1, 0}, {3, 2}},
    {{1, 2, 11, 9}, {3, 2, 3, 2}, {2, 3}, {1, 0}, {2, 1}, {2, 1}},
    {{2, 2, 12, 10}, {2, 2, 2, 3}, {3, 2}, {1, 1}, {1, 1}, {2, 3}},
    {{1, 1, 8, 8}, {2, 1, 2, 2}, {5, 5}, {0, 0}, {0, 0}, {2, 2}},
    // Groups; depthwise, with a multiplier.
    {{2, 6, 5, 7}, {4, 3, 3, 3}, {1, 1}, {1, 1}, {1, 1}, {1, 1}, 2},
    {{2, 6, 8, 7}, {9, 2, 3, 2}, {2, 2}, {1, 0}, {1, 1}, {1, 1}, 3},
    {{1, 7, 6, 6}, {7, 1, 3, 3}, {1, 1}, {1, 1}, {1, 1}, {1, 1}, 7},
    {{2, 3, 9, 9}, {6, 1, 3, 3}, {2, 2}, {1, 1}, {1, 1}, {1, 1}, 3},
    {{1, 4, 9, 9}, {4, 2, 3, 3}, {2, 2}, {2, 2}, {2, 2}, {2, 2}, 2},
    {{2, 32, 4, 4}, {32, 1, 3, 3}, {1, 1}, {1, 1}, {1, 1}, {1, 1}, 32},
    // Batches of lanes: few channels, filters summed over 16 images at a time.
    {{16, 1, 6, 6}, {6, 1, 3, 3}, {1, 1}, {1, 1}, {1, 1}},
    {{32, 3, 5, 4}, {5, 3, 2, 2}},
    {{16, 2, 7, 7}, {4, 2, 3, 3}, {2, 2}, {1, 1}, {1, 1}},
    {{16, 16, 3, 3}, {2, 16, 2, 2}},
    {{16, 3, 3, 3}, {32, 3, 2, 2}},
    // The same of groups: of few outputs; of eight and of one, whose channels fill vectors.
    {{16, 4, 5, 4}, {8, 2, 2, 2}, {1, 1}, {0, 0}, {0, 0}, {1, 1}, 2},
    {{16, 4, 5, 5}, {16, 2, 3, 3}, {1, 1}, {1, 1}, {1, 1}, {1, 1}, 2},
    {{16, 4, 4, 4}, {4, 1, 3, 3}, {1, 1}, {1, 1}, {1, 1}, {1, 1}, 4},
    {{32, 16, 5, 4}, {16, 1, 3, 3}, {2, 2}, {1, 1}, {1, 1}, {1, 1}, 16},
    // Nothing.
    {{0, 2, 4, 4}, {3, 2, 3, 3}},
    {{2, 0, 4, 4}, {3, 0, 3, 3}},
    {{2, 2, 4, 4}, {0, 2, 3, 3}},
};

static rules::Sliding slidingOf(const Shape &s) { return {s.strides, s.low, s.high, s.dilations}; }

static std::vector<Attr> attrsOf(const Shape &s) {
  return {{"strides", s.strides},
          {"low", s.low},
          {"high", s.high},
          {"dilations", s.dilations},
          {"groups", s.groups}};
}

/// The type of the convolution.
static Type resultOf(E element, const Shape &s) {
  return *rules::conv2d({element, s.x}, {element, s.filter}, slidingOf(s), s.groups);
}

namespace {
/// Products of one element's sum in the three directions.
struct Sums {
  double forward, input, filter;
};
} // namespace

static Sums sumsOf(const Shape &s) {
  const Dims y = resultOf(E::F32, s).dims;
  double taps = double(s.filter[2] * s.filter[3]);
  return {taps * double(s.filter[1]), taps * double(s.filter[0] / s.groups),
          double(y[0] * y[2] * y[3])};
}

static Case forward(E element, const Shape &s) {
  Sums sums = sumsOf(s);
  return {.operands = {{element, s.x}, {element, s.filter}},
          .attrs = attrsOf(s),
          .terms = sums.forward,
          .gradientTerms = std::max(sums.input, sums.filter)};
}

static Case inputGradient(E element, const Shape &s) {
  Sums sums = sumsOf(s);
  Case c{.operands = {resultOf(element, s), {element, s.filter}},
         .attrs = attrsOf(s),
         .terms = sums.input,
         .gradientTerms = std::max(sums.forward, sums.filter)};
  c.attrs.push_back({"size", Dims{s.x[2], s.x[3]}});
  return c;
}

static Case filterGradient(E element, const Shape &s) {
  Sums sums = sumsOf(s);
  Case c{.operands = {resultOf(element, s), {element, s.x}},
         .attrs = attrsOf(s),
         .terms = sums.filter,
         .gradientTerms = std::max(sums.forward, sums.input)};
  c.attrs.push_back({"window", Dims{s.filter[2], s.filter[3]}});
  return c;
}

void test::convRows(std::vector<Row> &rows) {
  Row conv{.name = "conv2d"}, input{.name = "conv2d_input_gradient"},
      filter{.name = "conv2d_filter_gradient"};
  for (E element : {E::F32, E::F64})
    for (const Shape &s : kShapes) {
      conv.cases.push_back(forward(element, s));
      bool both =
          (s.strides[0] > 1 && s.dilations[0] > 1) || (s.strides[1] > 1 && s.dilations[1] > 1);
      if (!both) // its domain does not cover these: the gradient of conv2d puts zeros between the
                 // rows
        input.cases.push_back(inputGradient(element, s));
      filter.cases.push_back(filterGradient(element, s));
    }
  Shape large{{16, 64, 28, 28}, {64, 64, 3, 3}, {1, 1}, {1, 1}, {1, 1}};
  conv.perf = forward(E::F32, large);
  input.perf = inputGradient(E::F32, large);
  filter.perf = filterGradient(E::F32, large);
  rows.push_back(conv);
  rows.push_back(input);
  rows.push_back(filter);

  // What the compiler fuses: a layer's bias and activation, a shortcut added.
  Row layer{.name = "conv2d+bias+add+tanh"};
  layer.build = [](EntryBuilder &b, llvm::ArrayRef<mlir::Value> v, const Case &c) {
    mlir::Value y = b.op("conv2d", {v[0], v[1]}, c.attrs);
    Type bias{typeOf(v[2]).element, {typeOf(v[2]).dims[0], 1, 1}};
    y = b.op("add", {y, b.op("reshape", {v[2]}, {}, bias)});
    return b.op("tanh", {b.op("add", {y, v[3]})});
  };
  // A sum over rows and columns that keeps its axes, in the epilogue: the cotangent of what is
  // broadcast.
  Row scaled{.name = "conv2d*scale"};
  scaled.build = [](EntryBuilder &b, llvm::ArrayRef<mlir::Value> v, const Case &c) {
    return b.op("mul", {b.op("tanh", {b.op("conv2d", {v[0], v[1]}, c.attrs)}), v[2]});
  };
  // An activation before a convolution: its derivative follows the gradient of the images.
  Row after{.name = "tanh+conv2d"};
  after.build = [](EntryBuilder &b, llvm::ArrayRef<mlir::Value> v, const Case &c) {
    return b.op("conv2d", {b.op("tanh", {v[0]}), v[1]}, c.attrs);
  };
  for (E element : {E::F32, E::F64})
    for (size_t i : {2, 5, 9, 13, 16, 24, 29, 30, 32, 35}) {
      const Shape &s = kShapes[i];
      Case c = forward(element, s);
      c.terms += 2; // the bias, the shortcut, tanh
      // Their cotangents hold what the forward sums lost.
      c.gradientTerms = chained(c.gradientTerms, c.terms);
      after.cases.push_back(c);
      Case broadcast = c;
      broadcast.operands.push_back({element, {1, s.filter[0], 1, 1}});
      scaled.cases.push_back(broadcast);
      c.operands.push_back({element, {s.filter[0]}});
      c.operands.push_back(resultOf(element, s));
      layer.cases.push_back(c);
    }
  rows.push_back(layer);
  rows.push_back(scaled);
  rows.push_back(after);
}
