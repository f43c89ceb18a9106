// Random numbers and dropout. Reading on: include/sinter/ops/random.h, dialects/rules.
#include "sinter/ops/random.h"

#include "frontend/src/Images.h"
#include "sinter/ops/elementwise.h"
#include "sinter/ops/reduce.h"
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

Tensor categorical(const std::string &name, const Operand &logits, int64_t axis, Loc loc) {
  Call call("categorical", loc, context().path(name));
  Tensor x = call.tensor(logits);
  if (call.isPoison(x) || !call.isFloat(x))
    return call.poison();
  Tensor drawn = random_uniform(name, Type{x.dtype(), x.shape()}, loc);
  return call.isPoison(drawn) ? drawn : argmax(x - log(-log(drawn)), axis);
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
