// Rules of elementwise ops: what each element type and shape gives.
#include "sinter/rules/elementwise.h"

#include "test/frontend/rules_test.h"

namespace r = sinter::rules;
using namespace sinter::rules;

TEST(Elementwise, ArithmeticOnNumbers) {
  for (auto rule : {r::add, r::sub, r::mul, r::max, r::min}) {
    EXPECT_EQ(text(rule(f32({2, 1}), f32({3}))), "f32[2,3]");
    EXPECT_EQ(text(rule(i64({}), i64({4}))), "i64[4]");
    EXPECT_EQ(text(rule(u8({0}), u8({1}))), "u8[0]");
    EXPECT_EQ(text(rule(boolean({1}), boolean({1}))), "E0102 at 0");
    EXPECT_EQ(text(rule(f32({1}), boolean({1}))), "E0102 at 1");
    EXPECT_EQ(text(rule(f32({1}), f64({1}))), "E0101 at 1");
    EXPECT_EQ(text(rule(f32({2}), f32({3}))), "E0103 at 1");
  }
}

TEST(Elementwise, FloatsOnly) {
  for (auto rule : {r::div, r::pow}) {
    EXPECT_EQ(text(rule(f64({2}), f64({}))), "f64[2]");
    EXPECT_EQ(text(rule(i32({2}), i32({2}))), "E0102 at 0");
  }
  for (auto rule : {r::exp, r::log, r::sqrt, r::rsqrt, r::tanh, r::sigmoid}) {
    EXPECT_EQ(text(rule(f32({2, 0}))), "f32[2,0]");
    EXPECT_EQ(text(rule(f64({}))), "f64[]");
    EXPECT_EQ(text(rule(i64({2}))), "E0102 at 0");
    EXPECT_EQ(text(rule(boolean({2}))), "E0102 at 0");
  }
}

TEST(Elementwise, SignedAndUnsigned) {
  for (auto rule : {r::neg, r::abs, r::sign}) {
    EXPECT_EQ(text(rule(i32({2}))), "i32[2]");
    EXPECT_EQ(text(rule(u8({2}))), "E0102 at 0");
  }
  EXPECT_EQ(text(r::relu(u8({2}))), "u8[2]");
  EXPECT_EQ(text(r::relu(boolean({2}))), "E0102 at 0");
}

TEST(Elementwise, ResultsAreBounded) {
  EXPECT_EQ(text(r::add(f32({1LL << 40, 1}), f32({1, 1LL << 40}))), "E0104");
}

TEST(Elementwise, Compare) {
  for (const char *predicate : {"eq", "ne", "lt", "le", "gt", "ge"})
    EXPECT_EQ(text(r::compare(f32({2, 1}), f32({3}), predicate)), "bool[2,3]") << predicate;
  EXPECT_EQ(text(r::compare(boolean({2}), boolean({2}), "eq")), "bool[2]");
  EXPECT_EQ(text(r::compare(boolean({2}), boolean({2}), "lt")), "E0102 at 0");
  EXPECT_EQ(text(r::compare(f32({2}), i32({2}), "eq")), "E0101 at 1");
  EXPECT_EQ(text(r::compare(f32({2}), f32({3}), "lt")), "E0103 at 1");
  EXPECT_EQ(r::compare(f32({2}), f32({2}), "<").error().code, "E0116");
  EXPECT_EQ(text(r::compare(f32({2}), f32({2}), "")), "E0116");
}

TEST(Elementwise, Logical) {
  EXPECT_EQ(text(r::logical_and(boolean({2}), boolean({}))), "bool[2]");
  EXPECT_EQ(text(r::logical_or(boolean({2}), u8({2}))), "E0102 at 1");
  EXPECT_EQ(text(r::logical_not(boolean({2}))), "bool[2]");
  EXPECT_EQ(text(r::logical_not(f32({2}))), "E0102 at 0");
}

TEST(Elementwise, Select) {
  EXPECT_EQ(text(r::select(boolean({3}), f32({2, 1}), f32({}))), "f32[2,3]");
  EXPECT_EQ(text(r::select(boolean({}), boolean({2}), boolean({2}))), "bool[2]");
  EXPECT_EQ(text(r::select(f32({3}), f32({3}), f32({3}))), "E0102 at 0");
  EXPECT_EQ(text(r::select(boolean({3}), f32({3}), f64({3}))), "E0101 at 2");
  EXPECT_EQ(text(r::select(boolean({3}), f32({3}), f32({2}))), "E0103 at 2");
  EXPECT_EQ(text(r::select(boolean({2}), f32({3}), f32({3}))), "E0103 at 0");
  EXPECT_EQ(r::select(boolean({3}), f32({3}), f32({2})).error().other, 1);
}

TEST(Elementwise, CastAndStopGradient) {
  EXPECT_EQ(text(r::cast(boolean({2}), ElementType::F32)), "f32[2]");
  EXPECT_EQ(text(r::cast(f32({1LL << 60}), ElementType::F64)), "E0104");
  EXPECT_EQ(text(r::cast(f32({2}), ElementType::Invalid)), "E0102");
  EXPECT_EQ(text(r::cast(Type{}, ElementType::F32)), "E0102 at 0");
  EXPECT_EQ(text(r::stop_gradient(i32({2}))), "i32[2]");
}
