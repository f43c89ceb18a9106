// Rules of ops that order the elements along an axis.
#include "sinter/rules/sort.h"

#include "test/frontend/rules_test.h"

namespace r = sinter::rules;
using namespace sinter::rules;

TEST(Sort, Argsort) {
  EXPECT_EQ(text(r::argsort(f32({2, 3}), 1, 3)), "i64[2,3]");
  EXPECT_EQ(text(r::argsort(i32({2, 3}), 0, 0)), "i64[0,3]");
  EXPECT_EQ(text(r::argsort(f32({2, 3}), 1, 4)), "E0126 at 0");
  EXPECT_EQ(text(r::argsort(f32({2, 3}), 1, -1)), "E0126 at 0");
  EXPECT_EQ(text(r::argsort(f32({2, 3}), 2, 1)), "E0105 at 0");
  EXPECT_EQ(text(r::argsort(boolean({2}), 0, 1)), "E0102 at 0");
  EXPECT_EQ(text(r::argsort(u8({2}), 0, 1)), "E0102 at 0");
}
