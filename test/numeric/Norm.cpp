//===- Norm.cpp - numeric rows of batch normalisation ------------------------------------------===//
//
// Batch norm is composed of sums and elementwise ops; these rows compose it as the DSL does
// (frontend/src/Norm.cpp), alone and behind a layer, where fusion takes it apart. Reading on:
// Rows.h.
//
//===----------------------------------------------------------------------------------------------===//
#include "test/numeric/Rows.h"

using namespace sinter;
using namespace sinter::test;
using E = ElementType;

/// x normalised over all axes but 1, times scale [c], plus shift [c].
static mlir::Value normalise(EntryBuilder &b, mlir::Value x, mlir::Value scale, mlir::Value shift) {
  Type type = typeOf(x);
  bool images = type.rank() == 4;
  int64_t channels = type.dims[1];
  double count = double(type.dims[0]) * double(images ? type.dims[2] * type.dims[3] : 1);
  auto number = [&](double value) { return b.constant({type.element, {}}, value); };
  auto average = [&](mlir::Value v) {
    if (images)
      v = b.op("sum", {v}, {{"axes", Dims{2, 3}}, {"keepdims", false}});
    return b.op("mul",
                {b.op("sum", {v}, {{"axes", Dims{0}}, {"keepdims", false}}), number(1 / count)});
  };
  mlir::Value mean = average(x), variance;
  if (images) {
    variance =
        b.op("relu", {b.op("sub", {average(b.op("mul", {x, x})), b.op("mul", {mean, mean})})});
  } else {
    mlir::Value centred = b.op("sub", {x, mean});
    variance = average(b.op("mul", {centred, centred}));
  }
  scale = b.op("div", {scale, b.op("sqrt", {b.op("add", {variance, number(1e-5)})})});
  shift = b.op("sub", {shift, b.op("mul", {mean, scale})});
  if (images) {
    Type wide{type.element, {channels, 1, 1}};
    scale = b.op("reshape", {scale}, {}, wide);
    shift = b.op("reshape", {shift}, {}, wide);
  }
  return b.op("add", {b.op("mul", {x, scale}), shift});
}

void test::normRows(std::vector<Row> &rows) {
  Row norm{.name = "batch_norm"};
  norm.build = [](EntryBuilder &b, llvm::ArrayRef<mlir::Value> v, const Case &) {
    return normalise(b, v[0], v[1], v[2]);
  };
  Row dense{.name = "matmul+batch_norm+sigmoid"};
  dense.build = [](EntryBuilder &b, llvm::ArrayRef<mlir::Value> v, const Case &) {
    mlir::Value y = b.op("matmul", {v[0], v[1]}, {{"transpose_a", false}, {"transpose_b", false}});
    return b.op("sigmoid", {normalise(b, y, v[2], v[3])});
  };
  Row conv{.name = "conv2d+batch_norm+tanh"};
  conv.build = [](EntryBuilder &b, llvm::ArrayRef<mlir::Value> v, const Case &c) {
    return b.op("tanh", {normalise(b, b.op("conv2d", {v[0], v[1]}, c.attrs), v[2], v[3])});
  };
  for (Row *row : {&norm, &dense, &conv})
    row->tolerance = 1e-4; // a variance of few values divides what rounding left
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
      norm.cases.push_back({{{element, dims}, c, c}});
    }
    for (auto [n, k, c] :
         {std::tuple<int64_t, int64_t, int64_t>{7, 5, 3}, {32, 16, 17}, {13, 1, 1}})
      dense.cases.push_back(
          {{{element, {n, k}}, {element, {k, c}}, {element, {c}}, {element, {c}}}});
    for (const Dims &x : {Dims{2, 3, 6, 5}, {16, 1, 8, 8}, {3, 17, 4, 4}})
      for (int64_t channels : {5, 16}) {
        Type c{element, {channels}};
        conv.cases.push_back({{{element, x}, {element, {channels, x[1], 3, 3}}, c, c}, attrs});
      }
  }
  rows.push_back(norm);
  rows.push_back(dense);
  rows.push_back(conv);
}
