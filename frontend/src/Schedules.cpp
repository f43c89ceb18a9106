// Schedules: what each kind's numbers are, and its formula in scalar ops of f64. Reading on:
// include/sinter/schedule.h (the formulas), Groups.cpp (who calls).
#include "frontend/src/Optimizers.h"
#include "sinter/ops/elementwise.h"

#include <cmath>
#include <numbers>

namespace sinter {

using Kind = Schedule::Kind;

template <class... Numbers> static Schedule made(Kind kind, Numbers... numbers) {
  return Schedule(kind, {static_cast<double>(numbers)...});
}

Schedule step_schedule(double initial, StepSchedule o) {
  return made(Kind::Step, initial, o.every, o.factor);
}
Schedule multi_step(double initial, MultiStepSchedule o) {
  Schedule result = made(Kind::MultiStep, initial, o.gamma);
  result.numbers.insert(result.numbers.end(), o.milestones.begin(), o.milestones.end());
  return result;
}
Schedule exponential(double initial, ExponentialSchedule o) {
  return made(Kind::Exponential, initial, o.gamma);
}
Schedule inverse_time(double initial, DecaySchedule o) {
  return made(Kind::InverseTime, initial, o.decay_rate, o.decay_steps);
}
Schedule natural_exp(double initial, DecaySchedule o) {
  return made(Kind::NaturalExp, initial, o.decay_rate, o.decay_steps);
}
Schedule polynomial(double initial, PolynomialSchedule o) {
  return made(Kind::Polynomial, initial, o.total_iters, o.power, o.end);
}
Schedule linear(double initial, LinearSchedule o) {
  return made(Kind::Linear, initial, o.start_factor, o.end_factor, o.total_iters);
}
Schedule cosine(double initial, CosineSchedule o) {
  return made(Kind::Cosine, initial, o.t_max, o.eta_min);
}
Schedule cosine_restarts(double initial, CosineRestartsSchedule o) {
  return made(Kind::CosineRestarts, initial, o.t_0, o.t_mult, o.eta_min);
}
Schedule cyclic(double base, double max, CyclicSchedule o) {
  return made(Kind::Cyclic, base, max, o.step_size_up,
              o.step_size_down == 0 ? o.step_size_up : o.step_size_down, o.gamma, o.mode);
}
Schedule one_cycle(double max, OneCycleSchedule o) {
  return made(Kind::OneCycle, max, o.total_steps, o.pct_start, o.div_factor, o.final_div_factor,
              o.cosine, o.three_phase);
}
Schedule warmup(int64_t steps, Schedule then) {
  return Schedule(Kind::Warmup, {static_cast<double>(steps)}, {std::move(then)});
}
Schedule sequence(std::vector<SequencePart> stages) {
  Schedule result(Kind::Sequence, {});
  for (SequencePart &stage : stages) {
    result.numbers.push_back(static_cast<double>(stage.start));
    result.parts.push_back(std::move(stage.then));
  }
  return result;
}
Schedule by_epochs(Schedule schedule) {
  return Schedule(Kind::ByEpochs, {}, {std::move(schedule)});
}

namespace detail {

namespace {
using E = rules::ElementType;

/// A number of a kind of schedule; one without help is fixed when the model is built.
struct NumberInfo {
  const char *name; ///< its flag is --lr-NAME; empty: --lr
  E element = E::F64;
  double low = 0; ///< what it is at least
  const char *help = nullptr;
  bool above = false; ///< it is more than `low`
};

const NumberInfo kRate{"", E::F32, 0, "learning rate"};
} // namespace

/// Numbers of `kind` in their order; the last stands for all that follow.
static std::vector<NumberInfo> numbersOf(Kind kind) {
  const NumberInfo gamma{"gamma", E::F64, 0, "factor of a decay"};
  const NumberInfo lowest{"eta_min", E::F64, 0, "lowest learning rate"};
  const NumberInfo steps{"total_iters", E::I64, 1, "steps until the last learning rate"};
  switch (kind) {
  case Kind::Step:
    return {kRate,
            {"every", E::I64, 1, "steps between two decays of the learning rate"},
            {"factor", E::F32, 0, "factor of a decay"}};
  case Kind::MultiStep:
    return {kRate, gamma, {"milestone", E::I64, 1, "step at which the learning rate decays"}};
  case Kind::Exponential:
    return {kRate, {"gamma", E::F64, 0, "factor of the learning rate a step", true}};
  case Kind::InverseTime:
  case Kind::NaturalExp:
    return {kRate,
            {"decay_rate", E::F64, 0, "how fast the learning rate decays"},
            {"decay_steps", E::F64, 0, "steps in which the decay rate counts once", true}};
  case Kind::Polynomial:
    return {kRate,
            steps,
            {"power", E::F64, 0, "power of the part of steps that is left"},
            {"end", E::F64, 0, "last learning rate"}};
  case Kind::Linear:
    return {kRate,
            {"start_factor", E::F64, 0, "factor of the learning rate at the first step"},
            {"end_factor", E::F64, 0, "factor of the learning rate at the last step"},
            steps};
  case Kind::Cosine:
    return {kRate, {"t_max", E::I64, 1, "steps until the lowest learning rate"}, lowest};
  case Kind::CosineRestarts:
    return {kRate, {"t_0", E::I64, 1, "steps of the first cycle"}, {"t_mult", E::I64, 1}, lowest};
  case Kind::Cyclic:
    return {kRate,
            {"max", E::F64, 0, "highest learning rate"},
            {"step_size_up", E::I64, 1, "steps up"},
            {"step_size_down", E::I64, 1, "steps down"},
            {"gamma", E::F64, 0, "factor of a cycle's height a step", true},
            {"mode"}};
  case Kind::OneCycle:
    return {{"", E::F32, 0, "highest learning rate"},
            {"total_steps", E::I64, 2, "steps of the cycle"},
            {"pct_start", E::F64, 0, "part of the steps in which the learning rate rises"},
            {"div_factor", E::F64, 0, "highest by first learning rate", true},
            {"final_div_factor", E::F64, 0, "first by last learning rate", true},
            {"cosine"},
            {"three_phase"}};
  case Kind::Warmup:
    return {{"warmup", E::I64, 0, "steps in which the learning rate rises"}};
  case Kind::Sequence:
    return {{"start", E::I64, 0, "first step of a part of the schedule"}};
  default:
    return {kRate};
  }
}

static NumberInfo infoOf(Kind kind, size_t number) {
  std::vector<NumberInfo> infos = numbersOf(kind);
  return infos[std::min(number, infos.size() - 1)];
}

std::vector<Mistake> mistakesOf(const Schedule &schedule) {
  std::vector<Mistake> result;
  const std::vector<double> &numbers = schedule.numbers;
  for (size_t i = 0; i < numbers.size(); ++i) {
    const NumberInfo info = infoOf(schedule.kind, i);
    std::string wanted =
        *info.name ? std::string("a schedule with ") + info.name + " " : "a number ";
    wanted +=
        (info.above ? "above " : "of ") + numberText(info.low) + (info.above ? "" : " or more");
    bool good = info.above ? numbers[i] > info.low : numbers[i] >= info.low;
    if (!good || !std::isfinite(numbers[i]))
      result.push_back({wanted, numbers[i]});
  }
  if (schedule.kind == Kind::OneCycle && numbers[2] > 1)
    result.push_back({"a schedule with pct_start from 0 to 1", numbers[2]});
  bool ordered = schedule.kind == Kind::MultiStep || schedule.kind == Kind::Sequence;
  for (size_t i = schedule.kind == Kind::MultiStep ? 3 : 1; ordered && i < numbers.size(); ++i)
    if (numbers[i] <= numbers[i - 1])
      result.push_back({"steps of a schedule in order", numbers[i]});
  if (schedule.kind == Kind::Sequence && (numbers.empty() || numbers[0] != 0))
    result.push_back(
        {"a sequence whose first schedule starts at 0", numbers.empty() ? NAN : numbers[0]});
  for (const Schedule &part : schedule.parts) {
    std::vector<Mistake> inner = mistakesOf(part);
    result.insert(result.end(), inner.begin(), inner.end());
    if (part.kind == Kind::None)
      result.push_back({"a schedule in a schedule", NAN});
  }
  return result;
}

namespace {
/// Turns a schedule into ops. A value is a scalar of any floating-point type; wide() makes it f64.
class Rates {
public:
  Rates(Call &call, const std::string &prefix) : call(call), prefix(prefix) {}

  /// The rate of `s` at its step `t`, an f64[].
  Tensor at(const Schedule &s, const Tensor &t);

  static Tensor wide(const Tensor &value) { return cast(value, f64); }

private:
  /// Number `i` of `s` as the run has it.
  Tensor raw(const Schedule &s, size_t i) {
    const NumberInfo info = infoOf(s.kind, i);
    std::string name = *info.name ? "lr-" + flagOf(info.name) : "lr";
    int &uses = used[name]; // parts may have numbers of one name
    if (++uses > 1)
      name += "-" + std::to_string(uses);
    return scalarOf(call, prefix + name, info.element, s.numbers[i], info.help);
  }
  Tensor number(const Schedule &s, size_t i) { return wide(raw(s, i)); }
  /// `value` moved by number `i`: a lowest rate, which is no flag when it is 0.
  Tensor above(const Schedule &s, size_t i, const Tensor &base, const Tensor &part) {
    if (s.numbers[i] == 0)
      return base * part;
    Tensor low = number(s, i);
    return low + (base - low) * part;
  }

  /// From 1 down to 0 as `done` goes from 0 to 1.
  static Tensor halfCosine(const Tensor &done) {
    return (cos(done * std::numbers::pi) + 1.0) * 0.5;
  }

  Tensor decayed(const Schedule &s, const Tensor &t);
  Tensor annealed(const Schedule &s, const Tensor &t);
  Tensor restarted(const Schedule &s, const Tensor &t);
  Tensor cycled(const Schedule &s, const Tensor &t);
  Tensor oneCycle(const Schedule &s, const Tensor &t);
  Tensor composed(const Schedule &s, const Tensor &t);

  Call &call;
  std::string prefix;
  std::map<std::string, int> used;
};
} // namespace

Tensor Rates::at(const Schedule &s, const Tensor &t) {
  switch (s.kind) {
  case Kind::Constant:
    return raw(s, 0);
  case Kind::Step:
  case Kind::MultiStep:
  case Kind::Exponential:
  case Kind::InverseTime:
  case Kind::NaturalExp:
    return decayed(s, t);
  case Kind::Polynomial:
  case Kind::Linear:
  case Kind::Cosine:
    return annealed(s, t);
  case Kind::CosineRestarts:
    return restarted(s, t);
  case Kind::Cyclic:
    return cycled(s, t);
  case Kind::OneCycle:
    return oneCycle(s, t);
  default:
    return composed(s, t);
  }
}

/// The base rate times a factor that depends on the step alone.
Tensor Rates::decayed(const Schedule &s, const Tensor &t) {
  if (s.kind == Kind::Step) { // in f32, but for ⌊t / every⌋, which f64 has exactly enough
    Tensor base = raw(s, 0), every = number(s, 1), factor = raw(s, 2);
    return base * pow(factor, cast(cast(t / every, i64), f32));
  }
  Tensor base = number(s, 0);
  if (s.kind == Kind::MultiStep) {
    Tensor gamma = number(s, 1);
    for (size_t i = 2; i < s.numbers.size(); ++i)
      base = where(t >= number(s, i), base * gamma, base);
    return base;
  }
  if (s.kind == Kind::Exponential)
    return base * pow(number(s, 1), t);
  Tensor rate = number(s, 1), decay = rate * (t / number(s, 2));
  return s.kind == Kind::InverseTime ? base / (decay + 1.0) : base * exp(-decay);
}

/// From one rate to another in a number of steps.
Tensor Rates::annealed(const Schedule &s, const Tensor &t) {
  Tensor base = number(s, 0);
  if (s.kind == Kind::Cosine) {
    return above(s, 2, base, halfCosine(t / number(s, 1)));
  }
  Tensor steps = number(s, s.kind == Kind::Polynomial ? 1 : 3);
  Tensor done = min(t, steps) / steps;
  if (s.kind == Kind::Polynomial)
    return above(s, 3, base, pow(1.0 - done, number(s, 2)));
  Tensor first = number(s, 1), last = number(s, 2);
  return base * (first + (last - first) * done);
}

Tensor Rates::restarted(const Schedule &s, const Tensor &t) {
  Tensor base = number(s, 0), first = number(s, 1);
  Tensor since, length;
  if (s.numbers[2] == 1) {
    length = first;
    since = t - floor(t / first) * first;
  } else {
    // Cycle n starts at first · (mult^n - 1) / (mult - 1); at that step the logarithm may be a
    // rounding below n.
    double mult = s.numbers[2];
    Tensor cycle = floor(log(t / first * (mult - 1) + 1.0) * (1 / std::log(mult)) + 1e-9);
    Tensor growth = floor(pow(mult, cycle) + 0.5);
    length = first * growth;
    since = t - first * (growth - 1.0) * (1 / (mult - 1));
  }
  return above(s, 3, base, halfCosine(since / length));
}

Tensor Rates::cycled(const Schedule &s, const Tensor &t) {
  Tensor base = number(s, 0), most = number(s, 1), up = number(s, 2), down = number(s, 3);
  Tensor total = up + down, cycle = floor(t / total), at = t - cycle * total;
  Tensor height = (most - base) * where(at <= up, at / up, (total - at) / down);
  CyclicMode mode = static_cast<CyclicMode>(s.numbers[5]);
  if (mode == CyclicMode::triangular2)
    height = height * exp(cycle * -std::numbers::ln2);
  if (mode == CyclicMode::exp_range)
    height = height * pow(number(s, 4), t);
  return base + height;
}

Tensor Rates::oneCycle(const Schedule &s, const Tensor &step) {
  Tensor most = number(s, 0), total = number(s, 1), part = number(s, 2);
  Tensor first = most / number(s, 3), last = first / number(s, 4);
  Tensor end = total - 1.0, t = min(step, end), top = part * total - 1.0;
  auto between = [&](const Tensor &a, const Tensor &b, const Operand &from, const Tensor &to) {
    Tensor done = (t - from) / max(to - from, 1e-300); // a phase may have no steps
    return s.numbers[5] != 0 ? b + (a - b) * 0.5 * (cos(done * std::numbers::pi) + 1.0)
                             : a + (b - a) * done;
  };
  Tensor rising = between(first, most, 0.0, top);
  if (s.numbers[6] == 0)
    return where(t <= top, rising, between(most, last, top, end));
  Tensor back = top * 2.0;
  Tensor falling =
      where(t <= back, between(most, first, top, back), between(first, last, back, end));
  return where(t <= top, rising, falling);
}

/// Schedules made of others, each at its own step.
Tensor Rates::composed(const Schedule &s, const Tensor &t) {
  if (s.kind == Kind::ByEpochs) {
    Tensor steps = scalarOf(call, kStepsPerEpoch, E::I64, 1, "training steps of an epoch");
    return at(s.parts[0], floor(t / max(wide(steps), 1.0)));
  }
  if (s.kind == Kind::Warmup) {
    Tensor steps = number(s, 0);
    Tensor rate = wide(at(s.parts[0], max(t - steps, 0.0)));
    return where(t < steps, rate * (t / steps), rate);
  }
  Tensor rate = wide(at(s.parts[0], t));
  for (size_t i = 1; i < s.parts.size(); ++i) {
    Tensor start = number(s, i);
    rate = where(t >= start, wide(at(s.parts[i], max(t - start, 0.0))), rate);
  }
  return rate;
}

Tensor scheduledRate(Call &call, const std::string &prefix, const Schedule &schedule) {
  Rates rates(call, prefix);
  if (schedule.kind == Kind::Constant)
    return rates.at(schedule, Tensor());
  Tensor step = Rates::wide(call.get("step", {E::I64, {}}, "step"));
  return cast(rates.at(schedule, step), f32);
}

} // namespace detail
} // namespace sinter
