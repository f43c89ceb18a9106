// PhiloxTest.cpp - random numbers: the published test vectors, ranges, moments, and the shuffle.
#include <sinter/runtime.h>

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <numeric>
#include <vector>

namespace {

void expectWords(sinter_words words, uint32_t a, uint32_t b, uint32_t c, uint32_t d) {
  EXPECT_EQ(words.w[0], a);
  EXPECT_EQ(words.w[1], b);
  EXPECT_EQ(words.w[2], c);
  EXPECT_EQ(words.w[3], d);
}

// The known answers of Philox4x32-10: counter words are index, step (low first), key is seed ^
// stream.
TEST(Philox, KnownAnswers) {
  expectWords(sinter_philox(0, 0, 0, 0), 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
  expectWords(sinter_philox(~0ull, 0, ~0ull, ~0ull), 0x408f276d, 0x41c83b0e, 0xa20bc7c6,
              0x6d5451fd);
  expectWords(sinter_philox(0x299f31d0a4093822ull, 0, 0x0370734413198a2eull, 0x85a308d3243f6a88ull),
              0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1);
}

TEST(Philox, SeedAndStreamMakeTheKeyTogether) {
  expectWords(sinter_philox(5, 9, 1, 2), sinter_philox(5 ^ 9, 0, 1, 2).w[0],
              sinter_philox(12, 0, 1, 2).w[1], sinter_philox(12, 0, 1, 2).w[2],
              sinter_philox(12, 0, 1, 2).w[3]);
  EXPECT_NE(sinter_stream("fc1.weight"), sinter_stream("fc2.weight"));
}

// The same numbers as in test/frontend/rules_structured.cpp: compiler and runtime have one
// definition of streams.
TEST(Philox, StreamsAreFnv1a) {
  EXPECT_EQ(sinter_stream(""), 0xcbf29ce484222325u);
  EXPECT_EQ(sinter_stream("fc1.weight"), 1136502924975958509u);
  EXPECT_EQ(sinter_stream("drop1"), 7835718858194987975u);
}

TEST(Philox, UniformIsExactAndBelowOne) {
  EXPECT_EQ(sinter_uniform_f32(0), 0.0f);
  EXPECT_EQ(sinter_uniform_f32(0xffffffffu), 1.0f - 0x1p-24f);
  EXPECT_EQ(sinter_uniform_f32(0x80000000u), 0.5f);
  EXPECT_EQ(sinter_uniform_f64({{0x80000000u, 0, 0, 0}}), 0.5);
  EXPECT_LT(sinter_uniform_f64({{~0u, ~0u, 0, 0}}), 1.0);
}

TEST(Philox, NormalIsBoxMuller) {
  double sum = 0, squares = 0;
  const int n = 20000;
  for (int i = 0; i < n; ++i) {
    sinter_words words = sinter_philox(3, 4, 0, static_cast<uint64_t>(i));
    double u = 1 - sinter_uniform_f64(words),
           v = sinter_uniform_f64({{words.w[2], words.w[3], 0, 0}});
    double z = sinter_normal_f64(words);
    ASSERT_NEAR(z, std::sqrt(-2 * std::log(u)) * std::cos(2 * M_PI * v), 1e-13);
    sum += z;
    squares += z * z;
  }
  EXPECT_NEAR(sum / n, 0, 0.03);
  EXPECT_NEAR(squares / n, 1, 0.03);
  EXPECT_TRUE(std::isfinite(sinter_normal_f64({{~0u, ~0u, 0, 0}})));
  EXPECT_EQ(sinter_normal_f64({{0, 0, 5, 5}}), 0.0);
}

TEST(Philox, ShuffleIsAPermutationOfSeedAndEpoch) {
  std::vector<uint32_t> a(1000), b(1000), c(1000), sorted;
  sinter_shuffle(1, 0, a.data(), 1000);
  sinter_shuffle(1, 0, b.data(), 1000);
  sinter_shuffle(1, 1, c.data(), 1000);
  EXPECT_EQ(a, b);
  EXPECT_NE(a, c);
  sorted = a;
  std::sort(sorted.begin(), sorted.end());
  std::vector<uint32_t> identity(1000);
  std::iota(identity.begin(), identity.end(), 0);
  EXPECT_EQ(sorted, identity);
  int fixed = 0;
  for (uint32_t i = 0; i < 1000; ++i)
    fixed += a[i] == i;
  EXPECT_LT(fixed, 10);
  sinter_shuffle(1, 0, a.data(), 0);
}

} // namespace
