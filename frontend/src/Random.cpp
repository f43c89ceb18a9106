// Random numbers and dropout. Reading on: include/sinter/ops/random.h, dialects/rules.
#include "sinter/ops/random.h"

#include "frontend/src/Images.h"
#include "sinter/ops/arrange.h"
#include "sinter/ops/elementwise.h"
#include "sinter/ops/loss.h"
#include "sinter/ops/reduce.h"
#include "sinter/ops/shape.h"
#include "sinter/ops/sort.h"
#include "sinter/rules/random.h"

#include <algorithm>
#include <cmath>

namespace sinter {

using namespace detail;

/// What random numbers take as their step: the trainer's, and in a loop another one each iteration.
static Tensor stepOf(Call &call) {
  const rules::Type scalar{rules::ElementType::I64, {}};
  const Loc &loc = call.loc();
  Tensor step = call.get("step", scalar, "step");
  std::optional<Tensor> iteration = call.iteration();
  if (!iteration)
    return step;
  return Operand(step, loc) +
         Operand(Operand(*iteration, loc) * Operand(int64_t(1) << 32, loc), loc);
}

Tensor random_uniform(const std::string &name, Type type, Loc loc) {
  Context &current = context();
  std::string path = current.path(name);
  Call call("random_uniform", loc, path);
  if (!call.inTrace())
    return call.poison();
  if (!call.accepts(name))
    return call.poison();
  auto [first, fresh] = current.trace->names.emplace("random " + path, loc);
  if (!fresh) {
    current.error("E0005", call.loc(), call.label() + " expects a name of its own, got one in use",
                  "equal names give equal random numbers",
                  {{Place(first->second), "'" + path + "' was used here"}});
    return call.poison();
  }
  const rules::Type scalar{rules::ElementType::I64, {}};
  Tensor seed = call.get("seed", scalar, "seed"), step = stepOf(call);
  rules::Type result = toRules(type);
  Attributes attributes;
  attributes.integer("stream", static_cast<int64_t>(rules::streamOf(path))).string("name", path);
  return call.emit(
      "random_uniform", {seed, step},
      [&](const std::vector<rules::Type> &t) {
        return rules::random_uniform(t[0], t[1], result, path);
      },
      std::move(attributes));
}

Tensor random_normal(const std::string &name, Type type, Normal options, Loc loc) {
  Call call("random_normal", loc, context().path(name));
  if (!(options.std >= 0) || !std::isfinite(options.std) || !std::isfinite(options.mean))
    return call.fail("E0020", "expects finite numbers and a std of 0 or more, got " +
                                  numberText(options.mean) + " and " + numberText(options.std));
  Tensor radius = random_uniform(name, type, loc);
  if (call.isPoison(radius))
    return radius;
  Tensor angle = random_uniform(name + ".angle", type, loc);
  if (call.isPoison(angle))
    return angle;
  constexpr double turn = 6.283185307179586; // 2 pi
  Tensor normal = sqrt(log(1 - radius) * -2) * cos(angle * turn);
  return normal * options.std + options.mean;
}

Tensor random_bernoulli(const std::string &name, const Operand &p, Loc loc) {
  Call call("random_bernoulli", loc, context().path(name));
  Tensor chance = call.tensor(p);
  if (call.isPoison(chance) || !call.isFloat(chance))
    return call.poison();
  Tensor drawn = random_uniform(name, Type{chance.dtype(), chance.shape()}, loc);
  return cast(drawn < chance, chance.dtype());
}

Tensor random_bernoulli(const std::string &name, Type type, double p, Loc loc) {
  Call call("random_bernoulli", loc, context().path(name));
  if (!(p >= 0 && p <= 1))
    return call.fail("E0020", "expects a probability in [0, 1], got " + numberText(p));
  Tensor drawn = random_uniform(name, type, loc);
  return call.isPoison(drawn) ? drawn : cast(drawn < p, type.element);
}

/// Uniform in [0, 1) with 48 bits: of the 24 of one draw many of a few thousand would be equal.
static Tensor drawFinely(const std::string &name, const Shape &shape, const Loc &loc) {
  Tensor first = random_uniform(name, f64(shape), loc);
  if (Call::isPoison(first))
    return first;
  Tensor second = random_uniform(name + ".fine", f64(shape), loc);
  return Call::isPoison(second) ? second : first + second * 0x1p-24;
}

Tensor randint(const std::string &name, int64_t low, int64_t high, Type type, Loc loc) {
  Call call("randint", loc, context().path(name));
  if (type.element != i32 && type.element != i64)
    return call.fail("E0102", "expects the type i32 or i64, got " + toString(toRules(type)));
  constexpr int64_t kMost = int64_t(1) << 31;
  if (low >= high || low < -kMost || high > kMost)
    return call.fail("E0020", "expects low below high, both within 2^31 of 0, got " +
                                  std::to_string(low) + " and " + std::to_string(high));
  Tensor drawn = drawFinely(name, type.shape, loc);
  if (call.isPoison(drawn))
    return drawn;
  double count = static_cast<double>(high - low); // at most 2^32: the product stays below it
  return cast(floor(drawn * count) + static_cast<double>(low), type.element);
}

Tensor randperm(const std::string &name, int64_t n, Loc loc) {
  Call call("randperm", loc, context().path(name));
  if (n < 1)
    return call.fail("E0020", "expects n of 1 or more, got " + std::to_string(n));
  Tensor drawn = drawFinely(name, Shape({n}), loc);
  return call.isPoison(drawn) ? drawn : argsort(drawn);
}

/// x plus Gumbel noise, of which the largest is a sample of softmax(x).
static Tensor perturbed(const std::string &name, const Tensor &x, const Loc &loc) {
  Tensor drawn = random_uniform(name, Type{x.dtype(), x.shape()}, loc);
  return Call::isPoison(drawn) ? drawn : x - log(-log(drawn));
}

Tensor categorical(const std::string &name, const Operand &logits, int64_t axis, Loc loc) {
  Call call("categorical", loc, context().path(name));
  Tensor x = call.tensor(logits);
  if (call.isPoison(x) || !call.isFloat(x))
    return call.poison();
  Tensor noisy = perturbed(name, x, loc);
  return call.isPoison(noisy) ? noisy : argmax(noisy, axis);
}

Tensor gumbel_softmax(const std::string &name, const Operand &logits, GumbelSoftmax options,
                      Loc loc) {
  Call call("gumbel_softmax", loc, context().path(name));
  Tensor x = call.tensor(logits);
  if (call.isPoison(x) || !call.isFloat(x))
    return call.poison();
  if (!(options.tau > 0) || !std::isfinite(options.tau))
    return call.fail("E0020", "expects a tau above 0, got " + numberText(options.tau));
  std::optional<int64_t> axis = call.axisOf(x, options.axis);
  Tensor noisy = axis ? perturbed(name, x, loc) : call.poison();
  if (call.isPoison(noisy))
    return noisy;
  Tensor soft = softmax(noisy / options.tau, *axis);
  if (!options.hard)
    return soft;
  const std::vector<int64_t> &dims = call.type(x).dims;
  std::vector<int64_t> along(dims.size(), 1);
  along[*axis] = dims[*axis];
  Tensor places = iota(i32(Shape(along)), *axis);
  Tensor first = unsqueeze(argmax(noisy, *axis), *axis);
  return cast(places == first, x.dtype()) + (soft - stop_gradient(soft));
}

/// dropout of random numbers of `shape`, which broadcast to x.
static Tensor dropped(Call &call, const std::string &name, const Tensor &x,
                      const std::vector<int64_t> &shape, double p, const Loc &loc) {
  Tensor chance = random_uniform(name, x.dtype()(Shape(shape)), loc);
  Tensor keep = Operand(chance, loc) >= Operand(p, loc);
  // Scaled last: the kernel that makes x stores it as it is, and the mask of a ReLU follows from
  // it.
  Tensor kept = where(keep, Operand(x, loc), Operand(0.0, loc), loc);
  return call.isPoison(kept) ? kept : Operand(kept, loc) * Operand(1 / (1 - p), loc);
}

/// False: reported.
static bool acceptsDropout(Call &call, const Tensor &x, const Dropout &options) {
  if (!(options.p >= 0 && options.p < 1)) {
    call.fail("E0020", "expects a probability in [0, 1), got " + numberText(options.p));
    return false;
  }
  return !call.isPoison(x) && call.isFloat(x);
}

Tensor dropout(const std::string &name, const Operand &operand, Dropout options, Loc loc) {
  Call call("dropout", loc, context().path(name));
  Tensor x = call.tensor(operand);
  if (!acceptsDropout(call, x, options))
    return call.poison();
  if (!training() || options.p == 0)
    return x;
  return dropped(call, name, x, call.type(x).dims, options.p, loc);
}

Tensor alpha_dropout(const std::string &name, const Operand &operand, Dropout options, Loc loc) {
  Call call("alpha_dropout", loc, context().path(name));
  Tensor x = call.tensor(operand);
  if (!acceptsDropout(call, x, options))
    return call.poison();
  if (!training() || options.p == 0)
    return x;
  constexpr double kLowest = -1.7580993408473766; // of selu: -scale * alpha
  double p = options.p, scale = 1 / std::sqrt((1 - p) * (1 + p * kLowest * kLowest));
  Tensor chance = random_uniform(name, x.dtype()(Shape(call.type(x).dims)), loc);
  if (call.isPoison(chance))
    return chance;
  return where(chance >= p, x, kLowest) * scale - scale * kLowest * p;
}

Tensor dropout2d(const std::string &name, const Operand &operand, Dropout options, Loc loc) {
  Call call("dropout2d", loc, context().path(name));
  Tensor x = call.tensor(operand);
  if (!acceptsDropout(call, x, options))
    return call.poison();
  std::vector<int64_t> shape = call.type(x).dims;
  if (shape.size() < 3)
    return call.fail("E0107", std::string("expects ") + kImages + ", got " + toString(call.type(x)),
                     "", {x});
  if (!training() || options.p == 0)
    return x;
  std::fill(shape.begin() + 2, shape.end(), 1);
  return dropped(call, name, x, shape, options.p, loc);
}

} // namespace sinter
