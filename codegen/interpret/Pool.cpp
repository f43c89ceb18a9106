//===- Pool.cpp - the oracle's pooling --------------------------------------------------------===//
//
// By definition: every window, point by point. A window's winner is its first largest element or
// first NaN (D3). Reading on: Registry.h.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/interpret/Registry.h"

#include <cmath>

using namespace sinter;
using namespace sinter::interpret;
using llvm::LogicalResult;
using llvm::success;

/// visit(window's place in the pooled tensor, point's number, pixel's place) for points inside the
/// images, in order.
template <class Visit>
static void forEachPoint(Call &call, const Tensor &images, const Dims &pooled, Visit visit) {
  Dims window = call.integers("window"), strides = call.integers("strides"),
       low = call.integers("low");
  const Dims &shape = images.dims();
  forEachIndex(pooled, [&](const Dims &at, int64_t place) {
    for (int64_t p = 0; p < window[0]; ++p)
      for (int64_t q = 0; q < window[1]; ++q) {
        int64_t h = at[2] * strides[0] + p - low[0], w = at[3] * strides[1] + q - low[1];
        if (h >= 0 && h < shape[2] && w >= 0 && w < shape[3])
          visit(place, p * window[1] + q,
                ((at[0] * shape[1] + at[1]) * shape[2] + h) * shape[3] + w);
      }
  });
}

/// Place of each window's winner in its window, or of its pixel.
static std::vector<int64_t> findWinners(Call &call, const Tensor &x, const Dims &pooled,
                                        bool pixels) {
  int64_t count = 1;
  for (int64_t size : pooled)
    count *= size;
  std::vector<int64_t> winners(count, -1), places(count, -1);
  forEachPoint(call, x, pooled, [&](int64_t window, int64_t point, int64_t pixel) {
    int64_t old = places[window];
    if (old >= 0 && (std::isnan(x.reals[old]) ||
                     !(x.reals[pixel] > x.reals[old] || std::isnan(x.reals[pixel]))))
      return;
    places[window] = pixel;
    winners[window] = point;
  });
  return pixels ? places : winners;
}

static LogicalResult maxPool(Call &call) {
  const Tensor &x = call.operand(0);
  Tensor &y = call.result();
  std::vector<int64_t> winners = findWinners(call, x, y.dims(), true);
  for (size_t i = 0; i < winners.size(); ++i)
    y.reals[i] = x.reals[winners[i]];
  return success();
}

static LogicalResult argmax(Call &call) {
  Tensor &y = call.result();
  std::vector<int64_t> winners = findWinners(call, call.operand(0), y.dims(), false);
  for (size_t i = 0; i < winners.size(); ++i)
    y.integers[i] = winners[i];
  return success();
}

static LogicalResult gather(Call &call) {
  const Tensor &z = call.operand(0), &index = call.operand(1);
  Tensor &y = call.result();
  forEachPoint(call, z, y.dims(), [&](int64_t window, int64_t point, int64_t pixel) {
    if (index.integers[window] == point)
      y.reals[window] += z.reals[pixel];
  });
  return success();
}

static LogicalResult scatter(Call &call) {
  const Tensor &dy = call.operand(0), &index = call.operand(1);
  Tensor &dx = call.result();
  forEachPoint(call, dx, dy.dims(), [&](int64_t window, int64_t point, int64_t pixel) {
    if (index.integers[window] == point)
      dx.reals[pixel] += dy.reals[window];
  });
  return success();
}

static LogicalResult sumPool(Call &call) {
  const Tensor &x = call.operand(0);
  Tensor &y = call.result();
  forEachPoint(call, x, y.dims(),
               [&](int64_t window, int64_t, int64_t pixel) { y.reals[window] += x.reals[pixel]; });
  return success();
}

static LogicalResult sumPoolGradient(Call &call) {
  const Tensor &dy = call.operand(0);
  Tensor &dx = call.result();
  forEachPoint(call, dx, dy.dims(), [&](int64_t window, int64_t, int64_t pixel) {
    dx.reals[pixel] += dy.reals[window];
  });
  return success();
}

void interpret::registerPool(Registry &registry) {
  registry["sinter.max_pool2d"] = maxPool;
  registry["sinter.max_pool2d_argmax"] = argmax;
  registry["sinter.max_pool2d_gather"] = gather;
  registry["sinter.max_pool2d_scatter"] = scatter;
  registry["sinter.sum_pool2d"] = sumPool;
  registry["sinter.sum_pool2d_gradient"] = sumPoolGradient;
}
