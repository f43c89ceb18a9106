//===- Stream.cpp - streamed products whose masks leave columns out ---------------------------===//
//
// The columns beyond a causal mask's reach are not computed: where the reach is found, and that
// results are the oracle's, and the same bits for any block of rows.
//
//===------------------------------------------------------------------------------------------===//
#include "KernelTest.h"

#include "dialects/kernel/Stream.h"

#include "llvm/Support/FormatVariadic.h"

#include <cmath>

using namespace sinter::test;

/// Attention of `rows` x `columns` whose body ends in `mask`, which makes %w of the score %s; with
/// `sums`, weights without softmax that are summed over columns and over rows.
static std::string attention(int rows, int columns, const std::string &mask, bool sums = false) {
  std::string r = std::to_string(rows), c = std::to_string(columns),
              q = "!kernel.buffer<2x" + r + "x5xf32>", k = "!kernel.buffer<2x" + c + "x5xf32>",
              l = "!kernel.buffer<2x" + r + "xf32>";
  std::string qMap = "affine_map<(b, r, c, d, e) -> (b, r, d)>",
              kMap = "affine_map<(b, r, c, d, e) -> (b, c, d)>",
              vMap = "affine_map<(b, r, c, d, e) -> (b, c, e)>",
              yMap = "affine_map<(b, r, c, d, e) -> (b, r, e)>",
              lMap = "affine_map<(b, r, c, d, e) -> (b, r)>";
  std::string factors = sums ? "%k, %q : " + k + ", " + q : "%k : " + k;
  std::string outs = sums ? "%y, %x : " + q + ", " + k : "%y, %l : " + q + ", " + l;
  std::string more =
      sums ? vMap + ", " + yMap + ", " + yMap + ", " + vMap : vMap + ", " + yMap + ", " + lMap;
  std::string yields = sums ? "%w, %w : f32, f32" : "%w : f32";
  return "module @m { kernel.entry @e name(\"e\") kind(predict) batch(1) {\n"
         "%q = kernel.buffer \"q\" role(input) offset(0) : " +
         q + "\n%k = kernel.buffer \"k\" role(param) offset(0) : " + k +
         "\n%y = kernel.buffer \"y\" role(output) offset(65536) : " + q +
         (sums ? "\n%x = kernel.buffer \"x\" role(output) offset(131072) : " + k
               : "\n%l = kernel.buffer \"l\" role(output) offset(131072) : " + l) +
         "\nkernel.stream \"s\" dims [2, " + r + ", " + c + ", 5, 5] rows 1 " +
         (sums ? "" : "softmax 32 ") + "products(%q, %k : " + q + ", " + k + ") factors(" +
         factors + ") outs(" + outs + ") maps [" + qMap + ", " + kMap + ", " + more + "] {\n" +
         "^bb0(%s: f32):\n%row = kernel.index 1 : i32\n%column = kernel.index 2 : i32\n" + mask +
         "\nkernel.yield " + yields + "\n} } }";
}

/// What `fact` says of the stream in `text`.
template <typename T> static T ask(T (*fact)(sinter::kernel::StreamOp), const std::string &text) {
  Program program(text);
  T result{};
  program.module()->walk([&](sinter::kernel::StreamOp op) { result = fact(op); });
  return result;
}
static std::optional<int64_t> reachOf(const std::string &text) {
  return ask(sinter::kernel::getReach, text);
}

static const std::string kNothing = "%nothing = arith.constant 0xFF800000 : f32\n";
/// Keeps the score where `condition` holds.
static std::string keep(const std::string &condition) {
  return kNothing + condition + "\n%w = arith.select %c, %s, %nothing : f32";
}

TEST(Stream, ReachOfMasks) {
  auto of = [](const std::string &mask, bool sums = false) {
    return reachOf(attention(9, 11, mask, sums));
  };
  EXPECT_EQ(of(keep("%c = arith.cmpi sle, %column, %row : i32")), 0);
  EXPECT_EQ(of(keep("%c = arith.cmpi slt, %column, %row : i32")), -1);
  EXPECT_EQ(of(keep("%c = arith.cmpi eq, %column, %row : i32")), 0);
  EXPECT_EQ(of(keep("%c = arith.cmpi sge, %row, %column : i32")), 0);
  EXPECT_EQ(of(keep("%c = arith.cmpi sgt, %row, %column : i32")), -1);
  const std::string three = "%three = arith.constant 3 : i32\n";
  EXPECT_EQ(of(keep(three + "%r = arith.addi %row, %three : i32\n"
                            "%c = arith.cmpi sle, %column, %r : i32")),
            3);
  EXPECT_EQ(of(keep(three + "%r = arith.subi %column, %row : i32\n"
                            "%c = arith.cmpi slt, %r, %three : i32")),
            2);
  // Masked where the comparison holds.
  const std::string drop = "\n%w = arith.select %c, %nothing, %s : f32";
  EXPECT_EQ(of(kNothing + "%c = arith.cmpi sgt, %column, %row : i32" + drop), 0);
  EXPECT_EQ(of(kNothing + "%c = arith.cmpi sge, %column, %row : i32" + drop), -1);
  EXPECT_EQ(of(kNothing + "%c = arith.cmpi ne, %column, %row : i32" + drop), 0);
  // Another condition beside it, and what is made of the score behind it.
  EXPECT_EQ(of(keep("%a = arith.cmpi sle, %column, %row : i32\n"
                    "%b = arith.cmpf olt, %s, %s : f32\n%c = arith.andi %b, %a : i1")),
            0);
  EXPECT_EQ(of(kNothing + "%c = arith.cmpi sle, %column, %row : i32\n"
                          "%kept = arith.select %c, %s, %nothing : f32\n"
                          "%w = arith.addf %s, %kept : f32"),
            0);
  // Weights of 0: exp(-inf) times what the gradient makes.
  EXPECT_EQ(of(kNothing + "%c = arith.cmpi sle, %column, %row : i32\n"
                          "%kept = arith.select %c, %s, %nothing : f32\n"
                          "%d = arith.subf %kept, %s : f32\n%p = math.exp %d : f32\n"
                          "%w = arith.mulf %s, %p : f32",
               true),
            0);
  // Those that leave no columns out.
  EXPECT_EQ(of(keep("%c = arith.cmpi sge, %column, %row : i32")), std::nullopt);
  EXPECT_EQ(of(keep("%c = arith.cmpi ule, %column, %row : i32")), std::nullopt);
  EXPECT_EQ(of(keep(three + "%c = arith.cmpi sle, %column, %three : i32")), std::nullopt);
  EXPECT_EQ(of(keep("%b = kernel.index 0 : i32\n%c = arith.cmpi sle, %column, %b : i32")),
            std::nullopt);
  EXPECT_EQ(of("%zero = arith.constant 0.0 : f32\n%c = arith.cmpi sle, %column, %row : i32\n"
               "%w = arith.select %c, %s, %zero : f32"),
            std::nullopt); // a score of 0 weighs 1
  EXPECT_EQ(of("%w = arith.negf %s : f32"), std::nullopt);
}

TEST(Stream, MaskedColumnsAreLeftOut) {
  const std::string causal = keep("%c = arith.cmpi sle, %column, %row : i32"),
                    ahead = keep("%three = arith.constant 3 : i32\n"
                                 "%r = arith.addi %row, %three : i32\n"
                                 "%c = arith.cmpi sle, %column, %r : i32");
  const std::string weights = "%zero = arith.constant 0.0 : f32\n"
                              "%c = arith.cmpi slt, %column, %row : i32\n"
                              "%w = arith.select %c, %s, %zero : f32";
  for (auto [rows, columns] : {std::pair(67, 67), {128, 128}, {40, 131}, {131, 40}, {1, 9}})
    for (const std::string &text :
         {attention(rows, columns, causal), attention(rows, columns, ahead),
          attention(rows, columns, weights, true)}) {
      SCOPED_TRACE(llvm::formatv("{0} x {1}", rows, columns).str());
      Program program(text);
      Contents bits = program.run(1);
      // Chains of up to 131 terms: their roundings of 2^-24 wander, those of weights with them.
      expectClose(bits, program.oracle(), 2 * std::sqrt(131) * 0x1p-24);
      Program naive(text);
      expectSame(naive.naive().run(2), bits);
      for (int nr : {16, 64, 128}) {
        Program other(text);
        other.schedule(llvm::formatv("lanes = 1, rows = 2, mr = 32, nr = {0}", nr));
        expectSame(other.run(3), bits);
      }
    }
}

// Half of the products of a causal square are left out; few rows reach none, many all columns.
TEST(Stream, PairsAreCounted) {
  auto count = [](int rows, int columns, const std::string &reach) {
    return ask(sinter::kernel::countPairs,
               attention(rows, columns,
                         keep("%reach = arith.constant " + reach +
                              " : i32\n%r = arith.addi %row, %reach : i32\n"
                              "%c = arith.cmpi sle, %column, %r : i32")));
  };
  EXPECT_EQ(count(64, 64, "0"), 64 * 65 / 2);
  for (int rows : {1, 5, 9, 30})
    for (int columns : {1, 5, 9, 30})
      for (int reach : {-40, -6, -1, 0, 3, 40}) {
        int64_t pairs = 0;
        for (int row = 0; row < rows; ++row)
          for (int column = 0; column < columns; ++column)
            pairs += column <= row + reach;
        EXPECT_EQ(count(rows, columns, std::to_string(reach)), pairs)
            << rows << " x " << columns << ", reach " << reach;
      }
}

// What is shared is looked at once: values that double from line to line make 2^60 paths.
TEST(Stream, SharedValuesAreReadOnce) {
  std::string body = "%v0 = arith.mulf %s, %s : f32\n%i0 = arith.addi %column, %row : i32\n";
  for (int i = 1; i <= 60; ++i) {
    std::string now = std::to_string(i), last = std::to_string(i - 1);
    body += "%v" + now + " = arith.mulf %v" + last + ", %v" + last + " : f32\n%i" + now +
            " = arith.addi %i" + last + ", %i" + last + " : i32\n";
  }
  body += "%t = arith.cmpi sle, %i60, %i59 : i32\n%a = arith.select %t, %v60, %s : f32\n";
  EXPECT_EQ(reachOf(attention(9, 11, body + keep("%c = arith.cmpi sle, %column, %row : i32"))), 0);
}
