// Rules of ops that move elements.
#include "sinter/rules/shape.h"

#include "test/frontend/rules_test.h"

namespace r = sinter::rules;
using namespace sinter::rules;

TEST(Shape, Reshape) {
  EXPECT_EQ(text(r::reshape(f32({2, 6}), {3, 4})), "f32[3,4]");
  EXPECT_EQ(text(r::reshape(f32({2, 6}), {-1, 4})), "f32[3,4]");
  EXPECT_EQ(text(r::reshape(f32({0, 6}), {-1, 6})), "f32[0,6]");
  EXPECT_EQ(text(r::reshape(f32({1}), {})), "f32[]");
  EXPECT_EQ(text(r::reshape(f32({}), {1, 1})), "f32[1,1]");
  EXPECT_EQ(text(r::reshape(f32({2, 6}), {5})), "E0109 at 0");
  EXPECT_EQ(text(r::reshape(f32({2, 6}), {-1, 5})), "E0109 at 0");
  EXPECT_EQ(text(r::reshape(f32({2, 6}), {-1, -1})), "E0109 at 0");
  EXPECT_EQ(text(r::reshape(f32({0}), {-1, 0})), "E0109 at 0");
  EXPECT_EQ(text(r::reshape(f32({2, 6}), {-2, -6})), "E0104");
  EXPECT_EQ(text(r::reshape(f32({2}), {1LL << 62, 4})), "E0104");
  EXPECT_EQ(text(r::reshape(f32({2}), {-1, 1LL << 62, 4})), "E0109 at 0");
  EXPECT_EQ(text(r::reshape(f32({1LL << 62, 4}), {4})), "E0104"); // too large before
}

TEST(Shape, Transpose) {
  EXPECT_EQ(text(r::transpose(f32({2, 3, 4}), {2, 0, 1})), "f32[4,2,3]");
  EXPECT_EQ(text(r::transpose(f32({}), {})), "f32[]");
  for (std::vector<int64_t> perm : {std::vector<int64_t>{0}, {0, 0}, {0, 2}, {-1, 0}, {0, 1, 2}})
    EXPECT_EQ(text(r::transpose(f32({2, 3}), perm)), "E0110 at 0") << toString(perm);
}

TEST(Shape, BroadcastTo) {
  EXPECT_EQ(text(r::broadcast_to(f32({3, 1}), {2, 3, 4})), "f32[2,3,4]");
  EXPECT_EQ(text(r::broadcast_to(f32({}), {})), "f32[]");
  EXPECT_EQ(text(r::broadcast_to(f32({1}), {0})), "f32[0]");
  EXPECT_EQ(text(r::broadcast_to(f32({3}), {1})), "E0111 at 0");
  EXPECT_EQ(text(r::broadcast_to(f32({2, 3}), {3})), "E0111 at 0");
  EXPECT_EQ(text(r::broadcast_to(f32({1}), {-1})), "E0104");
}

TEST(Shape, Concat) {
  EXPECT_EQ(text(r::concat({f32({2, 3}), f32({2, 0}), f32({2, 4})}, 1)), "f32[2,7]");
  EXPECT_EQ(text(r::concat({f32({2})}, 0)), "f32[2]");
  EXPECT_EQ(text(r::concat({}, 0)), "E0112");
  EXPECT_EQ(text(r::concat({f32({2, 3}), f32({3, 3})}, 1)), "E0112 at 1");
  EXPECT_EQ(text(r::concat({f32({2}), f32({2, 1})}, 0)), "E0112 at 1");
  EXPECT_EQ(text(r::concat({f32({2}), i32({2})}, 0)), "E0101 at 1");
  EXPECT_EQ(text(r::concat({f32({2})}, 1)), "E0105 at 0");
  EXPECT_EQ(text(r::concat({f32({2})}, -1)), "E0105 at 0"); // the DSL normalises, the op may not
  EXPECT_EQ(text(r::concat({f32({})}, 0)), "E0105 at 0");
  EXPECT_EQ(text(r::concat({u8({INT64_MAX}), u8({1})}, 0)), "E0104");
}

TEST(Shape, Slice) {
  EXPECT_EQ(text(r::slice(f32({5, 4}), {1, 0}, {5, 4}, {2, 3})), "f32[2,2]");
  EXPECT_EQ(text(r::slice(f32({5}), {5}, {5}, {1})), "f32[0]");
  EXPECT_EQ(text(r::slice(f32({5}), {0}, {5}, {INT64_MAX})), "f32[1]");
  EXPECT_EQ(text(r::slice(f32({}), {}, {}, {})), "f32[]");
  EXPECT_EQ(text(r::slice(f32({5}), {-1}, {5}, {1})), "E0113 at 0");
  EXPECT_EQ(text(r::slice(f32({5}), {3}, {2}, {1})), "E0113 at 0");
  EXPECT_EQ(text(r::slice(f32({5}), {0}, {6}, {1})), "E0113 at 0");
  EXPECT_EQ(text(r::slice(f32({5}), {0}, {5}, {0})), "E0113 at 0");
  EXPECT_EQ(text(r::slice(f32({5}), {0, 0}, {5}, {1})), "E0113 at 0");
}

TEST(Shape, Pad) {
  EXPECT_EQ(text(r::pad(f32({2, 0}), {1, 2}, {0, 3})), "f32[3,5]");
  EXPECT_EQ(text(r::pad(f32({2}), {-1}, {0})), "E0114 at 0");
  EXPECT_EQ(text(r::pad(f32({2}), {}, {0})), "E0114 at 0");
  EXPECT_EQ(text(r::pad(boolean({2}), {0}, {0})), "E0102 at 0");
  EXPECT_EQ(text(r::pad(u8({2}), {INT64_MAX}, {0})), "E0104");
  EXPECT_EQ(text(r::pad(u8({2}), {0}, {INT64_MAX})), "E0104");
}

TEST(Shape, ConstantAndIota) {
  EXPECT_EQ(text(r::constant(f32({2, 3}), 24)), "f32[2,3]");
  EXPECT_EQ(text(r::constant(f32({2, 3}), 4)), "f32[2,3]"); // a splat
  EXPECT_EQ(text(r::constant(f32({0}), 0)), "f32[0]");
  EXPECT_EQ(text(r::constant(f32({2, 3}), 23)), "E0118");
  EXPECT_EQ(text(r::constant(f32({-1}), 4)), "E0104");
  EXPECT_EQ(text(r::iota(i32({2, 3}), 1)), "i32[2,3]");
  EXPECT_EQ(text(r::iota(f32({3}), 0)), "f32[3]");
  EXPECT_EQ(text(r::iota(boolean({3}), 0)), "E0102");
  EXPECT_EQ(text(r::iota(i32({3}), 1)), "E0105");
}
