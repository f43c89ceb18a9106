// Learning-rate schedules: computed inside the training step from the step counter.
#pragma once

#include "sinter/loc.h"

#include <cstdint>

namespace sinter {

/// A learning rate; a plain number is a constant one.
struct Schedule {
  Schedule(double value) : initial(value) {}
  double initial;
  int64_t every = 0; ///< steps between two decays; 0: constant
  double factor = 1;
};

/// The same rate at every step; what a plain number means too.
inline Schedule constant_schedule(double value) { return Schedule(value); }

/// Options of step_schedule.
struct StepSchedule {
  int64_t every = 0;   ///< steps (not epochs) between two decays, at least 1; flag --lr-every
  double factor = 0.1; ///< what the rate is multiplied by; flag --lr-factor
};

/// initial · factor^⌊step / every⌋.
inline Schedule step_schedule(double initial, StepSchedule options) {
  Schedule schedule(initial);
  schedule.every = options.every < 1 ? -1 : options.every; // -1: reported by minimize
  schedule.factor = options.factor;
  return schedule;
}

} // namespace sinter
