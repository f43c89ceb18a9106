// Optimizers: values for Step::minimize. Names, formulas and defaults of options are those of
// torch.optim where that has the optimizer.
//
// Numbers become flags of the trainer (--lr, --momentum, --weight-decay, --beta1); a term that is
// zero when the model is built is left out, with its state and its flag. States are saved in
// checkpoints as optimizer/PARAMETER.NAME, with PyTorch's names. In the formulas below p is a
// parameter, g its gradient, t the number of the step from 1.
//
// Beside its own options every optimizer has
//   maximize     go up instead of down
//   l1           an L1 penalty: g + l1 · sign(p)
//   clip_norm    all gradients together times min(1, clip_norm / (norm + 1e-6)), the norm over all
//                of them (torch.nn.utils.clip_grad_norm_)
//   clip_value   each element of the gradients within ±clip_value (clip_grad_value_)
//   clip_each    each parameter's gradient by its own norm, as clip_norm does all together
// Gradients are clipped by value, each, then all by norm, before decay and penalty. Unless it says
// otherwise, weight_decay is an L2 penalty: g + weight_decay · p.
#pragma once

#include "sinter/schedule.h"

#include <string>
#include <utility>
#include <vector>

namespace sinter {

/// An option that may be left out: it is then what the optimizer's documentation says, and in a
/// group what the optimizer around has.
struct Setting {
  Setting() = default;
  Setting(double value) : value(value), given(true) {}
  double value = 0;
  bool given = false;
};

/// The rates at which averages of the gradient and of its square forget, each in [0, 1).
struct Betas {
  Betas() = default;
  Betas(double first, double second) : first(first), second(second) {}
  Setting first, second;
};

struct Sgd;
struct Adagrad;
struct Rmsprop;
struct Adadelta;
struct Adam;
struct Adamax;
struct Nadam;
struct Lars;
struct Lion;

/// Options of an optimizer or group, whatever their type: those that were given, by name.
struct SINTER_API GivenOptions {
  const char *algorithm = nullptr; ///< null in a group: that of the optimizer
  Schedule lr;
  std::vector<std::pair<const char *, double>> settings;

  static GivenOptions of(const char *algorithm, const Sgd &options);
  static GivenOptions of(const char *algorithm, const Adagrad &options);
  static GivenOptions of(const char *algorithm, const Rmsprop &options);
  static GivenOptions of(const char *algorithm, const Adadelta &options);
  static GivenOptions of(const char *algorithm, const Adam &options);
  static GivenOptions of(const char *algorithm, const Adamax &options);
  static GivenOptions of(const char *algorithm, const Nadam &options);
  static GivenOptions of(const char *algorithm, const Lars &options);
  static GivenOptions of(const char *algorithm, const Lion &options);
};

/// An optimizer and its parameter groups. The functions below make it.
///
/// A group's pattern is the name of a parameter, or its beginning or end in whole parts: "head" is
/// head.weight and head.fc.bias, "bias" is fc.bias. With a '*', which stands for any characters, it
/// is the whole name: "encoder.*". A parameter in two groups is an error.
struct Optimizer {
  struct Group {
    std::string pattern; ///< without '*', also the prefix of the group's flags: --head.lr
    GivenOptions options;
  };
  GivenOptions options;
  std::vector<Group> groups;
  std::vector<std::string> frozen_patterns; ///< of parameters that stay as they are

  explicit Optimizer(GivenOptions options) : options(std::move(options)) {}
};

/// An optimizer with options of the type `Options`.
template <class Options> struct OptimizerOf : Optimizer {
  using Optimizer::Optimizer;
  /// Parameters of `pattern` get options of their own; what is left out is the optimizer's.
  OptimizerOf group(std::string pattern, const Options &options) const {
    return with(std::move(pattern), GivenOptions::of(nullptr, options));
  }
  /// Parameters of `pattern` get an optimizer of their own; nothing of this one's options is theirs.
  OptimizerOf group(std::string pattern, const Optimizer &optimizer) const {
    return with(std::move(pattern), optimizer.options);
  }
  /// Parameters of `pattern` are not trained: no gradient of theirs is computed.
  OptimizerOf frozen(std::string pattern) const {
    OptimizerOf result = *this;
    result.frozen_patterns.push_back(std::move(pattern));
    return result;
  }

private:
  OptimizerOf with(std::string pattern, GivenOptions options) const {
    OptimizerOf result = *this;
    result.groups.push_back({std::move(pattern), std::move(options)});
    return result;
  }
};

/// Parameters of `pattern`, as in an optimizer's groups, are not trained in this entry, whatever
/// the optimizer: no gradient of theirs is computed. Before minimize; in evaluation and prediction
/// it changes nothing.
SINTER_API void frozen(const std::string &pattern, Loc loc = Loc::current());

/// Options of ema.
struct Ema {
  double decay = 0.999; ///< part of the average that stays, in [0, 1); flag --NAME-decay
};
/// Keeps an exponential average of every trained parameter, decay · average + (1 - decay) · p after
/// each step, the first weights at first (torch.optim.swa_utils.AveragedModel). The set is saved
/// with the weights, as NAME.PARAMETER.
///
/// Called first in a function: training keeps the average, evaluation and prediction take the
/// parameters that follow from it. A library takes the set whose name its entry calls:
///   model.predict([](Entry e) { ema("ema"); e.output("logits", net(e.input(…))); });
/// Several sets may be kept; the last one called is read. Running statistics are not averaged.
SINTER_API void ema(const std::string &name, Ema options = {}, Loc loc = Loc::current());

/// Options of swa.
struct Swa {
  int64_t start = 0; ///< first step whose weights are averaged; flag --NAME-start
  int64_t every = 1; ///< steps between two weights that are averaged; flag --NAME-every
};
/// Keeps the mean of the weights of many steps, else as ema; before `start` the set is the weights
/// themselves. Izmailov et al., "Averaging weights leads to wider optima", 2018.
SINTER_API void swa(const std::string &name, Swa options = {}, Loc loc = Loc::current());

/// Options of sgd.
struct Sgd {
  Schedule lr = {};          ///< 0.1
  Setting momentum = {};     ///< 0
  Setting nesterov = {};     ///< false
  Setting weight_decay = {}; ///< 0
  Setting dampening = {};    ///< 0
  Setting maximize = {}, l1 = {}, clip_norm = {}, clip_value = {}, clip_each = {};
};
/// Stochastic gradient descent: v = momentum · v + (1 - dampening) · g (g itself at the first
/// step), p - lr · v; with nesterov p - lr · (g + momentum · v). State: momentum_buffer.
SINTER_API OptimizerOf<Sgd> sgd(Sgd options = {});

/// Options of adagrad.
struct Adagrad {
  Schedule lr = {};                       ///< 0.01
  Setting lr_decay = {};                  ///< 0
  Setting weight_decay = {};              ///< 0
  Setting initial_accumulator_value = {}; ///< 0; no flag
  Setting eps = {};                       ///< 1e-10
  Setting maximize = {}, l1 = {}, clip_norm = {}, clip_value = {}, clip_each = {};
};
/// s = s + g², p - lr / (1 + (t - 1) · lr_decay) · g / (√s + eps). State: sum. Duchi, Hazan,
/// Singer, "Adaptive subgradient methods", 2011.
SINTER_API OptimizerOf<Adagrad> adagrad(Adagrad options = {});

/// Options of rmsprop.
struct Rmsprop {
  Schedule lr = {};          ///< 0.01
  Setting alpha = {};        ///< 0.99
  Setting eps = {};          ///< 1e-8
  Setting weight_decay = {}; ///< 0
  Setting momentum = {};     ///< 0
  Setting centered = {};     ///< false: no mean is taken off
  Setting maximize = {}, l1 = {}, clip_norm = {}, clip_value = {}, clip_each = {};
};
/// s = alpha · s + (1 - alpha) · g², d = g / (√s + eps), v = momentum · v + d, p - lr · v; centered
/// takes √(s - a²) with a the same average of g (0 where rounding leaves less; PyTorch gives NaN).
/// States: square_avg, momentum_buffer, grad_avg.
/// Tieleman, Hinton, 2012.
SINTER_API OptimizerOf<Rmsprop> rmsprop(Rmsprop options = {});

/// Options of adadelta.
struct Adadelta {
  Schedule lr = {};          ///< 1
  Setting rho = {};          ///< 0.9
  Setting eps = {};          ///< 1e-6
  Setting weight_decay = {}; ///< 0
  Setting maximize = {}, l1 = {}, clip_norm = {}, clip_value = {}, clip_each = {};
};
/// s = rho · s + (1 - rho) · g², d = √(a + eps) / √(s + eps) · g, a = rho · a + (1 - rho) · d²,
/// p - lr · d. States: square_avg, acc_delta. Zeiler, "ADADELTA", 2012.
SINTER_API OptimizerOf<Adadelta> adadelta(Adadelta options = {});

/// Options of adam and adamw.
struct Adam {
  Schedule lr = {};          ///< 0.001
  Betas betas = {};          ///< {0.9, 0.999}
  Setting eps = {};          ///< 1e-8
  Setting weight_decay = {}; ///< adam 0, adamw 0.01
  Setting amsgrad = {};      ///< false
  Setting maximize = {}, l1 = {}, clip_norm = {}, clip_value = {}, clip_each = {};
};
/// m = β₁ m + (1 - β₁) g, v = β₂ v + (1 - β₂) g²,
/// p - lr / (1 - β₁ᵗ) · m / (√v / √(1 - β₂ᵗ) + eps); amsgrad takes the largest v so far. States:
/// exp_avg, exp_avg_sq, max_exp_avg_sq. Kingma, Ba, "Adam", 2015; Reddi, Kale, Kumar, 2018.
SINTER_API OptimizerOf<Adam> adam(Adam options = {});
/// adam whose decay is no part of the gradient: p · (1 - lr · weight_decay) first. Loshchilov,
/// Hutter, "Decoupled weight decay regularization", 2019.
SINTER_API OptimizerOf<Adam> adamw(Adam options = {});

/// Options of adamax and lamb.
struct Adamax {
  Schedule lr = {};          ///< adamax 0.002, lamb 0.001
  Betas betas = {};          ///< {0.9, 0.999}
  Setting eps = {};          ///< adamax 1e-8, lamb 1e-6
  Setting weight_decay = {}; ///< 0
  Setting maximize = {}, l1 = {}, clip_norm = {}, clip_value = {}, clip_each = {};
};
/// m = β₁ m + (1 - β₁) g, u = max(β₂ u, |g| + eps), p - lr / (1 - β₁ᵗ) · m / u. States: exp_avg,
/// exp_inf. Kingma, Ba, 2015, section 7.
SINTER_API OptimizerOf<Adamax> adamax(Adamax options = {});
/// r = adam's step with bias correction + weight_decay · p, p - lr · ‖p‖ / ‖r‖ · r; the ratio is 1
/// where a norm is 0. States: exp_avg, exp_avg_sq. You et al., "Large batch optimization for deep
/// learning", 2020.
SINTER_API OptimizerOf<Adamax> lamb(Adamax options = {});

/// Options of nadam.
struct Nadam {
  Schedule lr = {};                    ///< 0.002
  Betas betas = {};                    ///< {0.9, 0.999}
  Setting eps = {};                    ///< 1e-8
  Setting weight_decay = {};           ///< 0
  Setting momentum_decay = {};         ///< 0.004
  Setting decoupled_weight_decay = {}; ///< false; true: as adamw
  Setting maximize = {}, l1 = {}, clip_norm = {}, clip_value = {}, clip_each = {};
};
/// μₜ = β₁ (1 - 0.96^(t · momentum_decay) / 2), M = μ₁ … μₜ, m and v as adam, d = √(v / (1 - β₂ᵗ))
/// + eps, p - lr · ((1 - μₜ) / (1 - M) · g + μₜ₊₁ / (1 - M μₜ₊₁) · m) / d. States: exp_avg,
/// exp_avg_sq, and mu_product, one of a group. Dozat, "Incorporating Nesterov momentum into Adam",
/// 2016.
SINTER_API OptimizerOf<Nadam> nadam(Nadam options = {});

/// Options of lars.
struct Lars {
  Schedule lr = {};               ///< 0.1
  Setting momentum = {};          ///< 0.9
  Setting weight_decay = {};      ///< 0
  Setting trust_coefficient = {}; ///< 0.001
  Setting maximize = {}, l1 = {}, clip_norm = {}, clip_value = {}, clip_each = {};
};
/// r = trust_coefficient · ‖p‖ / (‖g‖ + weight_decay · ‖p‖), 1 where a norm is 0;
/// v = momentum · v + lr · r · (g + weight_decay · p), p - v. State: momentum_buffer. You, Gitman,
/// Ginsburg, "Large batch training of convolutional networks", 2017.
SINTER_API OptimizerOf<Lars> lars(Lars options = {});

/// Options of lion.
struct Lion {
  Schedule lr = {};          ///< 0.0001
  Betas betas = {};          ///< {0.9, 0.99}
  Setting weight_decay = {}; ///< 0
  Setting maximize = {}, l1 = {}, clip_norm = {}, clip_value = {}, clip_each = {};
};
/// p · (1 - lr · weight_decay) - lr · sign(β₁ m + (1 - β₁) g), then m = β₂ m + (1 - β₂) g. State:
/// exp_avg. Chen et al., "Symbolic discovery of optimization algorithms", 2023.
SINTER_API OptimizerOf<Lion> lion(Lion options = {});

} // namespace sinter
