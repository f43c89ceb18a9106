// Pooling, resizing and batch norm in the DSL: sizes, ceil mode, divisors, what a layer creates and
// updates.
#include "test/frontend/dsl_test.h"

using namespace sinter;
using namespace sinter::test;
using testing::HasSubstr;
using testing::Not;

static Built pool(Pool2d options, std::vector<int64_t> dims, bool average = false) {
  return predict([&](Entry e) {
    Tensor x = e.input("x", f32(dims));
    e.output("y", average ? avg_pool2d(x, options) : max_pool2d(x, options));
  });
}

TEST(Pool2d, StridesByItsWindowUnlessTold) {
  Built built = pool({.window = {2, 3}}, {2, 4, 8, 9});
  ASSERT_EQ(built.code, 0) << built.said;
  EXPECT_THAT(built.text, HasSubstr("strides = [2,3]"));
  EXPECT_THAT(built.text, HasSubstr(": f32[2,4,4,3]"));
  EXPECT_THAT(pool({.window = 3, .stride = 2, .padding = 1}, {2, 4, 9, 8}).text,
              HasSubstr(": f32[2,4,5,4]"));
}

// As PyTorch: a last window counts when it begins inside the image or the padding before it.
TEST(Pool2d, CeilModeAddsAWindow) {
  EXPECT_THAT(pool({.window = 2}, {1, 1, 5, 7}).text, HasSubstr(": f32[1,1,2,3]"));
  Built built = pool({.window = 2, .ceil = true}, {1, 1, 5, 7});
  EXPECT_THAT(built.text, HasSubstr(": f32[1,1,3,4]"));
  EXPECT_THAT(built.text, HasSubstr("high = [1,1]"));
  // The third window would begin in the padding behind the 3 pixels.
  EXPECT_THAT(pool({.window = 2, .stride = 3, .padding = 1, .ceil = true}, {1, 1, 2, 2}).text,
              HasSubstr(": f32[1,1,1,1]"));
  // No window fits without what ceil mode adds.
  EXPECT_THAT(pool({.window = 3, .stride = 2, .ceil = true}, {1, 1, 2, 2}).text,
              HasSubstr(": f32[1,1,1,1]"));
  EXPECT_EQ(pool({.window = 5, .stride = 2, .ceil = true}, {1, 1, 3, 3}).code, 1);
  // Nothing is left over.
  EXPECT_THAT(pool({.window = 2, .ceil = true}, {1, 1, 4, 4}).text, HasSubstr("high = [0,0]"));
}

TEST(Pool2d, AveragesDivideByOneNumberOrByEachWindows) {
  EXPECT_THAT(pool({.window = 2}, {1, 1, 4, 4}, true).text, HasSubstr("0.25"));
  Built counted = pool({.window = 2, .padding = 1}, {1, 1, 4, 4}, true);
  EXPECT_THAT(counted.text, Not(HasSubstr(": f32[3,1]")));
  Built uncounted =
      pool({.window = 2, .padding = 1, .count_include_pad = false}, {1, 1, 4, 4}, true);
  ASSERT_EQ(uncounted.code, 0) << uncounted.said;
  EXPECT_THAT(uncounted.text, HasSubstr(": f32[3,1]")); // by rows, then by columns
  // All windows see the same four pixels of nine places.
  Built inside = pool({.window = 3, .stride = 1, .padding = 1, .count_include_pad = false},
                      {1, 1, 2, 2}, true);
  EXPECT_THAT(inside.text, HasSubstr("0.25"));
}

TEST(Pool2d, AdaptiveIsPlainWhereSizesDivide) {
  auto adaptive = [](Pair size) {
    return predict([&](Entry e) {
      e.output("y", adaptive_avg_pool2d(e.input("x", f32({2, 3, 6, 8})), size));
    });
  };
  EXPECT_THAT(adaptive({3, 2}).text, HasSubstr("window = [2,4]"));
  Built uneven = adaptive({4, 3});
  ASSERT_EQ(uneven.code, 0) << uneven.said;
  EXPECT_THAT(uneven.text, Not(HasSubstr("sum_pool2d")));
  EXPECT_THAT(uneven.text, HasSubstr(": f32[2,3,4,3]"));
}

TEST(Pool2d, OthersKeepTheirShapes) {
  Built built = predict([](Entry e) {
    Tensor x = e.input("x", f32({2, 3, 5, 7}));
    e.output("mean", global_avg_pool2d(x));
    e.output("larger", resize_bilinear(x, {10, 4}));
  });
  ASSERT_EQ(built.code, 0) << built.said;
  EXPECT_THAT(built.text, HasSubstr(": f32[2,3,1,1]"));
  EXPECT_THAT(built.text, HasSubstr(": f32[2,3,10,4]"));
}

TEST(BatchNorm, HasPyTorchsParametersAndBuffers) {
  Built built =
      predict([](Entry e) { e.output("y", batch_norm("bn1", e.input("x", f32({1, 6, 1, 1})))); });
  ASSERT_EQ(built.code, 0) << built.said; // one value a channel is no matter in evaluation
  for (const char *line :
       {"symbol bn1.weight kind 0 : f32[6] init 0 1", "symbol bn1.bias kind 0 : f32[6]",
        "symbol bn1.running_mean kind 1 : f32[6]",
        "symbol bn1.running_var kind 1 : f32[6] init 0 1",
        "symbol bn1.num_batches_tracked kind 4 : i64[]"})
    EXPECT_THAT(built.text, HasSubstr(line));
  EXPECT_THAT(built.text, Not(HasSubstr("sum")));
}

TEST(BatchNorm, TracksInTrainingAlone) {
  Built built = train([](Step s) {
    Tensor x = batch_norm("bn1", s.input("image"), {.momentum = 0.25});
    Tensor y = linear("fc", flatten(x), {.units = 10});
    s.minimize(mean(softmax_cross_entropy(y, s.input("label"))), sgd());
  });
  ASSERT_EQ(built.code, 0) << built.said;
  std::string step = built.entry("train_step", 32), eval = built.entry("evaluate", 32);
  for (const char *name : {"bn1.running_mean", "bn1.running_var", "bn1.num_batches_tracked"}) {
    EXPECT_THAT(step, HasSubstr(std::string("update ") + name)) << step;
    EXPECT_THAT(eval, Not(HasSubstr(std::string("update ") + name)));
  }
  EXPECT_THAT(step, HasSubstr("stop_gradient"));
  EXPECT_THAT(step, HasSubstr("f64[32,1,28,28]")) << "statistics are summed in f64: " << step;
  // Unbiased: 32 * 784 values.
  EXPECT_THAT(step, HasSubstr("1.00004"));
}
