// Rules of ops on what the elements along an axis make one after the other.
#include "sinter/rules/prefix.h"

#include "test/frontend/rules_test.h"

namespace r = sinter::rules;
using namespace sinter::rules;

TEST(Prefix, KeepsTheType) {
  EXPECT_EQ(text(r::prefix(f32({2, 3}), 1)), "f32[2,3]");
  EXPECT_EQ(text(r::prefix(i32({0}), 0)), "i32[0]");
  EXPECT_EQ(text(r::prefix(f32({2, 3}), 2)), "E0105 at 0");
  EXPECT_EQ(text(r::prefix(f32({}), 0)), "E0105 at 0");
  EXPECT_EQ(text(r::prefix(boolean({2}), 0)), "E0102 at 0");
}
