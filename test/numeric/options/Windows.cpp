//===- Windows.cpp - convolutions and pooling with other axes, cells -----------------------===//
//
// Reading on: Functions.h.
//
//===------------------------------------------------------------------------------------------===//
#include "test/numeric/options/Functions.h"

using namespace sinter::test;
using sinter::Triple;
using Tensors = std::vector<sinter::Tensor>;

static Triple tripleOf(const Case &c, llvm::StringRef name, Triple otherwise) {
  Dims sizes = dimsOf(c, name);
  return sizes.empty() ? otherwise : Triple(sizes[0], sizes[1], sizes[2]);
}

static sinter::Conv1d conv1dOf(const Case &c) {
  return {.stride = integerOf(c, "stride", 1),
          .padding = integerOf(c, "padding", 0),
          .dilation = integerOf(c, "dilation", 1),
          .groups = integerOf(c, "groups", 1)};
}
static sinter::Conv3d conv3dOf(const Case &c) {
  return {.stride = tripleOf(c, "stride", 1),
          .padding = tripleOf(c, "padding", 0),
          .dilation = tripleOf(c, "dilation", 1),
          .groups = integerOf(c, "groups", 1)};
}
static sinter::Tensor conv3dLayer(const Tensors &x, const Case &c) {
  sinter::Conv3d options = conv3dOf(c);
  options.filters = 6;
  options.kernel = tripleOf(c, "kernel", 1);
  return conv3d("c", x[0], options);
}
static sinter::ConvTranspose2d transposed2dOf(const Case &c) {
  return {.stride = pairOf(c, "stride", 1),
          .padding = pairOf(c, "padding", 0),
          .output_padding = pairOf(c, "output_padding", 0),
          .dilation = pairOf(c, "dilation", 1),
          .groups = integerOf(c, "groups", 1)};
}
static sinter::Tensor transposed2dLayer(const Tensors &x, const Case &c) {
  sinter::ConvTranspose2d options = transposed2dOf(c);
  options.filters = 6;
  options.kernel = pairOf(c, "kernel", 1);
  return conv_transpose2d("c", x[0], options);
}
static sinter::ConvTranspose1d transposed1dOf(const Case &c) {
  return {.stride = integerOf(c, "stride", 1),
          .padding = integerOf(c, "padding", 0),
          .output_padding = integerOf(c, "output_padding", 0),
          .dilation = integerOf(c, "dilation", 1),
          .groups = integerOf(c, "groups", 1)};
}
static sinter::Pool1d pool1dOf(const Case &c) {
  return {.window = integerOf(c, "size", 2),
          .stride = integerOf(c, "stride", 0),
          .padding = integerOf(c, "padding", 0),
          .ceil = flagOf(c, "ceil"),
          .count_include_pad = flagOf(c, "count_include_pad")};
}
static sinter::Pool3d pool3dOf(const Case &c) {
  return {.window = tripleOf(c, "window", 2),
          .stride = tripleOf(c, "stride", 0),
          .padding = tripleOf(c, "padding", 0),
          .ceil = flagOf(c, "ceil"),
          .count_include_pad = flagOf(c, "count_include_pad")};
}
static sinter::Unfold unfoldOf(const Case &c) {
  return {.kernel = pairOf(c, "kernel", 1),
          .stride = pairOf(c, "stride", 1),
          .padding = pairOf(c, "padding", 0),
          .dilation = pairOf(c, "dilation", 1)};
}

void sinter::test::addWindows(OptionFunctions &all) {
  all.insert({
      {"conv1d", SINTER_CALL(conv1d(x[0], x[1], conv1dOf(c)))},
      {"conv3d", SINTER_CALL(conv3d(x[0], x[1], conv3dOf(c)))},
      {"conv_transpose2d", SINTER_CALL(conv_transpose2d(x[0], x[1], transposed2dOf(c)))},
      {"conv3d layer", {conv3dLayer, {"", "c.weight", "c.bias"}}},
      {"conv_transpose2d layer", {transposed2dLayer, {"", "c.weight", "c.bias"}}},
      {"conv_transpose1d", SINTER_CALL(conv_transpose1d(x[0], x[1], transposed1dOf(c)))},
      {"max_pool1d", SINTER_CALL(max_pool1d(x[0], pool1dOf(c)))},
      {"avg_pool1d", SINTER_CALL(avg_pool1d(x[0], pool1dOf(c)))},
      {"max_pool3d", SINTER_CALL(max_pool3d(x[0], pool3dOf(c)))},
      {"avg_pool3d", SINTER_CALL(avg_pool3d(x[0], pool3dOf(c)))},
      {"adaptive_max_pool2d", SINTER_CALL(adaptive_max_pool2d(x[0], pairOf(c, "size", 1)))},
      {"resize_nearest", SINTER_CALL(resize_nearest(x[0], pairOf(c, "size", 1)))},
      {"resize_area", SINTER_CALL(resize_area(x[0], pairOf(c, "size", 1)))},
      {"unfold", SINTER_CALL(unfold(x[0], unfoldOf(c)))},
      {"fold", SINTER_CALL(fold(x[0], pairOf(c, "size", 1), unfoldOf(c)))},
  });
}
