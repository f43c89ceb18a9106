// Normalisation, composed of sums and elementwise ops, all at the user's line (Call): fusion moves
// the sums into the layer before, evaluation's scale moves into its weight. Reading on:
// include/sinter/ops/norm.h; Conv.cpp (the layer before).
#include "sinter/ops/norm.h"

#include "frontend/src/Call.h"
#include "sinter/ops/elementwise.h"
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

/// Of the batch, in one pass over x: E[x²] - E[x]² cancels where the mean is many deviations, so it
/// is formed in f64, which holds the square of an f32 exactly. Sums over positions first, then over
/// the batch, so that both run in parallel. -> f64[c]
static Channels measure(const Tensor &x, const rules::Type &type, double count) {
  auto average = [&](const Tensor &value) {
    return sum(type.rank() == 4 ? sum(value, {2, 3}) : value, {0}) * (1.0 / count);
  };
  Tensor wide = cast(x, f64), mean = average(wide);
  return {mean, relu(average(wide * wide) - mean * mean)}; // rounding can push it below 0
}

/// What batch_norm expects of its options and of `type`, the type of its operand; false: reported.
static bool accepts(Call &call, const Tensor &x, const rules::Type &type,
                    const BatchNorm &options) {
  auto refuse = [&](const char *code, const std::string &text, const char *help = "") {
    call.fail(code, text + ", got " + toString(type), help, {x});
    return false;
  };
  if (type.rank() != 2 && type.rank() != 4)
    return refuse("E0107", "expects f32[n,channels] or f32[n,channels,height,width]");
  if (!call.isFloat(x))
    return false;
  if (!(options.eps >= 0) || !std::isfinite(options.eps)) {
    call.fail("E0020", "expects an eps of 0 or more, got " + numberText(options.eps));
    return false;
  }
  if (!(options.momentum >= 0 && options.momentum <= 1)) {
    call.fail("E0020", "expects a momentum in [0, 1], got " + numberText(options.momentum));
    return false;
  }
  if (type.dims[1] == 0)
    return refuse("E0115", "expects channels");
  if (training() && type.elementCount().value_or(0) <= type.dims[1])
    return refuse("E0140", "expects more than one value a channel in training",
                  "the variance of one value is 0, so all that passes is the bias; take a "
                  "larger batch or image");
  return true;
}

Tensor batch_norm(Name name, const Operand &operand, BatchNorm options, Loc loc) {
  Call call("batch_norm", loc, context().path(name.text));
  Tensor x = call.tensor(operand);
  if (!call.accepts(name.text))
    return call.poison();
  if (call.isPoison(x))
    return x;
  rules::Type type = call.type(x);
  if (!accepts(call, x, type, options))
    return call.poison();
  int64_t channels = type.dims[1], positions = type.rank() == 4 ? type.dims[2] * type.dims[3] : 1;
  double count = static_cast<double>(type.dims[0]) * static_cast<double>(positions);
  DType element{static_cast<uint8_t>(type.element)};
  auto part = [&](const char *suffix) {
    return shared(Name(name.text + suffix));
  }; // noted for the whole layer
  Tensor weight = parameter(part(".weight"), element({channels}), options.weight, loc);
  if (call.isPoison(weight)) // of another width, say: told once
    return call.poison();
  Tensor bias = parameter(part(".bias"), element({channels}), options.bias, loc);
  State runningMean = state(part(".running_mean"), element({channels}), zeros(), loc);
  State runningVar = state(part(".running_var"), element({channels}), ones(), loc);
  State tracked = counter(part(".num_batches_tracked"), loc);
  if (call.isPoison(bias))
    return call.poison();
  noteUse(call, "batch_norm", name, context().path(name.text));
  Channels statistics{runningMean.value(loc), runningVar.value(loc)};
  auto spread = [&](const Tensor &value) { // along the channels of x
    return type.rank() == 4 ? reshape(value, {channels, 1, 1}) : value;
  };
  if (training()) {
    Channels old = statistics, wide = measure(x, type, count);
    statistics = {cast(wide.mean, element), cast(wide.variance, element)};
    auto track = [&](State &state, const Tensor &before, const Tensor &fresh) {
      state.assign(before * (1 - options.momentum) + stop_gradient(fresh) * options.momentum);
    };
    track(runningMean, old.mean, statistics.mean);
    track(runningVar, old.variance, statistics.variance * (count / (count - 1)));
    tracked.assign(tracked + 1);
    // Deviations are exact in x's own type; left of the mean is what its rounding took, and its
    // gradient.
    Tensor centre = stop_gradient(statistics.mean);
    statistics.mean = cast(wide.mean - cast(centre, f64), element);
    x = x - spread(centre);
  }
  // y = x * scale + shift, each one number a channel.
  Tensor scale = weight / sqrt(statistics.variance + options.eps);
  return x * spread(scale) + spread(bias - statistics.mean * scale);
}

} // namespace sinter
