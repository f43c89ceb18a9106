// The cases. goldens/optimizers.py has the same under the same names. Reading on: Models.h.
#include "test/numeric/optimizers/Models.h"

#include "test/frontend/dsl_test.h"

namespace sinter::test {

static const std::map<std::string, Optimizer> &optimizers() {
  static const std::map<std::string, Optimizer> all = {
      {"sgd", sgd({.lr = 0.2})},
      {"sgd momentum decay", sgd({.lr = 0.1, .momentum = 0.9, .weight_decay = 0.05})},
      {"sgd nesterov", sgd({.lr = 0.1, .momentum = 0.8, .nesterov = true})},
      {"sgd dampening", sgd({.lr = 0.1, .momentum = 0.9, .dampening = 0.3})},
      {"sgd maximize", sgd({.lr = 0.01, .weight_decay = 0.1, .maximize = true})},
      {"sgd l1", sgd({.lr = 0.1, .l1 = 0.02})},
      {"sgd clip_norm", sgd({.lr = 0.3, .clip_norm = 0.25})},
      {"sgd clip_value", sgd({.lr = 0.3, .clip_value = 0.02})},
      {"sgd clip_each", sgd({.lr = 0.3, .clip_each = 0.1})},
      {"sgd clip all", sgd({.lr = 0.3, .clip_norm = 0.15, .clip_value = 0.1, .clip_each = 0.12})
                           .group("b", {.clip_each = 0.05})},
      {"sgd clip both", sgd({.lr = 0.3, .momentum = 0.5, .clip_norm = 0.2, .clip_value = 0.1})},
      {"adagrad", adagrad({.lr = 0.1})},
      {"adagrad options", adagrad({.lr = 0.1,
                                   .lr_decay = 0.05,
                                   .weight_decay = 0.1,
                                   .initial_accumulator_value = 0.3,
                                   .eps = 1e-3})},
      {"rmsprop", rmsprop()},
      {"rmsprop options", rmsprop({.lr = 0.02,
                                   .alpha = 0.9,
                                   .eps = 1e-4,
                                   .weight_decay = 0.1,
                                   .momentum = 0.7,
                                   .centered = true})},
      {"adadelta", adadelta()},
      {"adadelta options",
       adadelta({.lr = 0.5, .rho = 0.8, .eps = 1e-4, .weight_decay = 0.1, .maximize = true})},
      {"adam", adam()},
      {"adam options",
       adam({.lr = 0.05, .betas = {0.8, 0.95}, .eps = 1e-4, .weight_decay = 0.1, .amsgrad = true})},
      {"adamw", adamw()},
      {"adamw options", adamw({.lr = 0.05,
                               .betas = {0.7, 0.9},
                               .weight_decay = 0.2,
                               .amsgrad = true,
                               .maximize = true})},
      {"adamax", adamax()},
      {"adamax options",
       adamax({.lr = 0.05, .betas = {0.8, 0.9}, .eps = 1e-3, .weight_decay = 0.1})},
      {"nadam", nadam()},
      {"nadam options",
       nadam({.lr = 0.05, .betas = {0.8, 0.95}, .weight_decay = 0.1, .momentum_decay = 0.05})},
      {"nadam decoupled", nadam({.weight_decay = 0.1, .decoupled_weight_decay = true})},
      {"lamb", lamb({.lr = 0.02})},
      {"lamb options", lamb({.lr = 0.05, .betas = {0.8, 0.95}, .eps = 1e-3, .weight_decay = 0.1})},
      {"lars", lars({.lr = 0.5})},
      {"lars options",
       lars({.lr = 0.5, .momentum = 0, .weight_decay = 0.1, .trust_coefficient = 0.02})},
      {"lion", lion({.lr = 0.01})},
      {"lion options", lion({.lr = 0.02, .betas = {0.8, 0.9}, .weight_decay = 0.3})},
      {"groups", adamw({.lr = 0.05, .weight_decay = 0.2})
                     .group("bias", {.weight_decay = 0})
                     .group("b.weight", {.lr = 0.1, .betas = {0.5, 0.9}})},
      {"groups own", adam({.lr = 0.05, .weight_decay = 0.1, .clip_norm = 0.2})
                         .group("b.*", sgd({.lr = 0.1, .momentum = 0.9}))},
      {"groups clip", sgd({.lr = 0.3, .clip_norm = 0.2}).group("b", {.clip_norm = 0.05})},
      {"groups nadam", nadam({.lr = 0.05}).group("a", nadam({.betas = {0.5, 0.9}}))},
      {"frozen", adam({.lr = 0.05, .clip_norm = 0.2}).frozen("a.*")},
      {"schedule",
       adamw({.lr = warmup(4, cosine(0.1, {.t_max = 8, .eta_min = 0.01})), .clip_norm = 0.3})},
  };
  return all;
}

static const std::map<std::string, Schedule> &schedules() {
  static const std::map<std::string, Schedule> all = {
      {"step_schedule", step_schedule(0.5, {.every = 100, .factor = 0.5})},
      {"multi_step", multi_step(0.3, {.milestones = {30, 80, 400}, .gamma = 0.2})},
      {"exponential", exponential(0.3, {.gamma = 0.995})},
      {"inverse_time", inverse_time(0.3, {.decay_rate = 0.5, .decay_steps = 20})},
      {"natural_exp", natural_exp(0.3, {.decay_rate = 0.5, .decay_steps = 200})},
      {"polynomial", polynomial(0.3, {.total_iters = 700, .power = 2})},
      {"polynomial end", polynomial(0.3, {.total_iters = 700, .power = 0.5, .end = 0.05})},
      {"linear", linear(0.3, {.start_factor = 0.2, .end_factor = 0.9, .total_iters = 333})},
      {"linear default", linear(0.3)},
      {"cosine", cosine(0.3, {.t_max = 400, .eta_min = 0.01})},
      {"cosine_restarts", cosine_restarts(0.3, {.t_0 = 90, .eta_min = 0.01})},
      {"cosine_restarts growing", cosine_restarts(0.3, {.t_0 = 30, .t_mult = 2})},
      {"cosine_restarts tripled", cosine_restarts(0.3, {.t_0 = 10, .t_mult = 3})},
      {"cyclic", cyclic(0.1, 0.5, {.step_size_up = 40})},
      {"cyclic halved",
       cyclic(0.1, 0.5,
              {.step_size_up = 40, .step_size_down = 60, .mode = CyclicMode::triangular2})},
      {"cyclic range",
       cyclic(0.1, 0.5, {.step_size_up = 40, .mode = CyclicMode::exp_range, .gamma = 0.99})},
      {"one_cycle", one_cycle(0.5, {.total_steps = 1000})},
      {"one_cycle line", one_cycle(0.5, {.total_steps = 800,
                                         .pct_start = 0.25,
                                         .cosine = false,
                                         .div_factor = 10,
                                         .final_div_factor = 100})},
      {"one_cycle three",
       one_cycle(0.5, {.total_steps = 1000, .pct_start = 0.4, .three_phase = true})},
      {"warmup", warmup(100, cosine(0.3, {.t_max = 900}))},
      {"warmup constant", warmup(50, 0.3)},
      {"sequence", sequence({{0, warmup(100, 0.3)},
                             {300, cosine(0.3, {.t_max = 200, .eta_min = 0.1})},
                             {500, 0.1},
                             {700, exponential(0.1, {.gamma = 0.99})}})},
      {"by_epochs", by_epochs(step_schedule(0.5, {.every = 10, .factor = 0.5}))},
      {"warmup by_epochs", warmup(100, by_epochs(exponential(0.3, {.gamma = 0.9})))},
  };
  return all;
}

static const std::map<std::string, void (*)()> &averages() {
  static const std::map<std::string, void (*)()> all = {
      {"ema", [] { ema("average", {.decay = 0.8}); }},
      {"swa", [] { swa("average", {.start = 3, .every = 2}); }},
      {"swa all", [] { swa("average"); }},
      {"swa later", [] { swa("average", {.start = 20}); }},
  };
  return all;
}

template <class Map> static std::vector<std::string> namesOf(const Map &map) {
  std::vector<std::string> names;
  for (const auto &[name, value] : map)
    names.push_back(name);
  return names;
}

std::vector<std::string> optimizerNames() { return namesOf(optimizers()); }
std::vector<std::string> scheduleNames() { return namesOf(schedules()); }

std::vector<std::string> averageNames() { return namesOf(averages()); }

static proto::Module moduleOf(const Optimizer &optimizer, void (*average)() = nullptr) {
  Built built = build([&](Model &model) {
    model.train([&](Step s) {
      if (average)
        average();
      Tensor x = s.input("x", f32({4, 5})), target = s.input("target", f32({4, 2}));
      Tensor y = linear("b", tanh(linear("a", x, {.units = 3})), {.units = 2});
      s.minimize(mean((y - target) * (y - target)), optimizer);
    });
  });
  EXPECT_EQ(built.code, 0) << built.said;
  return built.module;
}

proto::Module optimizerModel(const std::string &name) { return moduleOf(optimizers().at(name)); }

proto::Module averageModel(const std::string &name) {
  return moduleOf(optimizers().at("sgd"), averages().at(name));
}

proto::Module centeredModel() {
  Built built = build([](Model &model) {
    model.train([](Step s) {
      Tensor w = parameter("w", f32({64}), zeros());
      s.minimize(sum(w * s.input("x", f32({64}))), rmsprop({.alpha = 0.9, .centered = true}));
    });
  });
  EXPECT_EQ(built.code, 0) << built.said;
  return built.module;
}

proto::Module scheduleModel(const std::string &name) {
  return moduleOf(sgd({.lr = schedules().at(name)}));
}

} // namespace sinter::test
