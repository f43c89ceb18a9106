// Every optimizer: its options with their defaults, and the update of one parameter. The formulas
// stand in include/sinter/optim.h. Reading on: Optimizers.h.
#include "frontend/src/Optimizers.h"
#include "sinter/ops/elementwise.h"
#include "sinter/ops/reduce.h"

#include <algorithm>
#include <cstring>

namespace sinter::detail {

static constexpr rules::ElementType kWide = rules::ElementType::F64;

/// lr as f64[].
static Tensor wideRate(Group &o) { return cast(o.rate(), f64); }
/// 1 - βᵗ: how much of an average that began at 0 is there.
static Tensor biasOf(Group &o, const char *beta) {
  return 1.0 - pow(o.scalar(beta, kWide), o.count());
}
static Tensor norm(const Tensor &x) { return sqrt(sum(x * x)); }
/// a / b, or 1 where one of them is 0.
static Tensor trustRatio(const Tensor &a, const Tensor &b, const Tensor &divisor) {
  return where(logical_and(a > 0, b > 0), a / divisor, 1.0);
}

//===--- Updates ------------------------------------------------------------------------------===//

static Tensor sgdUpdate(Update &u) {
  Tensor step = u.g;
  if (u.has("momentum")) {
    Tensor momentum = u.scalar("momentum"), velocity = u.state("momentum_buffer");
    velocity = momentum * velocity;
    if (u.has("dampening"))
      step = step * u.once("1-dampening", [](Group &o) {
        return where(o.count() == 1.0, 1.0, 1.0 - o.scalar("dampening", kWide));
      });
    velocity = u.keep("momentum_buffer", velocity + step);
    step = u.has("nesterov") ? u.g + momentum * velocity : velocity;
  }
  return u.p - u.rate() * step;
}

static Tensor adagradUpdate(Update &u) {
  Tensor rate = u.rate();
  if (u.has("lr_decay"))
    rate = u.once("decayed", [](Group &o) {
      return wideRate(o) / ((o.count() - 1.0) * o.scalar("lr_decay", kWide) + 1.0);
    });
  double initial = u.group.setting("initial_accumulator_value");
  Tensor squares = u.keep("sum", u.state("sum", initial) + u.g * u.g);
  return u.p - rate * (u.g / (sqrt(squares) + u.scalar("eps")));
}

static Tensor rmspropUpdate(Update &u) {
  Tensor square = u.average("square_avg", u.g * u.g, "alpha");
  if (u.has("centered")) {
    Tensor mean = u.average("grad_avg", u.g, "alpha");
    square = max(square - mean * mean, 0.0); // rounding may leave less than no variance
  }
  Tensor step = u.g / (sqrt(square) + u.scalar("eps"));
  if (u.has("momentum"))
    step = u.keep("momentum_buffer", u.scalar("momentum") * u.state("momentum_buffer") + step);
  return u.p - u.rate() * step;
}

static Tensor adadeltaUpdate(Update &u) {
  Tensor eps = u.scalar("eps");
  Tensor square = u.average("square_avg", u.g * u.g, "rho");
  Tensor step = sqrt(u.state("acc_delta") + eps) / sqrt(square + eps) * u.g;
  u.average("acc_delta", step * step, "rho");
  return u.p - u.rate() * step;
}

/// √(v / (1 - β₂ᵗ)) + eps of the average v of squares.
static Tensor spread(Update &u, const Tensor &square) {
  Tensor unbiased = u.once("1/sqrt(1-beta2^t)", [](Group &o) { return rsqrt(biasOf(o, "beta2")); });
  return sqrt(square) * unbiased + u.scalar("eps");
}
/// lr / (1 - β₁ᵗ).
static Tensor unbiasedRate(Update &u) {
  return u.once("lr/(1-beta1^t)", [](Group &o) { return wideRate(o) / biasOf(o, "beta1"); });
}

static Tensor adamUpdate(Update &u) {
  Tensor mean = u.average("exp_avg", u.g, "beta1");
  Tensor square = u.average("exp_avg_sq", u.g * u.g, "beta2");
  if (u.has("amsgrad"))
    square = u.keep("max_exp_avg_sq", max(u.state("max_exp_avg_sq"), square));
  return u.p - unbiasedRate(u) * (mean / spread(u, square));
}

static Tensor adamaxUpdate(Update &u) {
  Tensor mean = u.average("exp_avg", u.g, "beta1");
  Tensor most = u.scalar("beta2") * u.state("exp_inf");
  most = u.keep("exp_inf", max(most, abs(u.g) + u.scalar("eps")));
  return u.p - unbiasedRate(u) * (mean / most);
}

static Tensor lambUpdate(Update &u) {
  Tensor mean = u.average("exp_avg", u.g, "beta1");
  Tensor square = u.average("exp_avg_sq", u.g * u.g, "beta2");
  Tensor unbiased = u.once("1/(1-beta1^t)", [](Group &o) { return 1.0 / biasOf(o, "beta1"); });
  Tensor step = mean * unbiased / spread(u, square);
  if (u.has("weight_decay"))
    step = step + u.scalar("weight_decay") * u.p;
  Tensor size = norm(step);
  return u.p - u.rate() * trustRatio(norm(u.p), size, size) * step;
}

/// μ of the step `t`.
static Tensor nadamMomentum(Group &o, const Tensor &t) {
  return o.scalar("beta1", kWide) * (1.0 - 0.5 * pow(0.96, t * o.scalar("momentum_decay", kWide)));
}
/// (1 - μₜ) / (1 - M) · lr: what the gradient gets; with `mean` what its average gets.
static Tensor nadamRate(Group &o, bool mean) {
  Tensor now = nadamMomentum(o, o.count()), next = nadamMomentum(o, o.count() + 1.0);
  Tensor product = o.state("mu_product", 1) * now;
  if (mean)
    return wideRate(o) * next / (1.0 - product * next);
  o.keep("mu_product", product);
  return wideRate(o) * (1.0 - now) / (1.0 - product);
}

static Tensor nadamUpdate(Update &u) {
  Tensor mean = u.average("exp_avg", u.g, "beta1");
  Tensor square = u.average("exp_avg_sq", u.g * u.g, "beta2");
  Tensor forGradient = u.once("gradient's", [](Group &o) { return nadamRate(o, false); });
  Tensor forMean = u.once("mean's", [](Group &o) { return nadamRate(o, true); });
  return u.p - (forGradient * u.g + forMean * mean) / spread(u, square);
}

static Tensor larsUpdate(Update &u) {
  Tensor weight = norm(u.p), gradient = norm(u.g), both = gradient;
  if (u.has("weight_decay")) {
    Tensor decay = u.scalar("weight_decay");
    both = gradient + decay * weight;
    u.g = u.g + decay * u.p;
  }
  Tensor trusted = u.scalar("trust_coefficient") * weight;
  Tensor step = u.rate() * trustRatio(trusted, gradient, both) * u.g;
  if (u.has("momentum"))
    step = u.keep("momentum_buffer", u.scalar("momentum") * u.state("momentum_buffer") + step);
  return u.p - step;
}

static Tensor lionUpdate(Update &u) {
  Tensor old = u.state("exp_avg"), beta = u.scalar("beta1");
  Tensor takes = u.takes("beta1");
  Tensor direction = sign(beta * old + takes * u.g);
  u.average("exp_avg", u.g, "beta2");
  return u.p - u.rate() * direction;
}

//===--- The table ----------------------------------------------------------------------------===//

const Algorithm &algorithmOf(const char *name) {
  static const Algorithm all[] = {
      {"sgd", Decay::Penalty, {{"lr", 0.1}}, sgdUpdate},
      {"adagrad", Decay::Penalty, {{"lr", 0.01}, {"eps", 1e-10}}, adagradUpdate},
      {"rmsprop", Decay::Penalty, {{"lr", 0.01}, {"alpha", 0.99}, {"eps", 1e-8}}, rmspropUpdate},
      {"adadelta", Decay::Penalty, {{"lr", 1}, {"rho", 0.9}, {"eps", 1e-6}}, adadeltaUpdate},
      {"adam",
       Decay::Penalty,
       {{"lr", 0.001}, {"beta1", 0.9}, {"beta2", 0.999}, {"eps", 1e-8}},
       adamUpdate},
      {"adamw",
       Decay::Decoupled,
       {{"lr", 0.001}, {"beta1", 0.9}, {"beta2", 0.999}, {"eps", 1e-8}, {"weight_decay", 0.01}},
       adamUpdate},
      {"adamax",
       Decay::Penalty,
       {{"lr", 0.002}, {"beta1", 0.9}, {"beta2", 0.999}, {"eps", 1e-8}},
       adamaxUpdate},
      {"lamb",
       Decay::Own,
       {{"lr", 0.001}, {"beta1", 0.9}, {"beta2", 0.999}, {"eps", 1e-6}},
       lambUpdate},
      {"nadam",
       Decay::Penalty,
       {{"lr", 0.002}, {"beta1", 0.9}, {"beta2", 0.999}, {"eps", 1e-8}, {"momentum_decay", 0.004}},
       nadamUpdate},
      {"lars",
       Decay::Own,
       {{"lr", 0.1}, {"momentum", 0.9}, {"trust_coefficient", 0.001}},
       larsUpdate},
      {"lion", Decay::Decoupled, {{"lr", 0.0001}, {"beta1", 0.9}, {"beta2", 0.99}}, lionUpdate},
  };
  return *std::find_if(std::begin(all), std::end(all), [&](const Algorithm &algorithm) {
    return std::strcmp(algorithm.name, name) == 0;
  });
}

//===--- Options of the public header ---------------------------------------------------------===//

using Settings = std::initializer_list<std::pair<const char *, Setting>>;

template <class Options>
static GivenOptions givenIn(const char *algorithm, const Options &o, Settings own) {
  GivenOptions given{algorithm, o.lr, {}};
  auto add = [&](const char *name, const Setting &setting) {
    if (setting.given)
      given.settings.emplace_back(name, setting.value);
  };
  for (const auto &[name, setting] : own)
    add(name, setting);
  add("maximize", o.maximize);
  add("l1", o.l1);
  add("clip_norm", o.clip_norm);
  add("clip_value", o.clip_value);
  add("clip_each", o.clip_each);
  return given;
}

} // namespace sinter::detail

namespace sinter {

using detail::givenIn;

GivenOptions GivenOptions::of(const char *algorithm, const Sgd &o) {
  return givenIn(algorithm, o,
                 {{"momentum", o.momentum},
                  {"weight_decay", o.weight_decay},
                  {"nesterov", o.nesterov},
                  {"dampening", o.dampening}});
}
GivenOptions GivenOptions::of(const char *algorithm, const Adagrad &o) {
  return givenIn(algorithm, o,
                 {{"lr_decay", o.lr_decay},
                  {"weight_decay", o.weight_decay},
                  {"initial_accumulator_value", o.initial_accumulator_value},
                  {"eps", o.eps}});
}
GivenOptions GivenOptions::of(const char *algorithm, const Rmsprop &o) {
  return givenIn(algorithm, o,
                 {{"alpha", o.alpha},
                  {"eps", o.eps},
                  {"weight_decay", o.weight_decay},
                  {"momentum", o.momentum},
                  {"centered", o.centered}});
}
GivenOptions GivenOptions::of(const char *algorithm, const Adadelta &o) {
  return givenIn(algorithm, o, {{"rho", o.rho}, {"eps", o.eps}, {"weight_decay", o.weight_decay}});
}
GivenOptions GivenOptions::of(const char *algorithm, const Adam &o) {
  return givenIn(algorithm, o,
                 {{"beta1", o.betas.first},
                  {"beta2", o.betas.second},
                  {"eps", o.eps},
                  {"weight_decay", o.weight_decay},
                  {"amsgrad", o.amsgrad}});
}
GivenOptions GivenOptions::of(const char *algorithm, const Adamax &o) {
  return givenIn(algorithm, o,
                 {{"beta1", o.betas.first},
                  {"beta2", o.betas.second},
                  {"eps", o.eps},
                  {"weight_decay", o.weight_decay}});
}
GivenOptions GivenOptions::of(const char *algorithm, const Nadam &o) {
  return givenIn(algorithm, o,
                 {{"beta1", o.betas.first},
                  {"beta2", o.betas.second},
                  {"eps", o.eps},
                  {"weight_decay", o.weight_decay},
                  {"momentum_decay", o.momentum_decay},
                  {"decoupled_weight_decay", o.decoupled_weight_decay}});
}
GivenOptions GivenOptions::of(const char *algorithm, const Lars &o) {
  return givenIn(algorithm, o,
                 {{"momentum", o.momentum},
                  {"weight_decay", o.weight_decay},
                  {"trust_coefficient", o.trust_coefficient}});
}
GivenOptions GivenOptions::of(const char *algorithm, const Lion &o) {
  return givenIn(
      algorithm, o,
      {{"beta1", o.betas.first}, {"beta2", o.betas.second}, {"weight_decay", o.weight_decay}});
}

#define SINTER_OPTIMIZER(name, Options)                                                            \
  OptimizerOf<Options> name(Options options) {                                                     \
    return OptimizerOf<Options>(GivenOptions::of(#name, options));                                 \
  }
SINTER_OPTIMIZER(sgd, Sgd)
SINTER_OPTIMIZER(adagrad, Adagrad)
SINTER_OPTIMIZER(rmsprop, Rmsprop)
SINTER_OPTIMIZER(adadelta, Adadelta)
SINTER_OPTIMIZER(adam, Adam)
SINTER_OPTIMIZER(adamw, Adam)
SINTER_OPTIMIZER(adamax, Adamax)
SINTER_OPTIMIZER(lamb, Adamax)
SINTER_OPTIMIZER(nadam, Nadam)
SINTER_OPTIMIZER(lars, Lars)
SINTER_OPTIMIZER(lion, Lion)
#undef SINTER_OPTIMIZER

} // namespace sinter
