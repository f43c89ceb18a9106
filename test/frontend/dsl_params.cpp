// Parameters, initialisers, scopes, state variables, hyperparameters.
#include "test/frontend/dsl_test.h"

#include <cmath>

using namespace sinter;
using namespace sinter::test;
using testing::HasSubstr;
using testing::Not;

/// The initialiser that `init` becomes for a weight of `shape`.
static proto::Initializer initOf(Init init, Shape shape) {
  Built built = predict([&](Entry e) { e.output("w", parameter("w", f32(shape), init)); });
  EXPECT_EQ(built.code, 0) << built.said;
  return built.code == 0 ? built.module.symbols(0).init() : proto::Initializer();
}

static void expectInit(Init init, Shape shape, proto::Initializer::Kind kind, double a, double b) {
  proto::Initializer got = initOf(init, shape);
  EXPECT_EQ(got.kind(), kind);
  EXPECT_NEAR(got.a(), a, 1e-12);
  EXPECT_NEAR(got.b(), b, 1e-12);
}

TEST(Init, PlainOnes) {
  expectInit({}, {3}, proto::Initializer::CONSTANT, 0, 0);
  expectInit(zeros(), {3}, proto::Initializer::CONSTANT, 0, 0);
  expectInit(ones(), {3}, proto::Initializer::CONSTANT, 1, 0);
  expectInit(constant_init(2.5), {3}, proto::Initializer::CONSTANT, 2.5, 0);
  expectInit(normal(1, 0.01), {3}, proto::Initializer::NORMAL, 1, 0.01);
  expectInit(uniform(-2, 3), {3}, proto::Initializer::UNIFORM, -2, 3);
}

/// Values of torch.nn.init for a weight [out=8, in=6, 3, 3]: fan_in 54, fan_out 72.
TEST(Init, FansAsPyTorch) {
  using proto::Initializer;
  double xavier = std::sqrt(2.0 / 126), bound = std::sqrt(6.0 / 126);
  expectInit(xavier_normal(), {8, 6, 3, 3}, Initializer::NORMAL, 0, xavier);
  expectInit(xavier_uniform(), {8, 6, 3, 3}, Initializer::UNIFORM, -bound, bound);
  expectInit(xavier_uniform(2), {8, 6, 3, 3}, Initializer::UNIFORM, -2 * bound, 2 * bound);
  expectInit(kaiming_normal(), {8, 6, 3, 3}, Initializer::NORMAL, 0, std::sqrt(2.0 / 54));
  expectInit(kaiming_uniform(), {8, 6, 3, 3}, Initializer::UNIFORM, -std::sqrt(6.0 / 54),
             std::sqrt(6.0 / 54));
  expectInit(kaiming_uniform(std::sqrt(5.0)), {8, 54}, Initializer::UNIFORM, -1 / std::sqrt(54.0),
             1 / std::sqrt(54.0));
}

TEST(Averages, WhatIsNotTrainedIsReadAsItIs) {
  auto net = [](const Tensor &x) {
    Tensor rows = linear("body", flatten(x), {.units = 4});
    return linear("head", rows, {.units = 10});
  };
  Built built = build([&](Model &model) {
    model.data(images("mnist", {.batch = 32}));
    model.train([&](Step s) {
      ema("ema");
      frozen("body");
      s.minimize(mean(softmax_cross_entropy(net(s.input("image")), s.input("label"))), sgd());
    });
    model.predict([&](Entry e) {
      ema("ema");
      e.output("y", net(e.input("x", f32({e.batch(), 1, 28, 28}))));
    });
  });
  ASSERT_EQ(built.code, 0) << built.said;
  std::string entry = built.entry("predict", 1);
  EXPECT_THAT(entry, HasSubstr("@ema.head.weight"));
  EXPECT_THAT(entry, HasSubstr("@body.weight"));
  EXPECT_THAT(entry, Not(HasSubstr("@ema.body.weight")));
}

TEST(Embedding, StartsAsItIsTold) {
  Built built = predict([](Entry e) {
    Tensor at = e.input("at", i32({2}));
    e.output("y", embedding("a", at, {.count = 4, .features = 3}) +
                      embedding("b", at, {.count = 4, .features = 3, .weight = ones()}));
  });
  ASSERT_EQ(built.code, 0) << built.said;
  EXPECT_EQ(built.module.symbols(0).init().kind(), proto::Initializer::NORMAL);
  EXPECT_EQ(built.module.symbols(1).init().kind(), proto::Initializer::CONSTANT);
  EXPECT_EQ(built.module.symbols(1).init().a(), 1);
}

TEST(Linear, DefaultsAreTorchNnLinears) {
  Built built = predict(
      [](Entry e) { e.output("y", linear("fc", e.input("x", f32({2, 16})), {.units = 3})); });
  ASSERT_EQ(built.code, 0) << built.said;
  EXPECT_THAT(built.text, HasSubstr("symbol fc.weight kind 0 : f32[3,16] init 2 -0.25 0.25"));
  EXPECT_THAT(built.text, HasSubstr("symbol fc.bias kind 0 : f32[3] init 2 -0.25 0.25"));
  EXPECT_THAT(built.text,
              HasSubstr("matmul %1, %2 {transpose_a = false, transpose_b = true} : f32[2,3]"));
}

TEST(Linear, OptionsAndTheLastAxis) {
  Built built = predict([](Entry e) {
    e.output("y",
             linear("fc", e.input("x", f32({2, 5, 16})), {.units = 3, .axis = -1, .bias = false}));
  });
  ASSERT_EQ(built.code, 0) << built.said;
  EXPECT_THAT(built.text, Not(HasSubstr("fc.bias")));
  EXPECT_THAT(built.text, HasSubstr("reshape %1 : f32[10,16]"));
  EXPECT_THAT(built.text, HasSubstr(": f32[2,5,3]"));
}

TEST(Parameters, ScopesPrefixNames) {
  Built built = predict([](Entry e) {
    Tensor x = e.input("x", f32({2, 4}));
    for (int i = 0; i < 2; ++i) {
      Scope block("blocks." + std::to_string(i));
      Scope inner("attn");
      x = linear("fc", x, {.units = 4});
    }
    e.output("y", linear("head", x, {.units = 4}));
  });
  ASSERT_EQ(built.code, 0) << built.said;
  EXPECT_THAT(built.text, HasSubstr("symbol blocks.0.attn.fc.weight"));
  EXPECT_THAT(built.text, HasSubstr("symbol blocks.1.attn.fc.bias"));
  EXPECT_THAT(built.text, HasSubstr("symbol head.weight"));
}

TEST(Parameters, AScopeAroundAnEntryHoldsForAllItsTraces) {
  Built built = build(
      [](Model &model) {
        Scope outer("outer");
        model.predict([](Entry e) {
          e.output("y", linear("fc", e.input("x", f32({e.batch(), 2})), {.units = 2}));
        });
      },
      "", "1,2");
  ASSERT_EQ(built.code, 0) << built.said;
  EXPECT_EQ(built.module.symbols_size(), 2);
  EXPECT_EQ(built.module.symbols(0).name(), "outer.fc.weight");
}

TEST(Parameters, SharingWarnsUnlessMeant) {
  auto twice = [](Name second) {
    return predict([&](Entry e) {
      Tensor x = e.input("x", f32({2, 4}));
      e.output("y", linear(second, linear("fc", x, {.units = 4}), {.units = 4}));
    });
  };
  Built silent = twice(shared("fc")), warned = twice("fc");
  EXPECT_EQ(silent.said, "");
  EXPECT_THAT(warned.said, HasSubstr("\"severity\":\"warning\",\"code\":\"E0004\""));
  EXPECT_THAT(warned.said, HasSubstr("was first used here"));
  EXPECT_EQ(warned.code, 0);
  EXPECT_EQ(warned.module.symbols_size(), 2);
  EXPECT_EQ(silent.text.substr(0, 60), warned.text.substr(0, 60));
  // One read of the symbol, two uses of the value.
  std::string entry = warned.entry("predict", 1);
  EXPECT_EQ(entry.find("@fc.weight"), entry.rfind("@fc.weight"));
}

TEST(State, ReadsSeeTheLastAssignment) {
  Built built = predict([](Entry e) {
    State count = state("count", i64(), ones());
    State average = state("average", f32({2}));
    Tensor x = e.input("x", f32({2}));
    count.assign(count + 1);
    count.assign(count * 2);
    average.assign(average * 0.9 + x * 0.1);
    e.output("count", count.value());
  });
  ASSERT_EQ(built.code, 0) << built.said;
  EXPECT_THAT(built.text, HasSubstr("symbol count kind 1 : i64[] init 0 1 0"));
  std::string entry = built.entry("predict", 1);
  EXPECT_THAT(entry, HasSubstr("add %1, %4 : i64[]"));
  EXPECT_THAT(entry, HasSubstr("mul %5, %6 : i64[]"));
  EXPECT_THAT(entry, HasSubstr("output count = %7"));
  EXPECT_THAT(entry, HasSubstr("update count = %7"));
  EXPECT_LT(entry.find("update average"), entry.find("update count"));
}

TEST(State, UnassignedIsNotUpdated) {
  Built built = predict([](Entry e) { e.output("y", state("s", f32({2})) + 1); });
  EXPECT_THAT(built.entry("predict", 1), Not(HasSubstr("update")));
}

TEST(Hyperparameter, IsARunTimeScalar) {
  Built built = train([](Step s) {
    Tensor y = linear("fc", flatten(s.input("image")), {.units = 10});
    Tensor sharpness = hyperparameter("sharpness", 1.5, "scale of the logits");
    s.minimize(mean(softmax_cross_entropy(y * sharpness, s.input("label"))), sgd());
  });
  ASSERT_EQ(built.code, 0) << built.said;
  ASSERT_EQ(built.module.scalars_size(), 2);
  EXPECT_EQ(built.module.scalars(0).name(), "sharpness");
  EXPECT_EQ(built.module.scalars(0).initial(), 1.5);
  EXPECT_EQ(built.module.scalars(0).help(), "scale of the logits");
  EXPECT_EQ(built.module.scalars(1).name(), "lr");
}
