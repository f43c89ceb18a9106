//===- Ops.cpp - activations, pooling, products, reductions, shapes ------------------------===//
//
// Reading on: Functions.h.
//
//===------------------------------------------------------------------------------------------===//
#include "test/numeric/options/Functions.h"

using namespace sinter::test;
using Tensors = std::vector<sinter::Tensor>;

static sinter::Pool2d poolOf(const Case &c) {
  return {.window = pairOf(c, "window", 2),
          .stride = pairOf(c, "stride", 0),
          .padding = pairOf(c, "padding", 0),
          .ceil = flagOf(c, "ceil"),
          .count_include_pad = flagOf(c, "count_include_pad")};
}
static sinter::Conv2d convOf(const Case &c) {
  return {.stride = pairOf(c, "stride", 1),
          .padding = flagOf(c, "same") ? sinter::same : sinter::Padding(pairOf(c, "padding", 0)),
          .dilation = pairOf(c, "dilation", 1),
          .groups = integerOf(c, "groups", 1)};
}

/// Values at which activations bend, which take gradients as x does.
static sinter::Tensor bends(const sinter::Tensor &x) {
  std::vector<double> at{-6, -3, -1, -0.5, 0, 0.5, 1, 3, 6};
  return x + stop_gradient(constant(sinter::f64({9}), at) - x);
}

void sinter::test::addOps(OptionFunctions &all) {
  all.insert({
      {"relu6", SINTER_CALL(relu6(bends(x[0])))},
      {"hardtanh", SINTER_CALL(hardtanh(bends(x[0])))},
      {"leaky_relu", SINTER_CALL(leaky_relu(bends(x[0])))},
      {"elu", SINTER_CALL(elu(bends(x[0])))},
      {"celu", SINTER_CALL(celu(bends(x[0])))},
      {"selu", SINTER_CALL(selu(bends(x[0])))},
      {"silu", SINTER_CALL(silu(bends(x[0])))},
      {"mish", SINTER_CALL(mish(bends(x[0])))},
      {"hard_sigmoid", SINTER_CALL(hard_sigmoid(bends(x[0])))},
      {"hard_swish", SINTER_CALL(hard_swish(bends(x[0])))},
      {"softsign", SINTER_CALL(softsign(bends(x[0])))},
      {"log_sigmoid", SINTER_CALL(log_sigmoid(bends(x[0])))},
      {"tanhshrink", SINTER_CALL(tanhshrink(bends(x[0])))},
      {"softshrink", SINTER_CALL(softshrink(bends(x[0])))},
      {"hardshrink", SINTER_CALL(hardshrink(bends(x[0])))},
      {"clamp", SINTER_CALL(clamp(bends(x[0]), -1, 3))},
      {"clamp_min", SINTER_CALL(clamp_min(bends(x[0]), 0.5))},
      {"clamp_max", SINTER_CALL(clamp_max(bends(x[0]), 0.5))},
      {"threshold", SINTER_CALL(threshold(bends(x[0]), 0.5, 7))},
      {"relu", SINTER_CALL(relu(bends(x[0])))},
      {"softplus", SINTER_CALL(softplus(bends(x[0])))},
      {"glu", SINTER_CALL(glu(x[0], axisOf(c)))},
      {"prelu",
       {[](const Tensors &x, const Case &c) {
          return prelu("act", x[0], {.num_parameters = integerOf(c, "count", 1)});
        },
        {"", "act.weight"}}},
      {"max_pool2d", SINTER_CALL(max_pool2d(x[0], poolOf(c)))},
      {"avg_pool2d", SINTER_CALL(avg_pool2d(x[0], poolOf(c)))},
      {"adaptive_avg_pool2d", SINTER_CALL(adaptive_avg_pool2d(x[0], pairOf(c, "size", 1)))},
      {"resize_bilinear", SINTER_CALL(resize_bilinear(x[0], pairOf(c, "size", 1)))},
      {"global_avg_pool2d", SINTER_CALL(global_avg_pool2d(x[0]))},
      {"conv2d", SINTER_CALL(conv2d(x[0], x[1], convOf(c)))},
      {"matmul", SINTER_CALL(matmul(x[0], x[1],
                                    {.transpose_a = flagOf(c, "transpose_a"),
                                     .transpose_b = flagOf(c, "transpose_b")}))},
      {"linear",
       {[](const Tensors &x, const Case &c) {
          return linear("fc", x[0], {.units = 5, .axis = axisOf(c), .bias = flagOf(c, "bias")});
        },
        {"", "fc.weight", "fc.bias"}}},
      {"sum", SINTER_CALL(sum(x[0], axesOf(c), flagOf(c, "keepdims")))},
      {"mean", SINTER_CALL(mean(x[0], axesOf(c), flagOf(c, "keepdims")))},
      {"reduce_max", SINTER_CALL(reduce_max(x[0], axesOf(c), flagOf(c, "keepdims")))},
      {"reduce_min", SINTER_CALL(reduce_min(x[0], axesOf(c), flagOf(c, "keepdims")))},
      {"argmax", SINTER_CALL(argmax(x[0], axisOf(c)))},
      {"softmax", SINTER_CALL(softmax(x[0], axisOf(c)))},
      {"log_softmax", SINTER_CALL(log_softmax(x[0], axisOf(c)))},
      {"cumsum", SINTER_CALL(cumsum(x[0], axisOf(c), {.reverse = flagOf(c, "reverse")}))},
      {"cumprod", SINTER_CALL(cumprod(x[0], axisOf(c), {.reverse = flagOf(c, "reverse")}))},
      {"sort", SINTER_CALL(sort(x[0], axisOf(c), {.descending = flagOf(c, "descending")}).values)},
      {"argsort", SINTER_CALL(argsort(x[0], axisOf(c), {.descending = flagOf(c, "descending")}))},
      {"topk",
       SINTER_CALL(
           topk(x[0], integerOf(c, "k", 0), axisOf(c), {.largest = flagOf(c, "largest")}).values)},
      {"gather", SINTER_CALL(gather(x[0], x[1], axisOf(c)))},
      {"flatten", SINTER_CALL(flatten(x[0], axisOf(c)))},
      {"concat", SINTER_CALL(sinter::concat(x, axisOf(c)))},
      {"transpose", SINTER_CALL(transpose(x[0], dimsOf(c, "perm")))},
      {"reshape", SINTER_CALL(reshape(x[0], dimsOf(c, "shape_to")))},
      {"broadcast_to", SINTER_CALL(broadcast_to(x[0], dimsOf(c, "shape_to")))},
      {"slice",
       SINTER_CALL(slice(x[0], dimsOf(c, "starts"), dimsOf(c, "limits"), dimsOf(c, "strides")))},
      {"pad",
       SINTER_CALL(pad(x[0], dimsOf(c, "low"), dimsOf(c, "high"), realOf(c, "value_of", 0)))},
      {"batch_norm",
       {[](const Tensors &x, const Case &c) {
          return batch_norm("bn", x[0], {.eps = realOf(c, "eps", 0)});
        },
        {"", "bn.weight", "bn.bias", "bn.running_mean", "bn.running_var"}}},
  });
}
