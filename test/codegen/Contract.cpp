//===- Contract.cpp - the contraction emitter: same bits whatever the schedule ----------------===//
//
// Matrix products in all operand orders and layouts, padded convolutions, odd sizes. The naive
// emitter gives the bits; tiles, orders, vector widths and threads must not change them (D1).
//
//===------------------------------------------------------------------------------------------===//
#include "KernelTest.h"

#include "llvm/Support/FormatVariadic.h"

using namespace sinter::test;

/// y[m,n] = relu(sum_k a*b + c[n]) and a mask; a is AMAP-indexed, b BMAP-indexed with its layout.
static std::string gemm(int m, int n, int k, const std::string &aMap, const std::string &bMap,
                        const std::string &bLayout, const std::string &outLayout,
                        const std::string &type = "f32") {
  auto shape = [&](const std::string &map) {
    auto size = [&](char c) { return std::to_string(c == 'm' ? m : c == 'n' ? n : k); };
    return size(map[0]) + "x" + size(map[1]) + "x" + type;
  };
  auto map = [](const std::string &names) {
    return "affine_map<(m, n, k) -> (" + std::string(1, names[0]) + ", " + names[1] + ")>";
  };
  std::string a = "!kernel.buffer<" + shape(aMap) + ">";
  std::string b = "!kernel.buffer<" + shape(bMap) + bLayout + ">";
  std::string y = "!kernel.buffer<" + shape("mn") + outLayout + ">";
  std::string c = "!kernel.buffer<" + std::to_string(n) + "x" + type + ">";
  std::string mask = "!kernel.buffer<" + std::to_string(m) + "x" + std::to_string(n) + "xi1>";
  return R"(module @m { kernel.entry @e name("e") kind(predict) batch(1) {
    %x = kernel.buffer "x" role(input) offset(0) : )" +
         a + R"(
    %w = kernel.buffer "w" role(param) offset(0) : )" +
         b + R"(
    %c = kernel.buffer "c" role(param) offset(1048576) : )" +
         c + R"(
    %y = kernel.buffer "y" role(output) offset(1048576) : )" +
         y + R"(
    %mask = kernel.buffer "mask" role(output) offset(2097152) : )" +
         mask + R"(
    kernel.contract "k" dims [)" +
         std::to_string(m) + ", " + std::to_string(n) + ", " + std::to_string(k) +
         R"(] parallel 2 a(%x : )" + a + ") b(%w : " + b + ") extras(%c : " + c +
         ") outs(%y, %mask : " + y + ", " + mask + ") maps [" + map(aMap) + ", " + map(bMap) +
         R"(, affine_map<(m, n, k) -> (n)>, affine_map<(m, n, k) -> (m, n)>,
      affine_map<(m, n, k) -> (m, n)>] algorithm <chain> epilogue {
      ^bb0(%acc: )" +
         type + ", %bias: " + type + R"():
        %zero = arith.constant 0.0 : )" +
         type + R"(
        %sum = arith.addf %acc, %bias : )" +
         type + R"(
        %positive = arith.cmpf ogt, %sum, %zero : )" +
         type + R"(
        %relu = arith.maximumf %sum, %zero : )" +
         type + R"(
        kernel.yield %relu, %positive : )" +
         type + R"(, i1
    } } })";
}

static const char *const kSchedules[] = {
    "lanes = 1, rows = 0, mr = 14, nr = 32, order = 1, 0",
    "lanes = 1, rows = 0, mr = 6, nr = 16, order = 0, 1",
    "lanes = 1, rows = 0, mr = 1, nr = 8",
    "lanes = 1, rows = -1, mr = 1, nr = 64",
    "lanes = 0, rows = 1, mr = 5, nr = 16, order = 0, 1",
    "lanes = 1, rows = 0, mr = 3, nr = 4",
    "lanes = 1, rows = 0, mr = 4, nr = 16, kc = 8, group = 1, order = 1, 0",
    "lanes = 1, rows = 0, mr = 4, nr = 16, kc = 8, group = 1, order = 0, 1",
};

static void checkSchedules(const std::string &text, double tolerance) {
  Program naive(text);
  naive.naive();
  Contents bits = naive.run(1);
  expectClose(bits, naive.oracle(), tolerance);
  Program plain(text);
  expectSame(plain.run(2), bits);
  for (const char *schedule : kSchedules) {
    SCOPED_TRACE(schedule);
    Program forced(text);
    forced.schedule(schedule);
    expectSame(forced.run(1), bits);
    expectSame(forced.run(3), bits);
  }
}

TEST(Contract, SchedulesKeepBits) {
  const char *const panels32 = ", #kernel.layout<[0, 1], block = [0], by = [32]>";
  const char *const panels16 = ", #kernel.layout<[0, 1], block = [1], by = [16]>";
  checkSchedules(gemm(29, 45, 37, "mk", "nk", panels32, ""), 2e-6);
  checkSchedules(gemm(29, 45, 37, "mk", "nk", "", ""), 2e-6);
  checkSchedules(gemm(17, 33, 20, "mk", "kn", "", panels16), 2e-6);
  checkSchedules(gemm(33, 10, 19, "km", "kn", panels16, ""), 2e-6);
  // row tiles packed under order 0, 1
  checkSchedules(gemm(37, 70, 21, "km", "kn", panels16, panels16), 2e-6);
  checkSchedules(gemm(1, 1, 1, "mk", "kn", "", ""), 2e-6);
  checkSchedules(gemm(15, 17, 0, "mk", "kn", "", ""), 2e-6);
}

// Rows of 4,096 bytes share few sets of L2: sums over more of them than it holds are chunked, and
// the factor that has them stays while the tiles of the other take turns.
TEST(Contract, CrowdedRowsAreChunked) {
  auto choose = [](int m, int n, int k) {
    Program program(gemm(m, n, k, "km", "kn", "", ""), "cpu:x86-64-v4");
    sinter::kernel::CpuScheduleAttr schedule = program.chooseSchedule();
    std::vector<int64_t> order = schedule.getOrder();
    return std::tuple(schedule.getKc() > 0, schedule.getGroup(), order.front());
  };
  EXPECT_EQ(choose(256, 1024, 512), std::tuple(true, 1, 1)); // columns of b stay
  EXPECT_EQ(choose(1024, 256, 512), std::tuple(true, 1, 0)); // columns of a stay
  EXPECT_FALSE(std::get<0>(choose(256, 1040, 512)));
  EXPECT_FALSE(std::get<0>(choose(256, 1024, 128)));
  EXPECT_FALSE(std::get<0>(choose(8, 1024, 512))); // nothing reads b again
}

// Accumulators of one group's tiles that are too many wait in parts of equal size.
TEST(Contract, LongGroupsAreParted) {
  for (int m : {740, 1999}) {
    std::string text = gemm(m, 64, 40, "km", "kn", "", "");
    Contents bits = Program(text).naive().run(1);
    Program forced(text);
    forced.schedule("lanes = 1, rows = 0, mr = 8, nr = 32, kc = 16, group = 1, order = 1, 0");
    expectSame(forced.run(1), bits);
    expectSame(forced.run(3), bits);
  }
}

TEST(Contract, DoublesAndOtherTargets) {
  checkSchedules(
      gemm(13, 21, 11, "mk", "nk", ", #kernel.layout<[0, 1], block = [0], by = [8]>", "", "f64"),
      1e-13);
  std::string text = gemm(13, 21, 11, "mk", "kn", "", "");
  Contents wanted = Program(text).oracle();
  for (const char *target : {"cpu:x86-64", "cpu:x86-64-v2", "cpu:x86-64-v3"}) {
    SCOPED_TRACE(target);
    Program fast(text, target), naive(text, target);
    Contents bits = naive.naive().run(1);
    expectClose(bits, wanted, 2e-6);
    expectSame(fast.run(2), bits);
  }
}

// 512, 256 bits: other tiles, equal bits. 128 bits without FMA: two levels agree with each other.
TEST(Contract, VectorWidthsKeepBits) {
  std::string text =
      gemm(29, 45, 37, "mk", "nk", ", #kernel.layout<[0, 1], block = [0], by = [32]>", "");
  // tests run on x86-64-v3 or better
  expectSame(Program(text, "cpu:x86-64-v3").run(2), Program(text).run(1));
  expectSame(Program(text, "cpu:x86-64-v2").run(2), Program(text, "cpu:x86-64").run(1));
}

TEST(Contract, PaddedConvolution) {
  std::string text = R"(module @m { kernel.entry @e name("e") kind(predict) batch(2) {
    %x = kernel.buffer "x" role(input) offset(0) : !kernel.buffer<2x3x7x9xf32>
    %w = kernel.buffer "w" role(param) offset(0) : !kernel.buffer<20x3x3x3xf32, #kernel.layout<[0, 1, 2, 3], block = [0], by = [16]>>
    %y = kernel.buffer "y" role(output) offset(8192) : !kernel.buffer<2x20x7x9xf32, #kernel.layout<[0, 1, 2, 3], block = [1], by = [16]>>
    kernel.contract "k" dims [2, 20, 7, 9, 3, 3, 3] parallel 4 padded a(%x : !kernel.buffer<2x3x7x9xf32>)
      b(%w : !kernel.buffer<20x3x3x3xf32, #kernel.layout<[0, 1, 2, 3], block = [0], by = [16]>>)
      outs(%y : !kernel.buffer<2x20x7x9xf32, #kernel.layout<[0, 1, 2, 3], block = [1], by = [16]>>)
      maps [affine_map<(n, o, h, w, c, i, j) -> (n, c, h + i - 1, w + j - 1)>,
            affine_map<(n, o, h, w, c, i, j) -> (o, c, i, j)>, affine_map<(n, o, h, w, c, i, j) -> (n, o, h, w)>]
      algorithm <chain> epilogue {
      ^bb0(%acc: f32):
        kernel.yield %acc : f32
    } } })";
  Program naive(text);
  Contents bits = naive.naive().run(1);
  expectClose(bits, naive.oracle(), 2e-6);
  for (const char *schedule : {"lanes = 1, rows = 3, mr = 7, nr = 32, order = 0, 2, 1, 3",
                               "lanes = 3, rows = 1, mr = 4, nr = 16, order = 2, 0, 1, 3",
                               "lanes = 0, rows = 3, mr = 4, nr = 16"}) {
    SCOPED_TRACE(schedule);
    Program forced(text);
    forced.schedule(schedule);
    expectSame(forced.run(2), bits);
  }
}

// Row tiles of four over partial sums of three rows each: a sum that ends in the middle of a tile
// goes on in the next.
TEST(Contract, PartialSumsAcrossRowTiles) {
  std::string text = R"(module @m { kernel.entry @e name("e") kind(predict) batch(1) {
    %a = kernel.buffer "a" role(input) offset(0) : !kernel.buffer<33xf32>
    %b = kernel.buffer "b" role(input) offset(1024) : !kernel.buffer<31x33xf32>
    %y = kernel.buffer "y" role(output) offset(8192) : !kernel.buffer<31x33xf32>
    %ysum = kernel.buffer "ysum" role(output) offset(16384) : !kernel.buffer<11x33xf32>
    kernel.contract "k" dims [33, 31] parallel 2 a(%a : !kernel.buffer<33xf32>) b(%b : !kernel.buffer<31x33xf32>)
      outs(%y, %ysum : !kernel.buffer<31x33xf32>, !kernel.buffer<11x33xf32>)
      maps [affine_map<(c, r) -> (c)>, affine_map<(c, r) -> (r, c)>, affine_map<(c, r) -> (r, c)>,
            affine_map<(c, r) -> (r floordiv 3, c)>]
      algorithm <chain> attributes {sums = array<i1: false, true>} epilogue {
      ^bb0(%acc: f32):
        kernel.yield %acc, %acc : f32, f32
    } } })";
  checkSchedules(text, 2e-6);
  Program naive(text), forced(text);
  Contents bits = naive.naive().run(1);
  expectSame(forced.schedule("lanes = 0, rows = 1, mr = 4, nr = 16, order = 0, 1").run(3), bits);
}

// The schedules that the cost model chooses keep all sums and addresses of the k loop in registers.
TEST(Contract, NoSpills) {
  struct Row {
    const char *target, *multiply, *vector, *stack;
  } rows[] = {{"cpu:x86-64-v4", "vfmadd", "%zmm", "(%rsp)"},
              {"cpu:x86-64-v3", "vfmadd", "%ymm", "(%rsp)"},
              {"cpu:x86-64-v2", "mulps", "%xmm", "(%rsp)"},
              {"cpu:aarch64", "fmla", ".4s", "[sp"}};
  for (const Row &row : rows) {
    SCOPED_TRACE(row.target);
    Program program(
        gemm(256, 256, 784, "mk", "nk", ", #kernel.layout<[0, 1], block = [0], by = [32]>", ""),
        row.target);
    std::string text = program.assembly();
    auto [multiplications, touches] = countInLoops(text, row.multiply, row.vector, row.stack);
    EXPECT_GE(multiplications, 12);
    // NEON broadcasts need an address register a row: integers may spill
    if (std::string(row.stack) != "[sp")
      EXPECT_EQ(touches, 0);
  }
}
