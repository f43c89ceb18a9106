// Closed forms, from the documentation of torch.optim.lr_scheduler and, where that has none, from
// the definitions: loops and branches over whole steps, not the graph's formulas. Reading on:
// Models.cpp (the schedules with their numbers).
#include "test/numeric/optimizers/Closed.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace sinter::test {

/// Half a cosine from `high` at 0 to `low` at `steps`.
static double wave(double high, double low, double t, double steps) {
  return low + (high - low) * (1 + std::cos(M_PI * t / steps)) / 2;
}

/// Cycles one after the other, each `mult` times the one before.
static double restarts(int64_t t, int64_t length, int64_t mult, double low) {
  while (t >= length) {
    t -= length;
    length *= mult;
  }
  return wave(0.3, low, static_cast<double>(t), static_cast<double>(length));
}

/// Up in 40 steps, down in `down`; each cycle's height is `height` of its number and the step.
template <class Height> static double triangle(int64_t t, int64_t down, Height height) {
  int64_t cycle = t / (40 + down), at = t % (40 + down);
  double part =
      at <= 40 ? at / 40.0 : static_cast<double>(40 + down - at) / static_cast<double>(down);
  return 0.1 + 0.4 * part * height(cycle, t);
}

static double line(double a, double b, double part) { return a + (b - a) * part; }
static double arc(double a, double b, double part) { return wave(a, b, part, 1); }

double closedForm(const std::string &name, int64_t t) {
  using Form = double (*)(int64_t);
  static const std::map<std::string, Form> all = {
      {"step_schedule", [](int64_t t) { return std::ldexp(0.5, -static_cast<int>(t / 100)); }},
      {"multi_step",
       [](int64_t t) {
         return t < 30 ? 0.3 : t < 80 ? 0.06 : t < 400 ? 0.012 : 0.0024;
       }},
      {"exponential", [](int64_t t) { return 0.3 * std::exp(std::log(0.995) * t); }},
      {"inverse_time", [](int64_t t) { return 0.3 / (1 + 0.025 * t); }},
      {"natural_exp", [](int64_t t) { return 0.3 * std::exp(-0.0025 * t); }},
      {"polynomial",
       [](int64_t t) { return t < 700 ? 0.3 * (700 - t) * (700 - t) / 490000.0 : 0; }},
      {"polynomial end",
       [](int64_t t) { return 0.05 + (t < 700 ? 0.25 * std::sqrt((700 - t) / 700.0) : 0); }},
      {"linear", [](int64_t t) { return t < 333 ? 0.06 + 0.21 * t / 333 : 0.27; }},
      {"linear default", [](int64_t t) { return t < 5 ? 0.1 + 0.04 * t : 0.3; }},
      {"cosine", [](int64_t t) { return wave(0.3, 0.01, t, 400); }},
      {"cosine_restarts", [](int64_t t) { return restarts(t, 90, 1, 0.01); }},
      {"cosine_restarts growing", [](int64_t t) { return restarts(t, 30, 2, 0); }},
      {"cosine_restarts tripled", [](int64_t t) { return restarts(t, 10, 3, 0); }},
      {"cyclic", [](int64_t t) { return triangle(t, 40, [](auto, auto) { return 1.0; }); }},
      {"cyclic halved",
       [](int64_t t) {
         return triangle(t, 60, [](int64_t cycle, auto) { return std::ldexp(1, -int(cycle)); });
       }},
      {"cyclic range",
       [](int64_t t) {
         return triangle(t, 40, [](auto, int64_t t) { return std::exp(std::log(0.99) * t); });
       }},
      {"one_cycle",
       [](int64_t t) {
         return t <= 299 ? arc(0.02, 0.5, t / 299.0) : arc(0.5, 0.000002, (t - 299) / 700.0);
       }},
      {"one_cycle line",
       [](int64_t t) {
         t = std::min<int64_t>(t, 799);
         return t <= 199 ? line(0.05, 0.5, t / 199.0) : line(0.5, 0.0005, (t - 199) / 600.0);
       }},
      {"one_cycle three",
       [](int64_t t) {
         return t <= 399   ? arc(0.02, 0.5, t / 399.0)
                : t <= 798 ? arc(0.5, 0.02, (t - 399) / 399.0)
                           : arc(0.02, 0.000002, (t - 798) / 201.0);
       }},
      {"warmup", [](int64_t t) { return t < 100 ? 0.003 * t : wave(0.3, 0, t - 100, 900); }},
      {"warmup constant", [](int64_t t) { return t < 50 ? 0.006 * t : 0.3; }},
      {"sequence",
       [](int64_t t) {
         return t < 100   ? 0.003 * t
                : t < 300 ? 0.3
                : t < 500 ? wave(0.3, 0.1, t - 300, 200)
                : t < 700 ? 0.1
                          : 0.1 * std::exp(std::log(0.99) * (t - 700));
       }},
      {"by_epochs",
       [](int64_t t) { return std::ldexp(0.5, -static_cast<int>(t / kStepsPerEpoch / 10)); }},
      {"warmup by_epochs",
       [](int64_t t) {
         return t < 100 ? 0.003 * t : 0.3 * std::exp(std::log(0.9) * ((t - 100) / kStepsPerEpoch));
       }},
  };
  return all.at(name)(t);
}

} // namespace sinter::test
