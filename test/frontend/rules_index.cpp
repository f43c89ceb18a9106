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

TEST(Index, ScatterAdd) {
  EXPECT_EQ(text(r::scatter_add(f32({5, 7}), i32({3}), f32({3, 7}), 0)), "f32[5,7]");
  EXPECT_EQ(text(r::scatter_add(f32({5, 7}), i32({3}), i32({3, 7}), 0)), "E0101 at 2");
  EXPECT_EQ(r::scatter_add(f32({5, 7}), i32({3}), f32({7, 3}), 0).error().code, "E0125");
}
