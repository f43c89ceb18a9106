// Rules of forward mode, Jacobians and functions with gradients of their own.
#include "sinter/rules/derivative.h"
#include "test/frontend/rules_test.h"

using namespace sinter::rules;
namespace r = sinter::rules;

TEST(Derivative, TangentsAreOneForEachAndOfItsType) {
  auto result = r::jvp({f32({2}), f32({3}), f64({4}), f32({3}), f64({4})}, 1);
  ASSERT_TRUE(result);
  ASSERT_EQ(result->size(), 1u);
  EXPECT_EQ(toString((*result)[0]), "f32[2]");
  EXPECT_EQ(r::jvp({f32({2}), f32({3})}, 1).error().code, "E0119");
  EXPECT_EQ(r::jvp({f32({2})}, 2).error().code, "E0119");
  EXPECT_EQ(r::jvp({f32({2}), f32({3}), f32({4})}, 1).error().operand, 2);
  EXPECT_EQ(r::jvp({i32({2}), f32({3}), f32({3})}, 1).error().code, "E0102");
}

TEST(Derivative, JacobiansHaveBothShapes) {
  EXPECT_EQ(text(r::jacobian(f32({2, 3}), f32({4}))), "f32[2,3,4]");
  EXPECT_EQ(text(r::jacobian(f32({}), f32({}))), "f32[]");
  EXPECT_EQ(r::jacobian(f32({2}), f64({2})).error().code, "E0119");
  EXPECT_EQ(r::jacobian(f32({2}), i32({2})).error().operand, 1);
}

TEST(Derivative, BackwardGivesACotangentForEachInput) {
  auto result = r::custom_gradient({f32({2}), f64({})}, {f32({3})}, {f32({2}), f64({})});
  ASSERT_TRUE(result);
  EXPECT_EQ(toString((*result)[0]), "f32[3]");
  EXPECT_EQ(r::custom_gradient({i32({2})}, {}, {f32({2})}).error().code, "E0102");
  EXPECT_EQ(r::custom_gradient({f32({2})}, {i32({3})}, {f32({2})}).error().code, "E0119");
  EXPECT_EQ(r::custom_gradient({f32({2})}, {}, {}).error().code, "E0119");
  EXPECT_EQ(r::custom_gradient({f32({2})}, {}, {f32({3})}).error().operand, 1);
}
