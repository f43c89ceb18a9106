// minimize: which parameters are trained, and the ops of each variant of SGD and of the schedules.
#include "test/frontend/dsl_test.h"

using namespace sinter;
using namespace sinter::test;
using testing::HasSubstr;
using testing::Not;

/// The training step of y = fc(x) with parameter fc.weight alone, from the gradient op on; ids
/// counted from there.
static std::string update(Optimizer optimizer, Built *whole = nullptr) {
  Built built = train([&](Step s) {
    Tensor y = linear("fc", flatten(s.input("image")), {.units = 10, .bias = false});
    s.minimize(mean(softmax_cross_entropy(y, s.input("label"))), optimizer);
  });
  EXPECT_EQ(built.code, 0) << built.said;
  if (whole)
    *whole = built;
  const proto::Entry *entry = built.find("train_step", 32);
  std::string text;
  uint32_t base = 0;
  for (const proto::Node &node : entry->nodes()) {
    if (node.op() == "gradient")
      base = node.results(0).id();
    if (base == 0 || node.results(0).id() < base)
      continue;
    auto name = [&](uint32_t id) { return id >= base ? "%" + std::to_string(id - base) : "%p"; };
    text += name(node.results(0).id()) + "=" + node.op();
    if (node.op() == "get")
      text += " " + node.attributes(0).symbol();
    else if (node.op() != "gradient")
      for (uint32_t input : node.inputs())
        text += " " + name(input);
    text += "\n";
  }
  for (const proto::Update &change : entry->updates())
    if (change.symbol().rfind("trainer/", 0) != 0)
      text += change.symbol() + " = %" + std::to_string(change.value() - base) + "\n";
  return text;
}

TEST(Sgd, Plain) {
  Built built;
  EXPECT_EQ(update(sgd({.lr = 0.1}), &built),
            "%0=gradient\n%1=get lr\n%2=mul %1 %0\n%3=sub %p %2\nfc.weight = %3\n");
  EXPECT_THAT(built.text, HasSubstr("scalar lr = 0.1\n"));
  EXPECT_THAT(built.text, Not(HasSubstr("momentum"))); // a zero term leaves no state and no flag
  EXPECT_THAT(built.text, Not(HasSubstr("decay")));
}

TEST(Sgd, MomentumAndWeightDecayAsPyTorch) {
  Built built;
  EXPECT_EQ(update(sgd({.lr = 0.1, .momentum = 0.9, .weight_decay = 0.01}), &built),
            "%0=gradient\n"
            "%1=get weight-decay\n%2=mul %1 %p\n%3=add %0 %2\n" // g += wd p
            "%4=get momentum\n%5=get optimizer/fc.weight.momentum_buffer\n%6=mul %4 %5\n%7=add %6 "
            "%3\n"                                     // v = m v + g
            "%8=get lr\n%9=mul %8 %7\n%10=sub %p %9\n" // p -= lr v
            "optimizer/fc.weight.momentum_buffer = %7\nfc.weight = %10\n");
  EXPECT_THAT(
      built.text,
      HasSubstr("symbol optimizer/fc.weight.momentum_buffer kind 2 : f32[10,784] init 0 0 0"));
  EXPECT_THAT(built.text, HasSubstr("scalar momentum = 0.9"));
  EXPECT_THAT(built.text, HasSubstr("scalar weight-decay = 0.01"));
}

TEST(Sgd, Nesterov) {
  EXPECT_EQ(update(sgd({.lr = 0.1, .momentum = 0.9, .nesterov = true})),
            "%0=gradient\n"
            "%1=get momentum\n%2=get optimizer/fc.weight.momentum_buffer\n%3=mul %1 %2\n%4=add %3 "
            "%0\n"                         // v = m v + g
            "%5=mul %1 %4\n%6=add %0 %5\n" // g += m v
            "%7=get lr\n%8=mul %7 %6\n%9=sub %p %8\n"
            "optimizer/fc.weight.momentum_buffer = %4\nfc.weight = %9\n");
}

TEST(Schedule, StepDecaysInsideTheGraph) {
  Built built;
  std::string text = update(sgd({.lr = step_schedule(0.1, {.every = 100, .factor = 0.5})}), &built);
  EXPECT_THAT(text, HasSubstr("get lr-every"));
  EXPECT_THAT(text, HasSubstr("pow"));
  EXPECT_THAT(built.text, HasSubstr("scalar lr-every = 100"));
  EXPECT_THAT(built.text, HasSubstr("scalar lr-factor = 0.5"));
  EXPECT_THAT(built.entry("train_step", 32), HasSubstr("output lr ="));
  EXPECT_THAT(built.entry("eval_step", 32), Not(HasSubstr("output lr =")));
}

TEST(Schedule, ConstantAddsNothing) {
  EXPECT_EQ(update(sgd({.lr = constant_schedule(0.1)})), update(sgd({.lr = 0.1})));
}

TEST(Groups, HaveTheirOwnFlagsAndTerms) {
  Built built = train([](Step s) {
    Tensor x = relu(linear("body", flatten(s.input("image")), {.units = 8}));
    Tensor y = linear("head", x, {.units = 10});
    s.minimize(mean(softmax_cross_entropy(y, s.input("label"))),
               sgd({.lr = 0.1}).group("head", {.lr = 0.01, .momentum = 0.9}));
  });
  ASSERT_EQ(built.code, 0) << built.said;
  EXPECT_THAT(built.text, HasSubstr("scalar lr = 0.1\n"));
  EXPECT_THAT(built.text, HasSubstr("scalar head.lr = 0.01\n"));
  EXPECT_THAT(built.text, HasSubstr("scalar head.momentum = 0.9\n"));
  EXPECT_THAT(built.text, HasSubstr("optimizer/head.bias.momentum_buffer"));
  EXPECT_THAT(built.text, Not(HasSubstr("optimizer/body")));
}

/// Two layers, body and head, under `optimizer`.
static Built trainTwo(const Optimizer &optimizer) {
  Built built = train([&](Step s) {
    Tensor x = relu(linear("body", flatten(s.input("image")), {.units = 8}));
    Tensor y = linear("head", x, {.units = 10});
    s.minimize(mean(softmax_cross_entropy(y, s.input("label"))), optimizer);
  });
  EXPECT_EQ(built.code, 0) << built.said;
  return built;
}

TEST(Groups, TakeFromTheOptimizerWhatTheyLeaveOut) {
  Built built = trainTwo(sgd({.lr = 0.1, .momentum = 0.9, .weight_decay = 0.01})
                             .group("bias", {.weight_decay = 0})
                             .group("head.weight", {.lr = 0.5}));
  EXPECT_THAT(built.text, HasSubstr("optimizer/head.bias.momentum_buffer"));
  EXPECT_THAT(built.text, Not(HasSubstr("scalar bias."))); // one flag for all
  EXPECT_THAT(built.text, Not(HasSubstr("scalar head.weight.momentum")));
  EXPECT_THAT(built.text, HasSubstr("scalar head.weight.lr = 0.5"));
}

TEST(Groups, PatternsAreWholePartsOrHaveAStar) {
  for (const char *pattern : {"head", "head.*", "*ead.*", "h*.*", "head*"})
    EXPECT_THAT(trainTwo(sgd().group(pattern, {.momentum = 0.5})).text,
                testing::AllOf(HasSubstr("optimizer/head.bias"), HasSubstr("optimizer/head.weight"),
                               Not(HasSubstr("optimizer/body"))))
        << pattern;
  for (const char *pattern : {"weight", "*.weight", "*eight", "*w*g*"})
    EXPECT_THAT(trainTwo(sgd().group(pattern, {.momentum = 0.5})).text,
                testing::AllOf(HasSubstr("optimizer/head.weight"),
                               HasSubstr("optimizer/body.weight"), Not(HasSubstr(".bias.moment"))))
        << pattern;
}

TEST(Groups, HaveOptimizersOfTheirOwn) {
  Built built = trainTwo(adam().group("head", sgd({.lr = 0.5})));
  EXPECT_THAT(built.text, HasSubstr("optimizer/body.weight.exp_avg_sq"));
  EXPECT_THAT(built.text, Not(HasSubstr("optimizer/head")));
  EXPECT_THAT(built.text, HasSubstr("scalar head.lr = 0.5"));
}

TEST(Optimizers, KeepPyTorchsNamesAndFlags) {
  Built built = trainTwo(adamw({.amsgrad = true, .clip_norm = 1}));
  for (const char *state : {"exp_avg", "exp_avg_sq", "max_exp_avg_sq"})
    EXPECT_THAT(built.text,
                HasSubstr("symbol optimizer/head.weight." + std::string(state) + " kind 2"));
  EXPECT_THAT(built.text, HasSubstr("symbol optimizer/step kind 2 : i64[] init 0 0 0"));
  for (const char *flag : {"lr = 0.001", "beta1 = 0.9", "beta2 = 0.999", "eps = 1e-08",
                           "weight-decay = 0.01", "clip-norm = 1"})
    EXPECT_THAT(built.text, HasSubstr("scalar " + std::string(flag) + "\n"));
  EXPECT_THAT(trainTwo(adagrad({.initial_accumulator_value = 0.5})).text,
              HasSubstr("symbol optimizer/head.weight.sum kind 2 : f32[10,8] init 0 0.5 0"));
}

TEST(Optimizers, LeaveOutTermsThatAreZero) {
  Built built = trainTwo(rmsprop());
  EXPECT_THAT(built.text, Not(HasSubstr("momentum")));
  EXPECT_THAT(built.text, Not(HasSubstr("decay")));
  EXPECT_THAT(built.text, Not(HasSubstr("optimizer/step"))); // counts only where it is asked for
  EXPECT_THAT(trainTwo(adam()).text, Not(HasSubstr("clip")));
}

TEST(Schedule, NumbersAreFlagsEachOfItsOwnName) {
  Built built = trainTwo(sgd({.lr = sequence({{0, warmup(10, cosine(0.1, {.t_max = 90}))},
                                              {100, cosine(0.2, {.t_max = 50, .eta_min = 0.01})}})})
                             .group("head", {.lr = by_epochs(exponential(0.3, {.gamma = 0.9}))}));
  for (const char *flag : {"lr = 0.1", "lr-warmup = 10", "lr-t-max = 90", "lr-start = 100",
                           "lr-2 = 0.2", "lr-t-max-2 = 50", "lr-eta-min = 0.01", "head.lr = 0.3",
                           "head.lr-gamma = 0.9", "steps-per-epoch = 1"})
    EXPECT_THAT(built.text, HasSubstr("scalar " + std::string(flag) + "\n"));
  EXPECT_THAT(built.text, Not(HasSubstr("lr-eta-min-2"))); // the other one is 0
}

TEST(Frozen, ParametersHaveNoGradient) {
  auto gradients = [](const Built &built) {
    for (const proto::Node &node : built.module.entries(0).nodes())
      if (node.op() == "gradient")
        return node.results_size();
    return 0;
  };
  Built all = trainTwo(sgd()), head = trainTwo(sgd().frozen("body.*"));
  EXPECT_EQ(gradients(all), 4);
  EXPECT_EQ(gradients(head), 2);
  EXPECT_THAT(head.entry("train_step", 32), Not(HasSubstr("update body")));
  EXPECT_THAT(head.said, Not(HasSubstr("not reached"))); // it is meant
  Built model = train([&](Step s) {
    frozen("body");
    Tensor x = relu(linear("body", flatten(s.input("image")), {.units = 8}));
    Tensor y = linear("head", x, {.units = 10});
    s.minimize(mean(softmax_cross_entropy(y, s.input("label"))), sgd());
  });
  EXPECT_EQ(gradients(model), 2) << model.said;
}

TEST(Minimize, TrainsWhatTheLossReaches) {
  Built built = train([](Step s) {
    Tensor x = flatten(s.input("image"));
    Tensor frozen = stop_gradient(linear("frozen", x, {.units = 10}));
    Tensor y = linear("fc", x, {.units = 10}) + frozen;
    s.minimize(mean(softmax_cross_entropy(y, s.input("label"))), sgd());
  });
  ASSERT_EQ(built.code, 0) << built.said;
  std::string step = built.entry("train_step", 32);
  EXPECT_THAT(step, HasSubstr("update fc.weight"));
  EXPECT_THAT(step, Not(HasSubstr("update frozen")));
  EXPECT_THAT(built.said, HasSubstr("parameter 'frozen.weight' is not reached"));
}

TEST(Minimize, OneGradientOpForAllParameters) {
  Built built = train([](Step s) {
    Tensor y = linear("fc", flatten(s.input("image")), {.units = 10});
    s.minimize(mean(softmax_cross_entropy(y, s.input("label"))), sgd());
  });
  int gradients = 0;
  for (const proto::Node &node : built.module.entries(0).nodes())
    if (node.op() == "gradient") {
      ++gradients;
      EXPECT_EQ(node.attributes(0).i(), 1);
      EXPECT_EQ(node.inputs_size(), 4); // loss, one, weight, bias
      EXPECT_EQ(node.results_size(), 2);
    }
  EXPECT_EQ(gradients, 1);
}

TEST(Minimize, OtherElementTypesGetTheirScalars) {
  Built built = build([](Model &model) {
    model.train([](Step s) {
      Tensor w = parameter("w", f64({3}), normal());
      s.minimize(mean(w * s.input("x", f64({3}))), sgd({.lr = 0.1, .momentum = 0.5}));
    });
  });
  ASSERT_EQ(built.code, 0) << built.said;
  EXPECT_THAT(built.entry("train_step", 1), HasSubstr("sub %1,"));
  EXPECT_THAT(built.text, HasSubstr("symbol optimizer/w.momentum_buffer kind 2 : f64[3]"));
}
