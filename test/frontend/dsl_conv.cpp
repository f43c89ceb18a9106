// Convolutions in the DSL: what a layer creates, how paddings resolve, the functional form.
#include "test/frontend/dsl_test.h"

using namespace sinter;
using namespace sinter::test;
using testing::HasSubstr;
using testing::Not;

static Built layer(Conv2d options, std::vector<int64_t> dims = {2, 4, 8, 9}) {
  return predict(
      [&](Entry e) { e.output("y", conv2d("conv1", e.input("x", f32(dims)), options)); });
}

// 4 inputs of 2x2: bound 1/sqrt(16).
TEST(Conv2d, DefaultsAreTorchNnConv2ds) {
  Built built = layer({.filters = 6, .kernel = 2});
  ASSERT_EQ(built.code, 0) << built.said;
  EXPECT_THAT(built.text, HasSubstr("symbol conv1.weight kind 0 : f32[6,4,2,2] init 2 -0.25 0.25"));
  EXPECT_THAT(built.text, HasSubstr("symbol conv1.bias kind 0 : f32[6] init 2 -0.25 0.25"));
  EXPECT_THAT(built.text, HasSubstr(": f32[6,1,1]")); // the bias, for the epilogue
  EXPECT_THAT(built.text, HasSubstr(": f32[2,6,7,8]"));
}

TEST(Conv2d, GroupsNarrowTheFilterAndItsBound) {
  Built built = layer({.filters = 4, .kernel = {2, 2}, .groups = 4, .bias = false});
  ASSERT_EQ(built.code, 0) << built.said;
  EXPECT_THAT(built.text, HasSubstr("symbol conv1.weight kind 0 : f32[4,1,2,2] init 2 -0.5 0.5"));
  EXPECT_THAT(built.text, Not(HasSubstr("conv1.bias")));
}

// As PyTorch: an odd zero goes behind.
TEST(Conv2d, SameKeepsTheSize) {
  Built built = layer({.filters = 6, .kernel = {4, 3}, .padding = same, .dilation = {1, 2}});
  ASSERT_EQ(built.code, 0) << built.said;
  EXPECT_THAT(built.text, HasSubstr(": f32[2,6,8,9]"));
  EXPECT_THAT(built.text, HasSubstr("low = [1,2]"));
  EXPECT_THAT(built.text, HasSubstr("high = [2,2]"));
}

TEST(Conv2d, PaddingsByNumberPairAndValid) {
  EXPECT_THAT(layer({.filters = 6, .kernel = 3, .padding = 1}).text, HasSubstr(": f32[2,6,8,9]"));
  EXPECT_THAT(layer({.filters = 6, .kernel = 3, .padding = {2, 0}}).text,
              HasSubstr(": f32[2,6,10,7]"));
  EXPECT_THAT(layer({.filters = 6, .kernel = 3, .padding = valid}).text,
              HasSubstr(": f32[2,6,6,7]"));
  EXPECT_THAT(layer({.filters = 6, .kernel = 3, .stride = {2, 3}}).text,
              HasSubstr(": f32[2,6,3,3]"));
}

TEST(Conv2d, TakesAnyTensorAsFilter) {
  Built built = predict([](Entry e) {
    e.output("y", conv2d(e.input("x", f32({2, 4, 8, 9})), e.input("w", f32({6, 2, 3, 3})),
                         {.padding = 1, .groups = 2}));
  });
  ASSERT_EQ(built.code, 0) << built.said;
  EXPECT_THAT(built.text, Not(HasSubstr("symbol conv")));
  EXPECT_THAT(built.text, HasSubstr(": f32[2,6,8,9]"));
}
