//===- Naive.cpp - the fallback emitters against the oracle -----------------------------------===//
//
// Hand-written kernels: matrix product with epilogue, padded convolution, partial sums, rows with
// reductions, loops.
//
//===------------------------------------------------------------------------------------------===//
#include "KernelTest.h"

using namespace sinter::test;

static const char *const kGemm = R"(
module @m {
  kernel.entry @e name("e") kind(predict) batch(7) {
    %x = kernel.buffer "x" role(input) offset(0) : !kernel.buffer<7x33xf32>
    %w = kernel.buffer "w" role(param) offset(0) : !kernel.buffer<37x33xf32, #kernel.layout<[0, 1], block = [0], by = [32]>>
    %c = kernel.buffer "c" role(param) offset(16384) : !kernel.buffer<37xf32>
    %y = kernel.buffer "y" role(output) offset(2048) : !kernel.buffer<7x37xf32>
    %mask = kernel.buffer "mask" role(output) offset(8192) : !kernel.buffer<7x37xi1>
    kernel.contract "k" dims [7, 37, 33] parallel 2 a(%x : !kernel.buffer<7x33xf32>)
      b(%w : !kernel.buffer<37x33xf32, #kernel.layout<[0, 1], block = [0], by = [32]>>)
      extras(%c : !kernel.buffer<37xf32>) outs(%y, %mask : !kernel.buffer<7x37xf32>, !kernel.buffer<7x37xi1>)
      maps [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (n)>,
            affine_map<(m, n, k) -> (m, n)>, affine_map<(m, n, k) -> (m, n)>]
      algorithm <chain> epilogue {
      ^bb0(%acc: f32, %bias: f32):
        %zero = arith.constant 0.0 : f32
        %sum = arith.addf %acc, %bias : f32
        %positive = arith.cmpf ogt, %sum, %zero : f32
        %relu = arith.maximumf %sum, %zero : f32
        kernel.yield %relu, %positive : f32, i1
      }
  }
})";

TEST(Naive, MatrixProduct) {
  Program program(kGemm);
  program.naive();
  Contents wanted = program.oracle(), got = program.run(1);
  expectClose(got, wanted, 1e-6);
  expectSame(program.run(3), got);
  expectSame(program.run(1, {0, ""}), got);
}

// The sums' buffer is padded from 5 to 8 elements: run() fails when a byte of the padding changes.
TEST(Naive, PartialSumsLeavePaddingAlone) {
  Program program(R"(
module @m {
  kernel.entry @e name("e") kind(predict) batch(7) {
    %x = kernel.buffer "x" role(input) offset(0) : !kernel.buffer<7x9xf32>
    %w = kernel.buffer "w" role(param) offset(0) : !kernel.buffer<9x5xf32>
    %y = kernel.buffer "y" role(output) offset(1024) : !kernel.buffer<7x5xf32>
    %s = kernel.buffer "s" role(output) offset(2048) : !kernel.buffer<2x5xf32, #kernel.layout<[0, 1], block = [1], by = [8]>>
    kernel.contract "k" dims [7, 5, 9] parallel 2 a(%x : !kernel.buffer<7x9xf32>) b(%w : !kernel.buffer<9x5xf32>)
      outs(%y, %s : !kernel.buffer<7x5xf32>, !kernel.buffer<2x5xf32, #kernel.layout<[0, 1], block = [1], by = [8]>>)
      maps [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>,
            affine_map<(m, n, k) -> (m floordiv 4, n)>]
      algorithm <chain> attributes {sums = array<i1: false, true>} epilogue {
      ^bb0(%acc: f32):
        kernel.yield %acc, %acc : f32, f32
      }
  }
})");
  Contents wanted = program.oracle(), got = program.run(1);
  expectClose(got, wanted, 1e-6);
  expectSame(program.run(3), got);
}

// What `padded` leaves out is not multiplied by 0: every filter tap but the middle one is infinite,
// and outside. Point 7 of the domain lies outside y and is skipped; the bytes behind y stay.
TEST(Naive, PaddedLeavesTermsAndPointsOut) {
  Program program(R"(
module @m {
  kernel.entry @e name("e") kind(predict) batch(1) {
    %x = kernel.buffer "x" role(input) offset(0) : !kernel.buffer<7xf32>
    %w = kernel.buffer "w" role(constant) value(dense<[0x7F800000, 2.0, 0x7F800000]> : tensor<3xf32>) : !kernel.buffer<3xf32>
    %u = kernel.buffer "u" role(input) offset(1024) : !kernel.buffer<7xf32>
    %y = kernel.buffer "y" role(output) offset(2048) : !kernel.buffer<7xf32>
    kernel.contract "k" dims [8, 3] parallel 1 padded a(%x : !kernel.buffer<7xf32>) b(%w : !kernel.buffer<3xf32>)
      extras(%u : !kernel.buffer<7xf32>) outs(%y : !kernel.buffer<7xf32>)
      maps [affine_map<(i, p) -> (i + 100 * p - 100)>, affine_map<(i, p) -> (p)>, affine_map<(i, p) -> (i)>,
            affine_map<(i, p) -> (i)>]
      algorithm <chain> epilogue {
      ^bb0(%acc: f32, %extra: f32):
        %sum = arith.addf %acc, %extra : f32
        kernel.yield %sum : f32
      }
  }
})");
  program.naive();
  Contents wanted = program.oracle(), got = program.run(1);
  for (double value : wanted["output:y"])
    EXPECT_TRUE(std::isfinite(value));
  expectClose(got, wanted, 1e-6);
  expectSame(program.run(3), got);
}
