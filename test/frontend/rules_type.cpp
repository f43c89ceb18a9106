// Types, sizes and the shared checks of the rules.
#include "test/frontend/rules_test.h"

using namespace sinter::rules;

TEST(Type, Prints) {
  EXPECT_EQ(toString(f32({256, 784})), "f32[256,784]");
  EXPECT_EQ(toString(i64({})), "i64[]");
  EXPECT_EQ(toString(boolean({0})), "bool[0]");
  EXPECT_EQ(toString(ElementType::BF16), "bf16");
  EXPECT_EQ(toString(static_cast<ElementType>(77)), "invalid");
}

TEST(Type, ByteSizes) {
  const int64_t expected[] = {0, 4, 8, 4, 8, 1, 1, 2, 2};
  for (int code = 0; code < 9; ++code)
    EXPECT_EQ(byteSize(static_cast<ElementType>(code)), expected[code]) << code;
}

TEST(Type, CountsWithoutOverflow) {
  EXPECT_EQ(f32({}).elementCount(), 1);
  EXPECT_EQ(f32({2, 3, 4}).elementCount(), 24);
  EXPECT_EQ(f32({INT64_MAX, INT64_MAX, 0}).elementCount(), 0);
  EXPECT_EQ(f32({INT64_MAX, 2}).elementCount(), std::nullopt);
  EXPECT_EQ(f32({-1, 0}).elementCount(), std::nullopt);
}

TEST(Type, Validated) {
  EXPECT_EQ(text(validated(f32({1LL << 60}))), "f32[1152921504606846976]");
  EXPECT_EQ(text(validated(f32({1LL << 61}))), "E0104"); // 2^63 bytes
  EXPECT_EQ(text(validated(u8({INT64_MAX}))), "u8[9223372036854775807]");
  EXPECT_EQ(text(validated(f32({-1}))), "E0104");
  EXPECT_EQ(text(validated(f32(std::vector<int64_t>(16, 1)))),
            toString(f32(std::vector<int64_t>(16, 1))));
  EXPECT_EQ(text(validated(f32(std::vector<int64_t>(17, 1)))), "E0104");
  EXPECT_EQ(text(validated(Type{})), "E0102");
}

TEST(Axes, Normalised) {
  EXPECT_EQ(*normalizedAxis(-1, 3), 2);
  EXPECT_EQ(*normalizedAxis(0, 3), 0);
  EXPECT_EQ(normalizedAxis(3, 3).error().code, "E0105");
  EXPECT_EQ(normalizedAxis(-4, 3).error().code, "E0105");
  EXPECT_EQ(normalizedAxis(0, 0).error().code, "E0105");
  EXPECT_EQ(normalizedAxis(INT64_MIN, 3).error().code, "E0105");
  EXPECT_EQ(*normalizedAxes({2, -3}, 3), (std::vector<int64_t>{0, 2}));
  EXPECT_TRUE(normalizedAxes({}, 0)->empty());
  EXPECT_EQ(normalizedAxes({1, -2}, 3).error().code, "E0106");
}

TEST(Broadcast, AsNumPy) {
  using Dims = std::vector<int64_t>;
  EXPECT_EQ(broadcastShapes({}, {}), Dims{});
  EXPECT_EQ(broadcastShapes({3}, {}), Dims{3});
  EXPECT_EQ(broadcastShapes({2, 1, 4}, {3, 1}), (Dims{2, 3, 4}));
  EXPECT_EQ(broadcastShapes({1}, {0}), Dims{0});
  EXPECT_EQ(broadcastShapes({2}, {0}), std::nullopt);
  EXPECT_EQ(broadcastShapes({2, 3}, {2}), std::nullopt);
}
