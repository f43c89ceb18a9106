// Rules of ops that take or add slices where a tensor of indices says.
#include "sinter/rules/index.h"

#include "test/frontend/rules_test.h"

namespace r = sinter::rules;
using namespace sinter::rules;

TEST(Index, Gather) {
  EXPECT_EQ(text(r::gather(f32({5, 7}), i32({3}), 0)), "f32[3,7]");
  EXPECT_EQ(text(r::gather(f32({5, 7}), i32({3, 2}), 1)), "f32[5,3,2]");
  EXPECT_EQ(text(r::gather(f32({5, 7}), i32({}), 0)), "f32[7]");
  EXPECT_EQ(text(r::gather(f32({5, 7}), f32({3}), 0)), "E0102 at 1");
  EXPECT_EQ(text(r::gather(f32({5, 7}), i32({3}), 2)), "E0105 at 0");
}

TEST(Index, Along) {
  EXPECT_EQ(text(r::gather_along(f32({5, 7}), i32({4, 9}), 1)), "f32[4,9]");
  EXPECT_EQ(text(r::gather_along(f32({5, 7}), i32({6, 9}), 1)), "E0125 at 1");
  EXPECT_EQ(text(r::gather_along(f32({5, 7}), i32({4}), 0)), "E0125 at 1");
  EXPECT_EQ(text(r::gather_along(f32({5, 7}), f32({5, 7}), 1)), "E0102 at 1");
  EXPECT_EQ(text(r::gather_along(f32({5, 7}), i32({5, 7}), 2)), "E0105 at 0");
  EXPECT_EQ(text(r::scatter_add_along(f32({5, 7}), i32({4, 9}), f32({4, 9}), 1)), "f32[5,7]");
  EXPECT_EQ(text(r::scatter_add_along(f32({5, 7}), i32({4, 9}), f32({4, 8}), 1)), "E0125 at 2");
  EXPECT_EQ(text(r::scatter_add_along(f32({5, 7}), i32({4, 9}), i32({4, 9}), 1)), "E0101 at 2");
  EXPECT_EQ(text(r::scatter_add_along(f32({5, 7}), i32({9, 4, 1}), f32({9, 4}), 1)), "E0125 at 1");
}

TEST(Index, ScatterAdd) {
  EXPECT_EQ(text(r::scatter_add(f32({5, 7}), i32({3}), f32({3, 7}), 0)), "f32[5,7]");
  EXPECT_EQ(text(r::scatter_add(f32({5, 7}), i32({3}), i32({3, 7}), 0)), "E0101 at 2");
  EXPECT_EQ(r::scatter_add(f32({5, 7}), i32({3}), f32({7, 3}), 0).error().code, "E0125");
}
