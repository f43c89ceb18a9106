// Normalisation, composed of sums and elementwise ops, all at the user's line (Call): fusion moves
// the sums into the layer before, evaluation's scale moves into its weight. Reading on:
// include/sinter/ops/norm.h; Conv.cpp (the layer before).
#include "sinter/ops/norm.h"

#include "frontend/src/Layers.h"
#include "sinter/ops/elementwise.h"
#include "sinter/ops/pool.h"
#include "sinter/ops/reduce.h"
#include "sinter/ops/shape.h"

#include <cmath>

namespace sinter {

using namespace detail;

namespace {
/// One number a channel, as parameters and statistics have it.
struct Channels {
  Tensor mean, variance; ///< [c]; the variance is the biased one
};
} // namespace

/// `first`, … up to the last axis of `rank`.
static std::vector<int64_t> axesFrom(int64_t first, int64_t rank) {
  std::vector<int64_t> axes;
  for (int64_t axis = first; axis < rank; ++axis)
    axes.push_back(axis);
  return axes;
}

/// One number a channel, as x [n,c,…] of `rank` axes reads it.
static Tensor alongChannels(const Tensor &value, int64_t rank) {
  std::vector<int64_t> shape(static_cast<size_t>(rank - 1), 1);
  shape[0] = value.shape()[0];
  return rank > 2 ? reshape(value, shape) : value;
}

/// Of the batch, in one pass over x: E[x²] - E[x]² cancels where the mean is many deviations, so it
/// is formed in f64, which holds the square of an f32 exactly. Sums over positions first, then over
/// the batch, so that both run in parallel. -> f64[c]
static Channels measure(const Tensor &x, const rules::Type &type, double count) {
  auto average = [&](const Tensor &value) {
    std::vector<int64_t> positions = axesFrom(2, type.rank());
    return sum(positions.empty() ? value : sum(value, positions), {0}) * (1.0 / count);
  };
  Tensor wide = cast(x, f64), mean = average(wide);
  return {mean, relu(average(wide * wide) - mean * mean)}; // rounding can push it below 0
}

/// What all norms expect of their name, of their operand's type, `least` axes named in `expects`,
/// and of eps; false: reported.
static bool acceptsLayer(Call &call, const Name &name, const Tensor &x, int64_t least,
                         const char *expects, double eps) {
  if (!call.accepts(name.text) || call.isPoison(x))
    return false;
  rules::Type type = call.type(x);
  if (type.rank() < least) {
    call.fail("E0107", std::string("expects ") + expects + ", got " + toString(type), "", {x});
    return false;
  }
  if (!call.isFloat(x))
    return false;
  if (!(eps >= 0) || !std::isfinite(eps)) {
    call.fail("E0020", "expects an eps of 0 or more, got " + numberText(eps));
    return false;
  }
  return true;
}

/// What batch_norm expects of its options and its operand; false: reported.
static bool accepts(Call &call, const Name &name, const Tensor &x, const BatchNorm &options) {
  if (!acceptsLayer(call, name, x, 2, "f32[n,channels] or f32[n,channels,…]", options.eps))
    return false;
  const rules::Type &type = call.type(x);
  if (!(options.momentum >= 0 && options.momentum <= 1)) {
    call.fail("E0020", "expects a momentum in [0, 1], got " + numberText(options.momentum));
    return false;
  }
  auto refuse = [&](const char *code, const std::string &text, const char *help = "") {
    call.fail(code, text + ", got " + toString(type), help, {x});
    return false;
  };
  if (type.dims[1] == 0)
    return refuse("E0115", "expects channels");
  if ((training() || !options.track_running_stats) &&
      type.elementCount().value_or(0) <= type.dims[1])
    return refuse("E0140", "expects more than one value a channel in training",
                  "the variance of one value is 0, so all that passes is the bias; take a "
                  "larger batch or image");
  return true;
}

namespace {
/// The running statistics of a batch_norm.
struct Running {
  State mean, variance, tracked;

  Running(const Name &name, const Type &type, const Loc &loc)
      : mean(state(variable(name, ".running_mean"), type, zeros(), loc)),
        variance(state(variable(name, ".running_var"), type, ones(), loc)),
        tracked(counter(variable(name, ".num_batches_tracked"), loc)) {}
  Channels values(const Loc &loc) const { return {mean.value(loc), variance.value(loc)}; }
  /// Takes in a batch of `count` elements a channel.
  void add(const Channels &old, const Channels &batch, double count, double momentum) {
    auto track = [&](State &state, const Tensor &before, const Tensor &fresh) {
      state.assign(before * (1 - momentum) + stop_gradient(fresh) * momentum);
    };
    track(mean, old.mean, batch.mean);
    track(variance, old.variance, batch.variance * (count / (count - 1)));
    tracked.assign(tracked + 1);
  }

private:
  static Name variable(const Name &name, const char *suffix) {
    return shared(Name(name.text + suffix));
  }
};
} // namespace

Tensor batch_norm(Name name, const Operand &operand, BatchNorm options, Loc loc) {
  Call call("batch_norm", loc, context().path(name.text));
  Tensor x = call.tensor(operand);
  if (!accepts(call, name, x, options))
    return call.poison();
  rules::Type type = call.type(x);
  int64_t channels = type.dims[1];
  double count = static_cast<double>(*type.elementCount()) / static_cast<double>(channels);
  DType element = x.dtype();
  std::optional<Tensor> weight, bias;
  if (options.affine) {
    weight = layerParameter(name, "weight", element({channels}), options.weight, loc);
    if (call.isPoison(*weight)) // of another width, say: told once
      return call.poison();
    bias = layerParameter(name, "bias", element({channels}), options.bias, loc);
  }
  std::optional<Running> running;
  if (options.track_running_stats)
    running.emplace(name, element({channels}), loc);
  if (bias && call.isPoison(*bias))
    return call.poison();
  noteUse(call, "batch_norm", name, context().path(name.text));
  Channels statistics;
  if (running)
    statistics = running->values(loc);
  auto spread = [&](const Tensor &value) { return alongChannels(value, type.rank()); };
  if (training() || !running) {
    Channels old = statistics, wide = measure(x, type, count);
    statistics = {cast(wide.mean, element), cast(wide.variance, element)};
    if (running)
      running->add(old, statistics, count, options.momentum);
    // Deviations are exact in x's own type; left of the mean is what its rounding took, and its
    // gradient.
    Tensor centre = stop_gradient(statistics.mean);
    statistics.mean = cast(wide.mean - cast(centre, f64), element);
    x = x - spread(centre);
  }
  // y = x * scale + shift, each one number a channel.
  Tensor deviation = sqrt(statistics.variance + options.eps);
  Tensor scale = weight ? *weight / deviation : 1 / deviation;
  Tensor shift = statistics.mean * scale;
  return x * spread(scale) + spread(bias ? *bias - shift : -shift);
}

//===--- Layer, group, instance and RMS norm --------------------------------------------------===//

/// (x - mean) / sqrt(variance + eps) over `axes` of `count` elements, as batch_norm does it.
static Tensor standardised(const Tensor &x, const Axes &axes, double count, double eps) {
  Tensor wide = cast(x, f64), mean = sum(wide, axes, true) * (1 / count);
  Tensor variance = relu(sum(wide * wide, axes, true) * (1 / count) - mean * mean);
  Tensor centre = stop_gradient(cast(mean, x.dtype()));
  Tensor rest = cast(mean - cast(centre, f64), x.dtype());
  return (x - centre - rest) * rsqrt(cast(variance, x.dtype()) + eps);
}

/// The shape of the last `axes` axes, over which layer and RMS norm go; empty: reported.
static std::vector<int64_t> lastAxes(Call &call, const Name &name, const Tensor &x, int64_t axes,
                                     double eps) {
  if (!acceptsLayer(call, name, x, 1, "f32[…,features]", eps))
    return {};
  rules::Type type = call.type(x);
  if (axes < 1 || axes > type.rank()) {
    call.fail("E0105",
              "expects axes of 1 to " + std::to_string(type.rank()) + ", got " +
                  std::to_string(axes),
              "", {x});
    return {};
  }
  std::vector<int64_t> shape(type.dims.end() - axes, type.dims.end());
  if (rules::Type{type.element, shape}.elementCount().value_or(0) == 0) {
    call.fail("E0115", "expects elements along its axes, got " + toString(type), "", {x});
    return {};
  }
  return shape;
}

static double product(const std::vector<int64_t> &sizes) {
  double count = 1;
  for (int64_t size : sizes)
    count *= static_cast<double>(size);
  return count;
}

Tensor layer_norm(Name name, const Operand &operand, LayerNorm options, Loc loc) {
  Call call("layer_norm", loc, context().path(name.text));
  Tensor x = call.tensor(operand);
  std::vector<int64_t> shape = lastAxes(call, name, x, options.axes, options.eps);
  if (shape.empty())
    return call.poison();
  rules::Type type = call.type(x);
  x = standardised(x, axesFrom(type.rank() - options.axes, type.rank()), product(shape),
                   options.eps);
  if (!options.affine)
    return x;
  x = x * layerParameter(name, "weight", x.dtype()(shape), options.weight, loc);
  if (options.bias && !call.isPoison(x))
    x = x + layerParameter(name, "bias", x.dtype()(shape), options.bias_init, loc);
  noteUse(call, "layer_norm", name, context().path(name.text));
  return x;
}

Tensor rms_norm(Name name, const Operand &operand, RmsNorm options, Loc loc) {
  Call call("rms_norm", loc, context().path(name.text));
  Tensor x = call.tensor(operand);
  std::vector<int64_t> shape = lastAxes(call, name, x, options.axes, options.eps);
  if (shape.empty())
    return call.poison();
  rules::Type type = call.type(x);
  double eps = options.eps;
  if (eps == 0)
    eps = type.element == rules::ElementType::F64 ? 0x1p-52 : 0x1p-23;
  Tensor wide = cast(x, f64);
  Tensor square = sum(wide * wide, axesFrom(type.rank() - options.axes, type.rank()), true) *
                  (1 / product(shape));
  x = x * rsqrt(cast(square, x.dtype()) + eps);
  if (!options.affine)
    return x;
  noteUse(call, "rms_norm", name, context().path(name.text));
  return x * layerParameter(name, "weight", x.dtype()(shape), options.weight, loc);
}

/// x [n,c,…] times weight [c] plus bias [c].
static Tensor scaledChannels(Call &call, const char *op, const Name &name, const Tensor &x,
                             const Init &weight, const Init &bias, const Loc &loc) {
  rules::Type type = call.type(x);
  const Type vector = x.dtype()({type.dims[1]});
  Tensor scale = layerParameter(name, "weight", vector, weight, loc);
  if (call.isPoison(scale))
    return scale;
  Tensor shift = layerParameter(name, "bias", vector, bias, loc);
  noteUse(call, op, name, context().path(name.text));
  return x * alongChannels(scale, type.rank()) + alongChannels(shift, type.rank());
}

Tensor group_norm(Name name, const Operand &operand, GroupNorm options, Loc loc) {
  Call call("group_norm", loc, context().path(name.text));
  Tensor x = call.tensor(operand);
  if (!acceptsLayer(call, name, x, 2, "f32[n,channels,…]", options.eps))
    return call.poison();
  rules::Type type = call.type(x);
  int64_t n = type.dims[0], channels = type.dims[1], groups = options.groups;
  if (groups < 1 || channels % groups != 0)
    return call.fail("E0124",
                     "expects groups that divide " + std::to_string(channels) + " channels, got " +
                         std::to_string(groups),
                     "", {x});
  std::vector<int64_t> group(type.dims.begin() + 1, type.dims.end());
  group[0] /= groups;
  double count = product(group);
  if (count == 0 || n == 0)
    return call.fail("E0115", "expects elements, got " + toString(type), "", {x});
  Tensor rows = reshape(x, {n, groups, static_cast<int64_t>(count)});
  x = reshape(standardised(rows, 2, count, options.eps), type.dims);
  if (!options.affine)
    return x;
  return scaledChannels(call, "group_norm", name, x, options.weight, options.bias, loc);
}

Tensor instance_norm(Name name, const Operand &operand, InstanceNorm options, Loc loc) {
  Call call("instance_norm", loc, context().path(name.text));
  Tensor x = call.tensor(operand);
  if (!acceptsLayer(call, name, x, 3, "f32[n,channels,length] or f32[n,channels,height,width]",
                    options.eps))
    return call.poison();
  rules::Type type = call.type(x);
  double count = product({type.dims.begin() + 2, type.dims.end()});
  if (count < 2 || *type.elementCount() == 0)
    return call.fail("E0140",
                     "expects more than one value a channel of an example, got " + toString(type),
                     "the variance of one value is 0", {x});
  x = standardised(x, axesFrom(2, type.rank()), count, options.eps);
  if (!options.affine)
    return x;
  return scaledChannels(call, "instance_norm", name, x, options.weight, options.bias, loc);
}

Tensor local_response_norm(const Operand &operand, LocalResponseNorm options, Loc loc) {
  Call call("local_response_norm", loc);
  Tensor x = call.tensor(operand);
  if (call.isPoison(x) || !call.isFloat(x))
    return call.poison();
  const std::vector<int64_t> dims = call.type(x).dims;
  if (dims.size() < 3)
    return call.fail("E0107",
                     "expects f32[n,channels,…] with axes behind the channels, got " +
                         toString(call.type(x)),
                     "", {x});
  if (options.size < 1)
    return call.fail("E0020", "expects a size of 1 or more, got " + std::to_string(options.size));
  if (call.type(x).elementCount().value_or(0) == 0)
    return x;
  // Channels are the rows of an image, the rest of an example its columns.
  int64_t rest = 1, before = options.size / 2, behind = (options.size - 1) / 2;
  for (size_t axis = 2; axis < dims.size(); ++axis)
    rest *= dims[axis];
  Tensor squares =
      pad(reshape(x * x, {dims[0], 1, dims[1], rest}), {0, 0, before, 0}, {0, 0, behind, 0});
  Tensor means = avg_pool2d(squares, {.window = {options.size, 1}, .stride = 1});
  return x / pow(reshape(means, dims) * options.alpha + options.k, options.beta);
}

} // namespace sinter
