// Learning-rate schedules: values for `.lr` of an optimizer, computed inside the training step from
// the step counter t = 0, 1, 2, …
//
// They nest: sgd({.lr = warmup(500, cosine(0.1, {.t_max = 10000}))}). Their numbers are flags of
// the trainer: --lr, --lr-t-max. Names, formulas and defaults are those of torch.optim.lr_scheduler
// where that has the schedule; t counts steps, and epochs inside of by_epochs(…).
#pragma once

#include "sinter/loc.h"

#include <cstdint>
#include <vector>

namespace sinter {

/// A learning rate over time, a small tree; a plain number is a constant one.
struct Schedule {
  /// What it is; the functions below say what their numbers and parts are.
  enum class Kind : uint8_t {
    None, ///< left out: what the optimizer's documentation says
    Constant,
    Step,
    MultiStep,
    Exponential,
    InverseTime,
    NaturalExp,
    Polynomial,
    Linear,
    Cosine,
    CosineRestarts,
    Cyclic,
    OneCycle,
    Warmup,
    Sequence,
    ByEpochs
  };

  Schedule() = default;
  Schedule(double value) : kind(Kind::Constant), numbers{value} {}
  Schedule(Kind kind, std::vector<double> numbers, std::vector<Schedule> parts = {})
      : kind(kind), numbers(std::move(numbers)), parts(std::move(parts)) {}

  Kind kind = Kind::None;
  std::vector<double> numbers; ///< the first is the base rate of a schedule without parts
  std::vector<Schedule> parts; ///< the schedules that it is made of
};

/// The same rate at every step; what a plain number means too.
inline Schedule constant_schedule(double value) { return Schedule(value); }

/// Options of step_schedule.
struct StepSchedule {
  int64_t every = 0;   ///< steps between two decays, at least 1; flag --lr-every
  double factor = 0.1; ///< what the rate is multiplied by; flag --lr-factor
};
/// initial · factor^⌊t / every⌋ (StepLR).
SINTER_API Schedule step_schedule(double initial, StepSchedule options);

/// Options of multi_step.
struct MultiStepSchedule {
  std::vector<int64_t> milestones = {}; ///< steps at which the rate decays, in order
  double gamma = 0.1;                   ///< what the rate is multiplied by
};
/// initial · gamma^(milestones that are at t or before) (MultiStepLR).
SINTER_API Schedule multi_step(double initial, MultiStepSchedule options);

/// Options of exponential.
struct ExponentialSchedule {
  double gamma = 0; ///< above 0
};
/// initial · gamma^t (ExponentialLR).
SINTER_API Schedule exponential(double initial, ExponentialSchedule options);

/// Options of inverse_time and natural_exp.
struct DecaySchedule {
  double decay_rate = 1;
  double decay_steps = 1; ///< steps in which the decay rate counts once
};
/// initial / (1 + decay_rate · t / decay_steps).
SINTER_API Schedule inverse_time(double initial, DecaySchedule options = {});
/// initial · exp(-decay_rate · t / decay_steps).
SINTER_API Schedule natural_exp(double initial, DecaySchedule options = {});

/// Options of polynomial.
struct PolynomialSchedule {
  int64_t total_iters = 5; ///< steps until the last rate, which stays
  double power = 1;
  double end = 0; ///< the last rate
};
/// end + (initial - end) · (1 - min(t, total_iters) / total_iters)^power (PolynomialLR).
SINTER_API Schedule polynomial(double initial, PolynomialSchedule options = {});

/// Options of the schedule linear.
struct LinearSchedule {
  double start_factor = 1.0 / 3; ///< of `initial`, at the first step
  double end_factor = 1;         ///< of `initial`, from step total_iters on
  int64_t total_iters = 5;
};
/// initial · (start_factor + (end_factor - start_factor) · min(t, total_iters) / total_iters)
/// (LinearLR).
SINTER_API Schedule linear(double initial, LinearSchedule options = {});

/// Options of cosine.
struct CosineSchedule {
  int64_t t_max = 0;  ///< steps of half a period, at least 1
  double eta_min = 0; ///< the lowest rate
};
/// eta_min + (initial - eta_min) · (1 + cos(π t / t_max)) / 2 (CosineAnnealingLR; Loshchilov,
/// Hutter, "SGDR", 2017). As PyTorch's, it rises again behind t_max.
SINTER_API Schedule cosine(double initial, CosineSchedule options);

/// Options of cosine_restarts.
struct CosineRestartsSchedule {
  int64_t t_0 = 0;    ///< steps of the first cycle, at least 1
  int64_t t_mult = 1; ///< how many times longer each cycle is than the one before
  double eta_min = 0;
};
/// cosine over cycles that begin anew at `initial` (CosineAnnealingWarmRestarts).
SINTER_API Schedule cosine_restarts(double initial, CosineRestartsSchedule options);

/// Height of the cycles of cyclic.
enum class CyclicMode : uint8_t {
  triangular,  ///< the same for all
  triangular2, ///< halved each cycle
  exp_range    ///< times gamma^t
};
/// Options of cyclic.
struct CyclicSchedule {
  int64_t step_size_up = 2000; ///< steps from `base` to `max`
  int64_t step_size_down = 0;  ///< and back; 0: as many
  CyclicMode mode = CyclicMode::triangular;
  double gamma = 1; ///< of exp_range
};
/// From `base` up to `max` and back, again and again (CyclicLR; Smith, "Cyclical learning rates",
/// 2017). The momentum stays as it is (cycle_momentum=False).
SINTER_API Schedule cyclic(double base, double max, CyclicSchedule options = {});

/// Options of one_cycle.
struct OneCycleSchedule {
  int64_t total_steps = 0;       ///< at least 2
  double pct_start = 0.3;        ///< the part of the steps in which the rate rises
  bool cosine = true;            ///< along half a cosine (anneal_strategy "cos"), else a line
  double div_factor = 25;        ///< max / div_factor is the first rate
  double final_div_factor = 1e4; ///< the first rate / final_div_factor is the last one
  bool three_phase = false;      ///< falls as it rose, then from the first rate to the last
};
/// From max / div_factor up to `max` and down (OneCycleLR; Smith, Topin, "Super-convergence",
/// 2018). The last rate stays, and the momentum as it is (cycle_momentum=False).
SINTER_API Schedule one_cycle(double max, OneCycleSchedule options);

/// then(0) · t / steps for `steps` steps, then `then`, whose own steps count from there.
SINTER_API Schedule warmup(int64_t steps, Schedule then);

/// A part of sequence.
struct SequencePart {
  int64_t start; ///< its first step
  Schedule then; ///< its own steps count from there
};
/// One schedule after the other: sequence({{0, a}, {1000, b}}) (SequentialLR). The first starts at
/// 0.
SINTER_API Schedule sequence(std::vector<SequencePart> stages);

/// `schedule` counting whole epochs: by_epochs(step_schedule(0.1, {.every = 10})) decays every ten
/// epochs. The steps of an epoch are the scalar steps-per-epoch: a trainer sets it to its batches
/// an epoch, in a library NAME_set does.
SINTER_API Schedule by_epochs(Schedule schedule);

} // namespace sinter
