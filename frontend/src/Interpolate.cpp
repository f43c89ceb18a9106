// interpolate and adaptive pooling of signals and volumes. Resize.cpp has what images alone need.
// Reading on: include/sinter/ops/pool.h.
#include "sinter/ops/pool.h"

#include "frontend/src/Images.h"
#include "sinter/ops/arrange.h"
#include "sinter/ops/elementwise.h"
#include "sinter/ops/index.h"
#include "sinter/ops/reduce.h"

#include <algorithm>
#include <cmath>

namespace sinter {

using namespace detail;
using Sizes = std::vector<int64_t>;

//===--- Cells along one axis and three -------------------------------------------------------===//

using Cells = Tensor (*)(const Operand &, Pair, Loc);

static Tensor cells1d(const char *op, Cells cells, const Operand &operand, int64_t size,
                      const Loc &loc) {
  return asRows(op, operand, loc,
                [&](const Tensor &images) { return cells(images, {1, size}, loc); });
}

Tensor adaptive_avg_pool1d(const Operand &x, int64_t size, Loc loc) {
  return cells1d("adaptive_avg_pool1d", adaptive_avg_pool2d, x, size, loc);
}
Tensor adaptive_max_pool1d(const Operand &x, int64_t size, Loc loc) {
  return cells1d("adaptive_max_pool1d", adaptive_max_pool2d, x, size, loc);
}

static Tensor cells3d(const char *op, Cells cells, const Operand &operand, const Triple &size,
                      const Loc &loc) {
  return asPlanes(
      op, operand, loc,
      [&](const Tensor &images) { return cells(images, {size.height, size.width}, loc); },
      [&](const Tensor &images) {
        return cells(images, {size.depth, size.height * size.width}, loc);
      });
}

Tensor adaptive_avg_pool3d(const Operand &x, Triple size, Loc loc) {
  return cells3d("adaptive_avg_pool3d", adaptive_avg_pool2d, x, size, loc);
}
Tensor adaptive_max_pool3d(const Operand &x, Triple size, Loc loc) {
  return cells3d("adaptive_max_pool3d", adaptive_max_pool2d, x, size, loc);
}

//===--- Interpolation ------------------------------------------------------------------------===//

namespace {
/// An axis on its way to another size.
struct Way {
  int64_t from, to;
  double step; ///< of the old axis, for one element of the new
};
} // namespace

/// Nothing: reported.
static std::optional<std::vector<Way>> waysOf(Call &call, const Tensor &x,
                                              const Interpolate &options) {
  const Sizes dims = call.type(x).dims;
  size_t axes = dims.size() - 2, given = options.size.size() + options.scale_factor.size();
  auto refuse = [&](const char *code, const std::string &text) {
    call.fail(code, text, "", {x});
    return std::nullopt;
  };
  if (options.size.empty() == options.scale_factor.empty() || (given != 1 && given != axes))
    return refuse("E0020", "expects sizes or scale factors, one for all axes or one for each of " +
                               std::to_string(axes) + ", got " +
                               std::to_string(options.size.size()) + " sizes and " +
                               std::to_string(options.scale_factor.size()) + " factors");
  std::vector<Way> ways;
  constexpr int64_t kMost = 1 << 16;
  for (size_t axis = 0; axis < axes; ++axis) {
    size_t which = given == 1 ? 0 : axis;
    double from = static_cast<double>(dims[axis + 2]);
    double factor = options.size.empty() ? options.scale_factor[which] : 0;
    double to =
        options.size.empty() ? std::floor(from * factor) : static_cast<double>(options.size[which]);
    if (!(to >= 1 && to <= kMost))
      return refuse("E0120", "expects a size of 1 to 65536 along each axis, got " + numberText(to));
    if (from == 0)
      return refuse("E0115", "expects elements along its axes, got " + toString(call.type(x)));
    bool byFactor = options.size.empty() && !options.recompute_scale_factor;
    ways.push_back({dims[axis + 2], static_cast<int64_t>(to), byFactor ? 1 / factor : from / to});
  }
  return ways;
}

/// Where element i of the new axis stands on the old one, as linear and bicubic have it.
static double placeOf(const Way &way, int64_t i, bool alignCorners) {
  if (alignCorners)
    return way.to == 1 ? 0
                       : static_cast<double>(i) * static_cast<double>(way.from - 1) /
                             static_cast<double>(way.to - 1);
  return (static_cast<double>(i) + 0.5) * way.step - 0.5;
}

/// Each element of the new axis as weights of the old one's, [to,from].
static std::vector<double> weightsOf(const Way &way, const Interpolate &options) {
  std::vector<double> weights(static_cast<size_t>(way.to * way.from), 0);
  auto add = [&](int64_t i, int64_t j, double weight) {
    weights[i * way.from + std::clamp<int64_t>(j, 0, way.from - 1)] += weight;
  };
  auto cubic = [](double d) { // Keys, with a = -0.75
    constexpr double a = -0.75;
    return d <= 1 ? ((a + 2) * d - (a + 3)) * d * d + 1 : ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
  };
  for (int64_t i = 0; i < way.to; ++i) {
    double at = placeOf(way, i, options.align_corners);
    if (options.mode == Interpolation::linear)
      at = std::max(at, 0.0);
    double below = std::floor(at), share = at - below;
    int64_t j = static_cast<int64_t>(below);
    if (options.mode == Interpolation::linear) {
      add(i, j, 1 - share);
      add(i, j + 1, share);
      continue;
    }
    for (int64_t tap = -1; tap <= 2; ++tap)
      add(i, j + tap, cubic(std::abs(static_cast<double>(tap) - share)));
  }
  return weights;
}

/// An axis weighed; what weighs nothing is left out and not multiplied by 0.
static Tensor weighed(Call &call, const Tensor &x, int64_t axis, const Way &way,
                      const Interpolate &options) {
  if (way.from == way.to && way.step == 1)
    return x;
  rules::Type type{call.type(x).element, {way.to, way.from}};
  Tensor weights = call.constant(type, Attributes().dense("value", type, weightsOf(way, options)));
  // [rows,1,from,columns] and [to,from,1].
  const Sizes dims = call.type(x).dims;
  int64_t rows = 1, columns = 1;
  for (int64_t i = 0; i < static_cast<int64_t>(dims.size()); ++i)
    if (i != axis)
      (i < axis ? rows : columns) *= dims[i];
  Tensor by = reshape(weights, {way.to, way.from, 1});
  Tensor parts = where(by != 0, reshape(x, {rows, 1, way.from, columns}) * by, 0);
  Sizes shape = dims;
  shape[axis] = way.to;
  return reshape(sum(parts, 2), shape);
}

/// An axis read at places; indices are computed in f32, as PyTorch does.
static Tensor nearest(const Tensor &x, int64_t axis, const Way &way, bool exact) {
  float step = static_cast<float>(way.step);
  std::vector<double> places;
  bool same = way.from == way.to;
  for (int64_t i = 0; i < way.to; ++i) {
    float at = exact ? (static_cast<float>(i) + 0.5F) * step : static_cast<float>(i) * step;
    places.push_back(std::min<double>(std::floor(at), static_cast<double>(way.from - 1)));
    same &= places.back() == static_cast<double>(i);
  }
  return same ? x : index_select(x, constant(i32({way.to}), places), axis);
}

static Tensor area(Call &call, const Tensor &x, const std::vector<Way> &ways) {
  if (ways.size() == 1)
    return adaptive_avg_pool1d(x, ways[0].to, call.loc());
  if (ways.size() == 2)
    return adaptive_avg_pool2d(x, {ways[0].to, ways[1].to}, call.loc());
  return adaptive_avg_pool3d(x, {ways[0].to, ways[1].to, ways[2].to}, call.loc());
}

Tensor interpolate(const Operand &operand, Interpolate options, Loc loc) {
  Call call("interpolate", loc);
  Tensor x = call.tensor(operand);
  if (call.isPoison(x) || !call.isFloat(x))
    return call.poison();
  const rules::Type &type = call.type(x);
  if (type.rank() < 3 || type.rank() > 5)
    return call.fail("E0107",
                     std::string("expects ") + kSignals + ", " + kImages + " or " + kVolumes +
                         ", got " + toString(type),
                     "", {x});
  bool weighs = options.mode == Interpolation::linear || options.mode == Interpolation::bicubic;
  if (options.align_corners && !weighs)
    return call.fail("E0020", "expects align_corners with linear or bicubic, got another mode", "",
                     {x});
  if (options.mode == Interpolation::bicubic && !call.hasRank(x, 4, kImages))
    return call.poison();
  std::optional<std::vector<Way>> ways = waysOf(call, x, options);
  if (!ways)
    return call.poison();
  if (options.mode == Interpolation::area)
    return area(call, x, *ways);
  // From the last axis on, whose elements lie beside each other.
  for (size_t axis = ways->size(); axis-- > 0 && !call.isPoison(x);) {
    int64_t at = static_cast<int64_t>(axis) + 2;
    x = weighs ? weighed(call, x, at, (*ways)[axis], options)
               : nearest(x, at, (*ways)[axis], options.mode == Interpolation::nearest_exact);
  }
  return x;
}

} // namespace sinter
