// Rules of reductions, products, losses, random numbers and the gradient op.
#include "sinter/rules/conv.h"
#include "sinter/rules/loss.h"
#include "sinter/rules/matmul.h"
#include "sinter/rules/random.h"
#include "sinter/rules/reduce.h"

#include "test/frontend/rules_test.h"

namespace r = sinter::rules;
using namespace sinter::rules;

TEST(Windows, Positions) {
  EXPECT_EQ(r::positions(5, 3, 1, 0, 0, 1), 3);
  EXPECT_EQ(r::positions(5, 3, 2, 1, 1, 2), 2);
  EXPECT_EQ(r::positions(2, 3, 1, 0, 0, 1), 0); // it does not fit
}

TEST(Reduce, Axes) {
  for (auto rule : {r::sum, r::reduce_max, r::reduce_min}) {
    EXPECT_EQ(text(rule(f32({2, 3, 4}), {0, 2}, false)), "f32[3]");
    EXPECT_EQ(text(rule(f32({2, 3, 4}), {0, 2}, true)), "f32[1,3,1]");
    EXPECT_EQ(text(rule(i32({2}), {}, false)), "i32[2]");
    EXPECT_EQ(text(rule(f32({2}), {1}, false)), "E0105 at 0");
    EXPECT_EQ(text(rule(f32({2}), {-1}, false)), "E0105 at 0");
    EXPECT_EQ(text(rule(f32({}), {0}, false)), "E0105 at 0");
    EXPECT_EQ(text(rule(f32({2, 3}), {0, 0}, false)), "E0106 at 0");
    EXPECT_EQ(text(rule(boolean({2}), {0}, false)), "E0102 at 0");
  }
  EXPECT_EQ(text(r::sum(f32({0, 3}), {0}, false)), "f32[3]");
  EXPECT_EQ(text(r::reduce_max(f32({0, 3}), {0}, false)), "E0115 at 0");
  // nothing is asked of the empty axis
  EXPECT_EQ(text(r::reduce_min(f32({0, 3}), {1}, false)), "f32[0]");
}

TEST(Reduce, Argmax) {
  EXPECT_EQ(text(r::argmax(f32({2, 3}), 1)), "i32[2]");
  EXPECT_EQ(text(r::argmax(f32({2, 0}), 1)), "E0115 at 0");
  EXPECT_EQ(text(r::argmax(f32({2, 3}), 2)), "E0105 at 0");
  EXPECT_EQ(text(r::argmax(boolean({2}), 0)), "E0102 at 0");
  EXPECT_EQ(text(r::argmax(u8({1LL << 31}), 0)), "E0104 at 0");
}

TEST(Matmul, ShapesAndTransposes) {
  EXPECT_EQ(text(r::matmul(f32({2, 3}), f32({3, 5}), false, false)), "f32[2,5]");
  EXPECT_EQ(text(r::matmul(f32({3, 2}), f32({3, 5}), true, false)), "f32[2,5]");
  EXPECT_EQ(text(r::matmul(f32({2, 3}), f32({5, 3}), false, true)), "f32[2,5]");
  EXPECT_EQ(text(r::matmul(f32({3, 2}), f32({5, 3}), true, true)), "f32[2,5]");
  EXPECT_EQ(text(r::matmul(f64({7, 1, 2, 3}), f64({4, 3, 5}), false, false)), "f64[7,4,2,5]");
  EXPECT_EQ(text(r::matmul(f32({2, 0}), f32({0, 5}), false, false)), "f32[2,5]");
}

TEST(Matmul, Refuses) {
  EXPECT_EQ(text(r::matmul(f32({2, 3}), f32({2, 3}), false, false)), "E0108 at 1");
  EXPECT_EQ(text(r::matmul(f32({2, 3}), f32({3}), false, false)), "E0107 at 1");
  EXPECT_EQ(text(r::matmul(f32({}), f32({3, 3}), false, false)), "E0107 at 0");
  EXPECT_EQ(text(r::matmul(i32({2, 3}), i32({3, 2}), false, false)), "E0102 at 0");
  EXPECT_EQ(text(r::matmul(f32({2, 3}), f64({3, 2}), false, false)), "E0101 at 1");
  EXPECT_EQ(text(r::matmul(f32({2, 2, 3}), f32({3, 3, 2}), false, false)), "E0103 at 1");
  EXPECT_EQ(text(r::matmul(f32({1LL << 40, 1}), f32({1, 1LL << 40}), false, false)), "E0104");
}

TEST(Loss, SoftmaxAndCrossEntropy) {
  for (auto rule : {r::softmax, r::log_softmax}) {
    EXPECT_EQ(text(rule(f32({2, 3}), 0)), "f32[2,3]");
    EXPECT_EQ(text(rule(f32({2, 3}), 2)), "E0105 at 0");
    EXPECT_EQ(text(rule(f32({2, 0}), 1)), "E0115 at 0");
    EXPECT_EQ(text(rule(i32({2, 3}), 0)), "E0102 at 0");
  }
  EXPECT_EQ(text(r::softmax_cross_entropy(f32({4, 10}), i32({4}))), "f32[4]");
  EXPECT_EQ(text(r::softmax_cross_entropy(f64({4, 5, 10}), i32({4, 5}))), "f64[4,5]");
  EXPECT_EQ(text(r::softmax_cross_entropy(f32({10}), i32({}))), "f32[]");
  EXPECT_EQ(text(r::softmax_cross_entropy(f32({4, 10}), i32({5}))), "E0117 at 1");
  EXPECT_EQ(text(r::softmax_cross_entropy(f32({4, 10}), i64({4}))), "E0102 at 1");
  EXPECT_EQ(text(r::softmax_cross_entropy(i32({4, 10}), i32({4}))), "E0102 at 0");
  EXPECT_EQ(text(r::softmax_cross_entropy(f32({}), i32({}))), "E0107 at 0");
  EXPECT_EQ(text(r::softmax_cross_entropy(f32({4, 0}), i32({4}))), "E0115 at 0");
}

TEST(Gradient, OperandsFit) {
  auto result = r::gradient({f32({}), f32({}), f32({2, 3}), f64({4})}, 1);
  ASSERT_TRUE(result);
  EXPECT_EQ(*result, (std::vector<Type>{f32({2, 3}), f64({4})}));
  EXPECT_TRUE(r::gradient({f32({2}), f64({}), f32({2}), f64({})}, 2)->empty());
  EXPECT_EQ(r::gradient({f32({}), f32({1})}, 1).error().code, "E0119");
  EXPECT_EQ(r::gradient({f32({})}, 1).error().code, "E0119");
  EXPECT_EQ(r::gradient({f32({}), f32({})}, 0).error().code, "E0119");
  EXPECT_EQ(r::gradient({f32({}), f32({})}, INT64_MAX).error().code, "E0119");
  EXPECT_EQ(r::gradient({f32({}), f32({}), i32({})}, 1).error().operand, 2);
}

TEST(Random, Uniform) {
  EXPECT_EQ(text(r::random_uniform(i64({}), i64({}), f32({2}), "drop")), "f32[2]");
  EXPECT_EQ(text(r::random_uniform(i32({}), i64({}), f32({2}), "drop")), "E0118 at 0");
  EXPECT_EQ(text(r::random_uniform(i64({}), i64({1}), f32({2}), "drop")), "E0118 at 1");
  EXPECT_EQ(text(r::random_uniform(i64({}), i64({}), i32({2}), "drop")), "E0102");
  EXPECT_EQ(text(r::random_uniform(i64({}), i64({}), f32({2}), "")), "E0118");
}

TEST(Random, StreamsAreStableAndDiffer) {
  EXPECT_EQ(r::streamOf("drop1"), r::streamOf("drop1"));
  EXPECT_NE(r::streamOf("drop1"), r::streamOf("drop2"));
  // The same numbers as in test/runtime/PhiloxTest.cpp: compiler and runtime have one definition.
  EXPECT_EQ(r::streamOf(""), 0xcbf29ce484222325u);
  EXPECT_EQ(r::streamOf("fc1.weight"), 1136502924975958509u);
  EXPECT_EQ(r::streamOf("drop1"), 7835718858194987975u)
      << "pinned: changing it changes every user's random numbers";
}
