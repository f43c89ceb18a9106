//===- ContractTest.cpp - what the analysis says of contractions, and what walks cost ---------===//
//
// Hand-made sums of products, as layout and schedule describe them: roles of dims, stride phases,
// borders, strides, what the vector emitter covers; register budgets, prices and tiles.
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/kernel/Cost.h"
#include "dialects/kernel/contract/Cost.h"
#include "dialects/kernel/contract/Plan.h"

#include "mlir/AsmParser/AsmParser.h"
#include "mlir/IR/BuiltinOps.h"

#include <gtest/gtest.h>

using namespace mlir;
using namespace sinter;
using namespace sinter::kernel;

namespace {

class Contract : public testing::Test {
protected:
  Contract() {
    context.loadDialect<KernelDialect, arith::ArithDialect>();
    avx512 = target(512, 32, true);
  }

  CpuTargetAttr target(int64_t bits, int64_t registers, bool fma) {
    return CpuTargetAttr::get(&context, "t", "x86_64", "", "", bits, registers, 2, 32768, 1 << 20,
                              1 << 25, fma, 2, 4);
  }

  /// `map` as text without the keyword: "(m, n, k) -> (m, k)".
  ContractAccess access(const std::string &map, SmallVector<int64_t> shape,
                        const std::string &layout = "") {
    auto attribute = cast<AffineMapAttr>(parseAttribute("affine_map<" + map + ">", &context));
    LayoutAttr lies;
    if (!layout.empty())
      lies = cast<LayoutAttr>(parseAttribute("#kernel.layout<" + layout + ">", &context));
    return {attribute.getValue(), shape, Float32Type::get(&context), lies};
  }

  Contraction make(SmallVector<int64_t> dims, int64_t parallel, bool padded, ContractAccess a,
                   ContractAccess b, ContractAccess out) {
    Contraction c;
    c.dims = dims;
    c.parallel = parallel;
    c.padded = padded;
    c.accumulator = Float32Type::get(&context);
    c.factors[0] = a;
    c.factors[1] = b;
    c.results = {out};
    return c;
  }

  /// y[m,n] = sum of x[m,k] w[n,k].
  Contraction matmul(int64_t m, int64_t n, int64_t k, const std::string &weights = "") {
    return make({m, n, k}, 2, false, access("(m, n, k) -> (m, k)", {m, k}),
                access("(m, n, k) -> (n, k)", {n, k}, weights),
                access("(m, n, k) -> (m, n)", {m, n}));
  }

  /// 3x3, padding 1, stride 1: dims n, o, h, w, p, q, c.
  Contraction forward(int64_t size, int64_t channels) {
    std::string d = "(n, o, h, w, p, q, c) -> ";
    return make({2, channels, size, size, 3, 3, channels}, 4, true,
                access(d + "(n, c, h + p - 1, w + q - 1)", {2, channels, size, size},
                       "[0, 1, 2, 3], block = [1], by = [16]"),
                access(d + "(o, c, p, q)", {channels, channels, 3, 3},
                       "[0, 2, 3, 1], block = [0], by = [32]"),
                access(d + "(n, o, h, w)", {2, channels, size, size},
                       "[0, 1, 2, 3], block = [1], by = [16]"));
  }

  MLIRContext context;
  CpuTargetAttr avx512;
};

//===--- what a contraction is ----------------------------------------------------------------===//

TEST_F(Contract, aMatrixProduct) {
  Contraction c = matmul(64, 48, 100);
  EXPECT_EQ(c.getRole(0), DimRole::Left);
  EXPECT_EQ(c.getRole(1), DimRole::Right);
  EXPECT_EQ(c.getRole(2), DimRole::Summed);
  EXPECT_EQ(c.getVectorFactor(1), 1);
  EXPECT_EQ(c.getVectorFactor(0), 0);
  std::vector<ContractPhase> phases = analyze(c);
  ASSERT_EQ(phases.size(), 1u);
  EXPECT_TRUE(phases[0].bounds.empty());
  EXPECT_EQ(phases[0].reduced, (SmallVector<int64_t>{2}));
  EXPECT_EQ(phases[0].countTerms(), 64 * 48 * 100);
  EXPECT_TRUE(covers(avx512, c, phases, 0));
  EXPECT_TRUE(covers(avx512, c, phases, 1));
  EXPECT_FALSE(covers(avx512, c, phases, -1));
  // The factor that has the lanes is the second one, wherever it stands.
  for (int64_t lanes : {0, 1}) {
    ContractWalk walk;
    walk.lanes = lanes;
    std::vector<ContractPlan> plans = makePlans(avx512, c, walk);
    ASSERT_EQ(plans.size(), 1u);
    EXPECT_EQ(plans[0].factorNumbers[1], lanes);
    EXPECT_EQ(plans[0].factors[0].kind, LaneKind::Uniform);
    EXPECT_EQ(plans[0].factors[1].kind, LaneKind::Scattered);
    EXPECT_EQ(plans[0].factors[1].step[2], 1);
  }
}

TEST_F(Contract, aForwardConvolution) {
  Contraction c = forward(8, 32);
  DimRole expected[] = {DimRole::Left,   DimRole::Right,  DimRole::Left,  DimRole::Left,
                        DimRole::Summed, DimRole::Summed, DimRole::Summed};
  for (auto [d, role] : llvm::enumerate(expected))
    EXPECT_EQ(c.getRole(d), role) << d;
  std::vector<ContractPhase> phases = analyze(c);
  ASSERT_EQ(phases.size(), 1u);
  EXPECT_EQ(phases[0].bounds.size(), 2u);
  EXPECT_TRUE(phases[0].isBounded(3) && phases[0].isBounded(5));
  EXPECT_FALSE(phases[0].isBounded(0) || phases[0].isBounded(1));
  // An axis of 8 has 3 * 8 pairs of a position and a tap, two of which are outside.
  EXPECT_EQ(phases[0].countTerms(), 2 * 32 * 32 * 22 * 22);
  EXPECT_TRUE(covers(avx512, c, phases, 1));
  EXPECT_FALSE(covers(avx512, c, phases, 3)); // the columns have a border
  EXPECT_FALSE(mayMerge(c, phases[0], 3));
}

TEST_F(Contract, onePointWindowsMergeRows) {
  std::string d = "(n, o, h, w, c) -> ";
  Contraction c = make({2, 32, 8, 8, 16}, 4, false, access(d + "(n, c, h, w)", {2, 16, 8, 8}),
                       access(d + "(o, c)", {32, 16}), access(d + "(n, o, h, w)", {2, 32, 8, 8}));
  std::vector<ContractPhase> phases = analyze(c);
  EXPECT_TRUE(mayMerge(c, phases[0], 3));
  EXPECT_FALSE(mayMerge(c, phases[0], 2));
  // What the epilogue reads must merge, too, and an index that it asks for may not.
  Contraction reads = c;
  reads.extras.push_back(access(d + "(h)", {8}));
  EXPECT_FALSE(mayMerge(reads, analyze(reads)[0], 3));
  c.indexed = {2};
  EXPECT_FALSE(mayMerge(c, phases[0], 3));
}

/// Gradient of images of 7x7 under a 3x3 window with stride 2 and padding 1: dims n, c, i, j, two
/// phases, p, q, o.
TEST_F(Contract, aStridedImageGradient) {
  std::string d = "(n, c, i, j, u, v, p, q, o) -> ";
  auto row = [](std::string i, std::string u, std::string p) {
    return i + " - " + p + " + (" + u + " + 1) floordiv 2";
  };
  auto tap = [](std::string u, std::string p) { return p + " * 2 + (" + u + " + 1) mod 2"; };
  Contraction c = make(
      {2, 16, 4, 4, 2, 2, 2, 2, 16}, 6, true,
      access(d + "(n, o, " + row("i", "u", "p") + ", " + row("j", "v", "q") + ")", {2, 16, 4, 4}),
      access(d + "(o, c, " + tap("u", "p") + ", " + tap("v", "q") + ")", {16, 16, 3, 3}),
      access(d + "(n, c, i * 2 + u, j * 2 + v)", {2, 16, 7, 7}));
  for (int64_t dim = 0; dim < 9; ++dim)
    EXPECT_EQ(c.isStridePhase(dim), dim == 4 || dim == 5) << dim;
  std::vector<ContractPhase> phases = analyze(c);
  ASSERT_EQ(phases.size(), 4u);
  EXPECT_EQ(phases[1].fixed, (FixedDims{{4, 0}, {5, 1}}));
  // Even rows meet one tap, odd ones two; the last odd row is behind the images.
  EXPECT_EQ(phases[0].dims[2], 4);
  EXPECT_EQ(phases[3].dims[2], 3);
  int64_t terms = 0, expected = 0;
  for (const ContractPhase &phase : phases)
    terms += phase.countTerms();
  for (int64_t position = 0; position < 4; ++position)
    for (int64_t t = 0; t < 3; ++t)
      expected += position * 2 + t - 1 >= 0 && position * 2 + t - 1 < 7;
  EXPECT_EQ(terms, 2 * 16 * 16 * expected * expected);
  EXPECT_TRUE(covers(avx512, c, phases, 1));
}

TEST_F(Contract, aFilterGradient) {
  std::string d = "(o, c, p, q, n, i, j) -> ";
  Contraction c = make({16, 16, 3, 3, 4, 8, 8}, 4, true, access(d + "(n, o, i, j)", {4, 16, 8, 8}),
                       access(d + "(n, c, i + p - 1, j + q - 1)", {4, 16, 8, 8}),
                       access(d + "(o, c, p, q)", {16, 16, 3, 3}));
  DimRole expected[] = {DimRole::Left,   DimRole::Right,  DimRole::Right, DimRole::Right,
                        DimRole::Summed, DimRole::Summed, DimRole::Summed};
  for (auto [dim, role] : llvm::enumerate(expected))
    EXPECT_EQ(c.getRole(dim), role) << dim;
  std::vector<ContractPhase> phases = analyze(c);
  EXPECT_EQ(phases[0].countTerms(), 4 * 16 * 16 * 22 * 22);
  EXPECT_TRUE(covers(avx512, c, phases, 0));
  EXPECT_TRUE(covers(avx512, c, phases, 1));
  EXPECT_FALSE(covers(avx512, c, phases, 3));
}

TEST_F(Contract, aDepthwiseConvolution) {
  std::string d = "(n, g, h, w, p, q) -> ";
  Contraction c =
      make({2, 32, 8, 8, 3, 3}, 4, true,
           access(d + "(n, g, h + p - 1, w + q - 1)", {2, 32, 8, 8},
                  "[0, 1, 2, 3], block = [1], by = [16]"),
           access(d + "(g, p, q)", {32, 3, 3}),
           access(d + "(n, g, h, w)", {2, 32, 8, 8}, "[0, 1, 2, 3], block = [1], by = [16]"));
  EXPECT_EQ(c.getRole(1), DimRole::Batch);
  ContractWalk walk;
  walk.lanes = 1;
  walk.tile.nr = 16;
  std::vector<ContractPlan> plans = makePlans(avx512, c, walk);
  ASSERT_EQ(plans.size(), 1u); // both factors are vectors, the filter's one gathered
  EXPECT_EQ(plans[0].factors[0].kind, LaneKind::Contiguous);
  EXPECT_EQ(plans[0].factors[1].kind, LaneKind::Scattered);
}

/// Groups of 12 channels in blocks of 16: d0 images, d1 groups, d2 channels, d3 columns, d4 taps,
/// d5 channels of the group.
TEST_F(Contract, groupsOfTwelveChannels) {
  std::string d = "(n, g, o, w, q, c) -> ";
  auto grouped = [&](bool blocked) {
    std::string layout = blocked ? "[0, 1, 2], block = [1], by = [16]" : "";
    return make({2, 3, 12, 40, 3, 12}, 4, true,
                access(d + "(n, g * 12 + c, w + q - 1)", {2, 36, 40}, layout),
                access(d + "(g * 12 + o, c, q)", {36, 12, 3}),
                access(d + "(n, g * 12 + o, w)", {2, 36, 40}, layout));
  };
  Contraction rows = grouped(false), blocks = grouped(true);
  EXPECT_EQ(rows.getRole(1), DimRole::Batch);
  EXPECT_TRUE(covers(avx512, rows, analyze(rows), 2));
  EXPECT_FALSE(covers(avx512, blocks, analyze(blocks), 2)); // sums over blocks that groups cut
}

TEST_F(Contract, theLargestResultStandsForAll) {
  Contraction c = matmul(8, 16, 32);
  c.results.insert(c.results.begin(), access("(m, n, k) -> (m)", {8}));
  c.extras = {access("(m, n, k) -> (m, n)", {8, 16}), access("(m, n, k) -> (n)", {16})};
  EXPECT_EQ(c.findMainResult(), 1u);
  EXPECT_EQ(c.countStreams(), 2);
}

TEST_F(Contract, partialSumsWantTheirLanes) {
  Contraction c = matmul(8, 16, 32);
  c.results.push_back(access("(m, n, k) -> (n)", {16}));
  c.results.back().sums = true;
  EXPECT_TRUE(covers(avx512, c, analyze(c), 1));
  EXPECT_FALSE(covers(avx512, c, analyze(c), 0));
}

// Sizes are numbers: a period of the divisions says all.
TEST_F(Contract, stridesOfHugeDims) {
  AffineExpr x = getAffineDimExpr(0, &context);
  int64_t huge = int64_t(1) << 50;
  EXPECT_EQ(getStride(x * 3, 0, 16, {huge}), 3);
  EXPECT_EQ(getStride(x.floorDiv(16) * 64 + x % 16, 0, 16, {huge}), 1);
  EXPECT_EQ(getStride(x.floorDiv(12) * 64 + x % 12, 0, 16, {huge}), std::nullopt);
  EXPECT_EQ(getStride(x.floorDiv(12) * 64 + x % 12, 0, 4, {huge}), 1);
}

//===--- walks --------------------------------------------------------------------------------===//

TEST_F(Contract, budgetsOfRegisters) {
  Type f32 = Float32Type::get(&context);
  RegisterBudget wide(avx512, f32, 256), narrow(target(256, 16, true), f32, 100),
      plain(target(128, 16, false), f32, 256);
  EXPECT_TRUE(wide.fits(28, 3));
  EXPECT_FALSE(wide.fits(28, 4));
  EXPECT_TRUE(wide.fitsWithSpare(28, 2));
  EXPECT_FALSE(wide.fitsWithSpare(28, 3));
  EXPECT_EQ(narrow.getRegisters(16), 2);
  EXPECT_TRUE(narrow.fits(12, 2)); // and a mask
  EXPECT_FALSE(narrow.fits(12, 3));
  EXPECT_TRUE(plain.fits(12, 2)); // and a product
  EXPECT_FALSE(plain.fits(12, 3));
}

TEST_F(Contract, rowsAreSplitNearlyEqually) {
  RowSplit split = splitRows(256, 14);
  EXPECT_EQ(split.tiles, 19);
  int64_t rows = 0;
  for (int64_t t = 0; t < split.tiles; ++t) {
    EXPECT_EQ(split.begin(t), rows);
    EXPECT_TRUE(split.size(t) == 13 || split.size(t) == 14);
    rows += split.size(t);
  }
  EXPECT_EQ(rows, 256);
  EXPECT_EQ(splitRows(28, 14).tiles, 2);
  EXPECT_EQ(splitRows(28, 14).size(1), 14);
  EXPECT_EQ(splitRows(1, 14).size(0), 1);
  EXPECT_EQ(splitRows(0, 14).tiles, 0);
}

TEST_F(Contract, tilesFitTheRegisters) {
  Type f32 = Float32Type::get(&context), f64 = Float64Type::get(&context);
  Tile wide = chooseTile(avx512, f32, 1000, 256);
  EXPECT_EQ(wide.mr, 14);
  EXPECT_EQ(wide.nr, 32);
  EXPECT_EQ(chooseTile(avx512, f32, 1000, 10).nr, 16);
  EXPECT_EQ(chooseTile(target(256, 16, true), f32, 1000, 256).mr, 6);
  EXPECT_EQ(chooseTile(target(256, 16, true), f32, 1000, 256).nr, 16);
  EXPECT_EQ(chooseTile(target(128, 16, false), f32, 1000, 256).mr, 4);
  EXPECT_EQ(chooseTile(avx512, f64, 1000, 256).nr, 16);
  EXPECT_EQ(chooseTile(avx512, f32, 3, 256).mr, 3);
  // The mask of a last vector takes one of few registers.
  EXPECT_EQ(chooseTile(target(256, 16, true), f32, 1000, 100).mr, 5);
  EXPECT_EQ(chooseTile(avx512, f32, 1000, 100).mr, 14);
}

TEST_F(Contract, wasteAndGathersCost) {
  ContractWalk walk;
  walk.lanes = 1;
  walk.rows = 0;
  walk.tile = chooseTile(avx512, Float32Type::get(&context), 256, 10);
  ContractCost gathered = ContractModel(avx512, matmul(256, 10, 784)).estimate(walk);
  std::string panels = "[0, 1], block = [0], by = [16]";
  ContractCost packed = ContractModel(avx512, matmul(256, 10, 784, panels)).estimate(walk);
  EXPECT_EQ(gathered.fma, packed.fma);
  EXPECT_GT(gathered.scatter, 0);
  EXPECT_EQ(packed.scatter, 0);
  // 10 of 16 lanes are used: as many cycles as 16 outputs would take.
  ContractModel full(avx512, matmul(256, 16, 784, panels));
  EXPECT_EQ(full.estimate(walk).fma, packed.fma);
  EXPECT_EQ(full.rank().front().walk.lanes, 1);
}

TEST_F(Contract, rowsOfAWindowReadTheSameAgain) {
  // A depthwise convolution moves more bytes than it multiplies. Columns of an image share what
  // their windows read, rows of different images share nothing.
  std::string d = "(n, g, h, w, p, q) -> ", blocks = "[0, 1, 2, 3], block = [1], by = [16]";
  Contraction c = make({64, 128, 32, 32, 3, 3}, 4, true,
                       access(d + "(n, g, h + p - 1, w + q - 1)", {64, 128, 32, 32}, blocks),
                       access(d + "(g, p, q)", {128, 3, 3}, "[1, 2, 0], block = [0], by = [32]"),
                       access(d + "(n, g, h, w)", {64, 128, 32, 32}, blocks));
  ContractModel model(avx512, c);
  ContractWalk images, columns;
  images.lanes = columns.lanes = 1;
  images.tile = columns.tile = {8, 32};
  images.rows = 0;
  columns.rows = 3;
  EXPECT_EQ(model.estimate(images).fma, model.estimate(columns).fma);
  // 8 windows of 3 columns: 24 apart, 10 side by side.
  EXPECT_DOUBLE_EQ(model.estimate(images).rows / model.estimate(columns).rows, 24.0 / 10);
  EXPECT_EQ(model.chooseWalk().rows, 3);
}

TEST_F(Contract, rowsThatShareSumsCostLess) {
  // The epilogue adds up each image's positions: columns of an image have one sum a tile.
  Contraction c = forward(32, 32);
  c.dims[0] = 64;
  c.results.push_back(access("(n, o, h, w, p, q, c) -> (n, o)", {64, 32}));
  c.results.back().sums = true;
  ContractWalk images, columns;
  images.lanes = columns.lanes = 1;
  images.tile = columns.tile = {8, 32};
  images.rows = 0;
  columns.rows = 3;
  ContractModel with(avx512, c);
  c.results.pop_back();
  ContractModel without(avx512, c);
  auto costOfSums = [&](const ContractWalk &walk) {
    return with.estimate(walk).tiles - without.estimate(walk).tiles;
  };
  EXPECT_GT(costOfSums(columns), 0);
  // Two differences of two totals some 1,000 times as large, of a few roundings each: 8 * 2 * 2 * 4
  // * 1,000 * 2^-53.
  EXPECT_NEAR(costOfSums(images) / costOfSums(columns), 8, 1.5e-11);
}

TEST_F(Contract, productsOfABatchComeOneAfterTheOther) {
  // A weight gradient in chunks of 512 rows: each chunk's factors are used up before the next ones.
  std::string d = "(b, m, n, k) -> ";
  Contraction c =
      make({16, 128, 256, 512}, 3, false, access(d + "(b * 512 + k, m)", {8192, 128}),
           access(d + "(b * 512 + k, n)", {8192, 256}), access(d + "(b, m, n)", {16, 128, 256}));
  EXPECT_EQ(ContractModel(avx512, c).chooseWalk().order.front(), 0);
}

// d0 images, d1 groups of d2 channels, d3 columns, d4 taps, d5 channels of the group.
TEST_F(Contract, groupsAreNoBorder) {
  auto priceOf = [&](int64_t channels, bool blocked, int64_t lanes, int64_t rows) {
    std::string d = "(n, g, o, w, q, c) -> ", many = std::to_string(channels);
    std::string layout = blocked ? "[0, 1, 2], block = [1], by = [16]" : "";
    Contraction c =
        make({2, 3, channels, 40, 3, channels}, 4, true,
             access(d + "(n, g * " + many + " + c, w + q - 1)", {2, 3 * channels, 40}, layout),
             access(d + "(g * " + many + " + o, c, q)", {3 * channels, channels, 3},
                    "[0, 2, 1], block = [0], by = [" + many + "]"),
             access(d + "(n, g * " + many + " + o, w)", {2, 3 * channels, 40}, layout));
    ContractWalk walk;
    walk.lanes = lanes;
    walk.rows = rows;
    walk.tile = {rows < 0 ? 1 : 14, 16};
    return ContractModel(avx512, c).estimate(walk).scatter;
  };
  for (int64_t channels : {3, 4, 8, 16, 32}) // 3 groups of 3 are in one block
    EXPECT_EQ(priceOf(channels, true, 2, 3), 0) << channels;
  for (int64_t channels : {12, 24}) {
    EXPECT_GT(priceOf(channels, true, 2, 3), 0) << channels;
    EXPECT_GT(priceOf(channels, true, 3, -1), 0) << channels;
    // Row-major images only scatter the result.
    EXPECT_LT(priceOf(channels, false, 2, 3), priceOf(channels, true, 2, 3));
  }
  // The columns have a border.
  EXPECT_GT(priceOf(16, true, 3, 2), priceOf(16, true, 2, 3));
}

} // namespace
