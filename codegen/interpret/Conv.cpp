//===- Conv.cpp - the oracle's convolutions ---------------------------------------------------===//
//
// One loop over (image, output channel, output position, tap, input channel) serves all three
// directions: each of its points multiplies two of x, filter and y into the third. Reading on:
// Registry.h.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/interpret/Registry.h"

using namespace sinter;
using namespace sinter::interpret;
using llvm::LogicalResult;
using llvm::success;

static int64_t at(const Tensor &t, int64_t a, int64_t b, int64_t c, int64_t d) {
  return ((a * t.dims()[1] + b) * t.dims()[2] + c) * t.dims()[3] + d;
}

/// visit(place in x, place in the filter, place in y) at every point of the convolution that is
/// inside x.
template <class Visit>
static void forEachProduct(Call &call, const Tensor &x, const Tensor &w, const Tensor &y,
                           Visit visit) {
  Dims strides = call.integers("strides"), low = call.integers("low"),
       dilations = call.integers("dilations");
  int64_t groups = call.integer("groups", 1), channels = w.dims()[1], outs = w.dims()[0] / groups;
  Dims points = y.dims();
  points.insert(points.end(), {w.dims()[2], w.dims()[3], channels});
  forEachIndex(points, [&](const Dims &i, int64_t) {
    int64_t row = i[2] * strides[0] + i[4] * dilations[0] - low[0];
    int64_t column = i[3] * strides[1] + i[5] * dilations[1] - low[1];
    if (row < 0 || row >= x.dims()[2] || column < 0 || column >= x.dims()[3])
      return;
    int64_t channel = i[1] / outs * channels + i[6];
    visit(at(x, i[0], channel, row, column), at(w, i[1], i[6], i[4], i[5]),
          at(y, i[0], i[1], i[2], i[3]));
  });
}

static LogicalResult conv2d(Call &call) {
  const Tensor &x = call.operand(0), &w = call.operand(1);
  Tensor &y = call.result();
  forEachProduct(call, x, w, y,
                 [&](int64_t i, int64_t j, int64_t k) { y.reals[k] += x.reals[i] * w.reals[j]; });
  return success();
}

static LogicalResult conv2dInputGradient(Call &call) {
  const Tensor &dy = call.operand(0), &w = call.operand(1);
  Tensor &dx = call.result();
  forEachProduct(call, dx, w, dy,
                 [&](int64_t i, int64_t j, int64_t k) { dx.reals[i] += dy.reals[k] * w.reals[j]; });
  return success();
}

static LogicalResult conv2dFilterGradient(Call &call) {
  const Tensor &dy = call.operand(0), &x = call.operand(1);
  Tensor &dw = call.result();
  forEachProduct(call, x, dw, dy,
                 [&](int64_t i, int64_t j, int64_t k) { dw.reals[j] += dy.reals[k] * x.reals[i]; });
  return success();
}

void interpret::registerConv(Registry &registry) {
  registry["sinter.conv2d"] = conv2d;
  registry["sinter.conv2d_input_gradient"] = conv2dInputGradient;
  registry["sinter.conv2d_filter_gradient"] = conv2dFilterGradient;
}
