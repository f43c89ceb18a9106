// arrays() as fields of the data set, and the examples that a model brings.
#include "test/frontend/dsl_test.h"

#include <cmath>
#include <cstring>

using namespace sinter;
using namespace sinter::test;
using testing::HasSubstr;

static Built model(const Arrays &options) {
  return build([&](Model &model) {
    model.data(arrays({{"x", f32({2})}, {"kind", i32(), 3}}, options));
    model.train([&](Step s) {
      Tensor logits = linear("fc", s.input("x"), {.units = 3});
      s.minimize(mean(softmax_cross_entropy(logits, s.input("kind"))), sgd({.lr = 1}));
    });
  });
}

TEST(Arrays, FieldsAreNumbersAndIndices) {
  Built built = model({.batch = 4, .name = "points"});
  ASSERT_EQ(built.code, 0) << built.said;
  const proto::DataSpec &data = built.module.data();
  ASSERT_EQ(data.fields_size(), 2);
  EXPECT_EQ(data.name(), "points");
  EXPECT_EQ(data.fields(0).decode(), proto::Field::NUMBER);
  EXPECT_EQ(data.fields(1).decode(), proto::Field::CLASS);
  EXPECT_EQ(data.fields(1).classes(), 3);
  EXPECT_EQ(data.train_examples() + data.test_examples(), 0); // nothing is brought
  EXPECT_EQ(data.fields(0).examples(), "");
  EXPECT_THAT(built.entry("train_step", 4), HasSubstr("x : f32[4,2]"));
}

TEST(Arrays, ExamplesAreMadeInTheOrderOfTheirNumbers) {
  double factor = 10; // a function may capture
  Built built = model({.train = 3, .test = 2, .synthetic = [&](Draw &draw) -> Example {
                         double i = static_cast<double>(draw.example());
                         return {{i, factor * i}, {std::fmod(i, 3)}};
                       }});
  ASSERT_EQ(built.code, 0) << built.said;
  const proto::DataSpec &data = built.module.data();
  EXPECT_EQ(data.train_examples(), 3);
  EXPECT_EQ(data.test_examples(), 2);
  ASSERT_EQ(data.fields(0).examples().size(), 5u * 2 * 4);
  ASSERT_EQ(data.fields(1).examples().size(), 5u * 4);
  float x[10];
  int32_t kinds[5];
  std::memcpy(x, data.fields(0).examples().data(), sizeof x);
  std::memcpy(kinds, data.fields(1).examples().data(), sizeof kinds);
  EXPECT_THAT(x, testing::ElementsAre(0, 0, 1, 10, 2, 20, 3, 30, 4, 40));
  EXPECT_THAT(kinds, testing::ElementsAre(0, 1, 2, 0, 1));
}

TEST(Arrays, DrawsDependOnTheExampleAlone) {
  double sum = 0, squares = 0, uniform = 0;
  const int count = 4000;
  for (int i = 0; i < count; ++i) {
    Draw draw(i), again(i);
    double value = draw.normal();
    EXPECT_EQ(value, again.normal());
    sum += value;
    squares += value * value;
    double share = draw.uniform();
    ASSERT_TRUE(share >= 0 && share < 1);
    uniform += share;
  }
  // Four standard errors of 4,000 draws.
  EXPECT_NEAR(sum / count, 0, 4 / std::sqrt(count));
  EXPECT_NEAR(squares / count, 1, 4 * std::sqrt(2.0 / count));
  EXPECT_NEAR(uniform / count, 0.5, 4 / std::sqrt(12.0 * count));
}

TEST(Arrays, WrongExamplesAreToldOf) {
  auto said = [](Example example) {
    return model({.train = 2, .synthetic = [&](Draw &) { return example; }}).said;
  };
  EXPECT_THAT(said({{1, 2}}), HasSubstr("arrays expects 2 fields, got 1 in example 0 [E0020]"));
  EXPECT_THAT(said({{1, 2}, {0, 1}}), HasSubstr("expects 1 values of 'kind', got 2 in example 0"));
  EXPECT_THAT(said({{1, 2}, {3}}),
              HasSubstr("expects whole numbers from 0 to 2 of 'kind', got 3 in example 0"));
  EXPECT_THAT(said({{1, 2}, {0.5}}), HasSubstr("got 0.5 in example 0"));
  EXPECT_THAT(said({{1, 2}, {NAN}}), HasSubstr("whole numbers from 0 to 2 of 'kind'"));
}
