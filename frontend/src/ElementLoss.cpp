// Losses of two tensors of one shape, element by element or vector by vector. What is not chosen
// (where, min) stays finite, so that its gradient, times 0, is 0. Reading on:
// include/sinter/ops/loss.h.
#include "frontend/src/Losses.h"

#include "sinter/ops/elementwise.h"
#include "sinter/ops/reduce.h"

#include <cmath>
#include <numbers>

namespace sinter {

using namespace detail;

Tensor detail::reduced(Call &call, const Tensor &losses, Reduction reduction) {
  switch (reduction) {
  case Reduction::none:
    return losses;
  case Reduction::mean:
    return mean(losses);
  case Reduction::sum:
    return sum(losses);
  case Reduction::batchmean:
    break;
  }
  return call.fail("E0020", "expects a reduction none, mean or sum, got batchmean",
                   "batchmean is kl_div's");
}

bool detail::matches(Call &call, const Tensor &x, const Tensor &target) {
  if (call.isPoison(x) || call.isPoison(target) || !call.isFloat(x))
    return false;
  const rules::Type &type = call.type(x), &other = call.type(target);
  bool number = call.info(target).number && other.rank() == 0;
  // Broadcasting [N,1] against [N] to [N,N] is the classic mistake here, so shapes must be equal.
  if (other.element != type.element)
    call.fail("E0101",
              "expects operands of one element type, got " + toString(type) + " and " +
                  toString(other),
              "cast(x, " + rules::toString(type.element) + ") or cast(x, " +
                  rules::toString(other.element) + ") makes the conversion explicit",
              {x, target});
  else if (!number && other.dims != type.dims)
    call.fail("E0103", "expects equal shapes, got " + toString(type) + " and " + toString(other),
              "reshape one of them", {x, target});
  else
    return true;
  return false;
}

/// `loss` of healthy operands of one shape, times a weight of theirs if there is one, reduced;
/// `meanOfWeights`: a mean divides by their sum.
template <class F>
static Tensor elementLoss(const char *op, const Operand &x, const Operand &target,
                          Reduction reduction, const Loc &loc, F loss,
                          const std::optional<Tensor> &weight = std::nullopt,
                          bool meanOfWeights = false) {
  Call call(op, loc);
  auto [a, b] = call.pair(x, target);
  if (!matches(call, a, b))
    return call.poison();
  Tensor losses = loss(a, b);
  if (!weight)
    return reduced(call, losses, reduction);
  Tensor share = call.tensor(*weight);
  if (!matches(call, losses, share))
    return call.poison();
  if (meanOfWeights && reduction == Reduction::mean)
    return sum(losses * share) / sum(share);
  return reduced(call, losses * share, reduction);
}

Tensor mse(const Operand &prediction, const Operand &target, Loss options, Loc loc) {
  auto square = [](const Tensor &p, const Tensor &t) {
    Tensor difference = p - t;
    return difference * difference;
  };
  return elementLoss("mse", prediction, target, options.reduction, loc, square, options.weight,
                     true);
}

Tensor l1(const Operand &prediction, const Operand &target, Loss options, Loc loc) {
  auto distance = [](const Tensor &p, const Tensor &t) { return abs(p - t); };
  return elementLoss("l1", prediction, target, options.reduction, loc, distance, options.weight,
                     true);
}

/// d c - c²/2 with c = min(d, delta): both branches, and no square of what is large.
static Tensor huberOf(const Tensor &p, const Tensor &t, double delta) {
  Tensor distance = abs(p - t), inner = min(distance, delta);
  return inner * (distance - 0.5 * inner);
}

Tensor huber(const Operand &prediction, const Operand &target, Huber options, Loc loc) {
  Call call("huber", loc);
  if (!(options.delta > 0))
    return call.fail("E0020", "expects a delta above 0, got " + numberText(options.delta));
  return elementLoss(
      "huber", prediction, target, options.reduction, loc,
      [&](const Tensor &p, const Tensor &t) { return huberOf(p, t, options.delta); },
      options.weight, false);
}

Tensor smooth_l1(const Operand &prediction, const Operand &target, SmoothL1 options, Loc loc) {
  Call call("smooth_l1", loc);
  if (!(options.beta >= 0))
    return call.fail("E0020", "expects a beta of 0 or more, got " + numberText(options.beta));
  return elementLoss("smooth_l1", prediction, target, options.reduction, loc,
                     [&](const Tensor &p, const Tensor &t) {
                       return options.beta == 0 ? abs(p - t)
                                                : huberOf(p, t, options.beta) / options.beta;
                     });
}

Tensor bce_with_logits(const Operand &operand, const Operand &target, BceWithLogits options,
                       Loc loc) {
  return elementLoss("bce_with_logits", operand, target, options.reduction, loc,
                     [&](const Tensor &x, const Tensor &t) {
                       Tensor positive = softplus(-x); // -log(sigmoid(x))
                       if (options.pos_weight)
                         positive = positive * ((*options.pos_weight - 1) * t + 1);
                       Tensor loss = (1 - t) * x + positive;
                       return options.weight ? loss * *options.weight : loss;
                     });
}

/// log(p), but -100 or more: at p = 0 by a choice, which no infinite gradient leaves.
static Tensor boundedLog(const Tensor &p) {
  Tensor isZero = p == 0;
  return where(isZero, -100, max(log(where(isZero, 1, p)), -100));
}

Tensor bce(const Operand &operand, const Operand &target, Bce options, Loc loc) {
  return elementLoss("bce", operand, target, options.reduction, loc,
                     [&](const Tensor &x, const Tensor &t) {
                       Tensor loss = (t - 1) * boundedLog(1 - x) - t * boundedLog(x);
                       return options.weight ? loss * *options.weight : loss;
                     });
}

Tensor hinge_embedding(const Operand &operand, const Operand &target, HingeEmbedding options,
                       Loc loc) {
  return elementLoss("hinge_embedding", operand, target, options.reduction, loc,
                     [&](const Tensor &x, const Tensor &t) {
                       Tensor apart = options.margin - x;
                       apart = where(apart > 0, apart, 0);
                       return where(t == -1, 0, x) + where(t == 1, 0, apart);
                     });
}

Tensor gaussian_nll(const Operand &operand, const Operand &target, const Operand &variance,
                    GaussianNll options, Loc loc) {
  Call call("gaussian_nll", loc);
  auto [x, t] = call.pair(operand, target);
  Tensor given =
      call.tensor(variance, call.isPoison(x) ? std::nullopt : std::optional(call.type(x).element));
  if (!matches(call, x, t) || !matches(call, x, given))
    return call.poison();
  Tensor v = given + stop_gradient(max(given, options.eps) - given), difference = x - t;
  Tensor losses = 0.5 * (log(v) + difference * difference / v);
  if (options.full)
    losses = losses + 0.5 * std::log(2 * std::numbers::pi);
  return reduced(call, losses, options.reduction);
}

/// Stirling's approximation of log(t!), and 0 up to 1.
static Tensor logFactorial(const Tensor &t) {
  Tensor safe = where(t > 1, t, 2);
  return where(t > 1, safe * log(safe) - safe + 0.5 * log(2 * std::numbers::pi * safe), 0);
}

Tensor poisson_nll(const Operand &operand, const Operand &target, PoissonNll options, Loc loc) {
  return elementLoss("poisson_nll", operand, target, options.reduction, loc,
                     [&](const Tensor &x, const Tensor &t) {
                       Tensor loss =
                           options.log_input ? exp(x) - t * x : x - t * log(x + options.eps);
                       return options.full ? loss + logFactorial(t) : loss;
                     });
}

Tensor kl_div(const Operand &operand, const Operand &target, KlDiv options, Loc loc) {
  Call call("kl_div", loc);
  auto [x, t] = call.pair(operand, target);
  if (!matches(call, x, t))
    return call.poison();
  rules::Type type = call.type(x);
  Tensor losses;
  if (options.log_target) {
    losses = exp(t) * (t - x);
  } else {
    Tensor none = t == 0;
    losses = where(none, 0, t * log(where(none, 1, t))) - t * x;
  }
  if (options.reduction != Reduction::batchmean)
    return reduced(call, losses, options.reduction);
  if (type.rank() == 0 || type.dims[0] == 0)
    return call.fail("E0115", "expects examples along axis 0, got " + toString(type), "", {x});
  return sum(losses) * (1 / static_cast<double>(type.dims[0]));
}

Tensor cosine_similarity(const Operand &a, const Operand &b, CosineSimilarity options, Loc loc) {
  Call call("cosine_similarity", loc);
  auto [x, y] = call.pair(a, b);
  if (call.isPoison(x) || call.isPoison(y) || !call.isFloat(x) || !call.isFloat(y))
    return call.poison();
  auto unit = [&](const Tensor &v) {
    return normalize(v, {.axis = options.axis, .eps = options.eps});
  };
  Tensor along = unit(x), other = unit(y);
  return sum(along * other, options.axis);
}

Tensor cosine_embedding(const Operand &a, const Operand &b, const Operand &target,
                        CosineEmbedding options, Loc loc) {
  Call call("cosine_embedding", loc);
  auto [x, y] = call.pair(a, b);
  if (!matches(call, x, y))
    return call.poison();
  rules::Type type = call.type(x);
  if (type.rank() != 1 && type.rank() != 2)
    return call.fail("E0107", "expects vectors f32[d] or f32[N,d], got " + toString(type), "", {x});
  Tensor wanted = call.tensor(target);
  if (call.isPoison(wanted))
    return wanted;
  type.dims.pop_back();
  if (call.type(wanted).dims != type.dims)
    return call.fail("E0103",
                     "expects a target [" + std::string(type.dims.empty() ? "" : "N") +
                         "] for vectors " + toString(call.type(x)) + ", got " +
                         toString(call.type(wanted)),
                     "", {wanted, x});
  constexpr double eps = 1e-12; // as PyTorch has it: of squares
  auto square = [&](const Tensor &v) { return sum(v * v, -1) + eps; };
  Tensor cosine = sum(x * y, -1) / sqrt(square(x) * square(y));
  Tensor apart = relu(cosine - options.margin);
  Tensor losses = where(wanted == 1, 1 - cosine, where(wanted == -1, apart, 0));
  return reduced(call, losses, options.reduction);
}

Tensor triplet_margin(const Operand &anchor, const Operand &positive, const Operand &negative,
                      TripletMargin options, Loc loc) {
  Call call("triplet_margin", loc);
  Tensor a = call.tensor(anchor), p = call.tensor(positive), n = call.tensor(negative);
  if (!matches(call, a, p) || !matches(call, a, n))
    return call.poison();
  if (call.type(a).rank() == 0)
    return call.fail("E0107", "expects vectors f32[…,d], got " + toString(call.type(a)), "", {a});
  auto distance = [&](const Tensor &x, const Tensor &y) {
    return norm(x - y + options.eps, options.p, -1);
  };
  Tensor away = distance(a, n);
  if (options.swap)
    away = min(away, distance(p, n));
  return reduced(call, relu(distance(a, p) - away + options.margin), options.reduction);
}

} // namespace sinter
