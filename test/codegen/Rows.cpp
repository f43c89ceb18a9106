//===- Rows.cpp - map kernels with reductions against the oracle ------------------------------===//
//
// Softmax with cross-entropy over short and long rows, column sums, masks, in-place updates; naive
// and fast emitters must agree to the bit.
//
//===------------------------------------------------------------------------------------------===//
#include "KernelTest.h"

using namespace sinter::test;

static std::string replaced(std::string text, const std::string &from, const std::string &to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

static const char *const kSoftmax = R"(
module @m {
  kernel.entry @e name("e") kind(predict) batch(9) {
    %x = kernel.buffer "x" role(input) offset(0) : !kernel.buffer<9xNxTYPE>
    %label = kernel.buffer "label" role(input) offset(524288) : !kernel.buffer<9xi32>
    %dx = kernel.buffer "dx" role(output) offset(1048576) : !kernel.buffer<9xNxTYPE>
    %loss = kernel.buffer "loss" role(output) offset(1572864) : !kernel.buffer<9xTYPE>
    %best = kernel.buffer "best" role(output) offset(1581056) : !kernel.buffer<9xi32>
    kernel.map "k" dims [9, N] inner [1] ins(%x, %label : !kernel.buffer<9xNxTYPE>, !kernel.buffer<9xi32>)
      outs(%dx, %loss, %best : !kernel.buffer<9xNxTYPE>, !kernel.buffer<9xTYPE>, !kernel.buffer<9xi32>)
      maps [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m)>, affine_map<(m, n) -> (m, n)>,
            affine_map<(m, n) -> (m)>, affine_map<(m, n) -> (m)>] algorithm <ORDER> {
      ^bb0(%v: TYPE, %y: i32):
        %zero = arith.constant 0.0 : TYPE
        %one = arith.constant 1.0 : TYPE
        %max = kernel.reduce max %v : TYPE -> TYPE
        %shift = arith.subf %v, %max : TYPE
        %e = math.exp %shift : TYPE
        %sum = kernel.reduce sum %e : TYPE -> TYPE
        %i = kernel.index 1 : i32
        %hit = arith.cmpi eq, %i, %y : i32
        %p = arith.divf %e, %sum : TYPE
        %hot = arith.select %hit, %one, %zero : TYPE
        %d = arith.subf %p, %hot : TYPE
        %log = math.log %sum : TYPE
        %logp = arith.subf %shift, %log : TYPE
        %picked = arith.select %hit, %logp, %zero : TYPE
        %total = kernel.reduce sum %picked : TYPE -> TYPE
        %loss1 = arith.negf %total : TYPE
        %first = kernel.reduce argmax %v : TYPE -> i32
        kernel.yield %d, %loss1, %first : TYPE, TYPE, i32
      }
  }
})";

static std::string softmaxOf(const std::string &type, const std::string &columns,
                             const std::string &order) {
  return replaced(replaced(replaced(kSoftmax, "TYPE", type), "ORDER", order), "N", columns);
}

// The exponentials of long rows are kept for the second sweep, of 5,000 in f64 there are too many.
// The chunks that cut a row in canonical lanes are left to plain loops.
TEST(Rows, SoftmaxCrossEntropy) {
  for (const char *type : {"f32", "f64"})
    for (auto [columns, order] :
         {std::pair("1", "lanes 16"), std::pair("10", "lanes 16"), std::pair("16", "lanes 16"),
          std::pair("17", "lanes 64"), std::pair("31", "lanes 4"), std::pair("100", "lanes 64"),
          std::pair("257", "lanes 16"), std::pair("257", "lanes 64"), std::pair("700", "lanes 32"),
          std::pair("5000", "lanes 64"),
          std::pair("100", "chunks 3 x 48 of lanes 16 joined lanes 2")}) {
      std::string text = softmaxOf(type, columns, order);
      SCOPED_TRACE(std::string(type) + " x" + columns);
      Program fast(text), naive(text);
      naive.naive();
      Contents wanted = naive.oracle(), slow = naive.run(1), got = fast.run(1);
      expectClose(slow, wanted, std::string(type) == "f64" ? 1e-13 : 2e-6);
      expectSame(got, slow);
      expectSame(fast.run(3), slow);
    }
}

// 16 canonical lanes are one, two or four hardware vectors: equal bits where FMA is equal.
TEST(Rows, VectorWidthsKeepBits) {
  for (auto [columns, order] : {std::pair("10", "lanes 16"), std::pair("100", "lanes 16"),
                                std::pair("300", "lanes 64"), std::pair("300", "lanes 32")}) {
    std::string text = softmaxOf("f32", columns, order);
    expectSame(Program(text, "cpu:x86-64-v3").run(2), Program(text).run(1));
    expectSame(Program(text, "cpu:x86-64-v2").run(2), Program(text, "cpu:x86-64").run(1));
  }
}

static const char *const kColumns = R"(
module @m {
  kernel.entry @e name("e") kind(predict) batch(40) {
    %x = kernel.buffer "x" role(input) offset(0) : !kernel.buffer<40xNxf32>
    %b = kernel.buffer "b" role(param) offset(0) : !kernel.buffer<Nxf32>
    %lr = kernel.buffer "lr" role(scalar) offset(16) : !kernel.buffer<f32>
    kernel.map "k" dims [40, N] inner [0] ins(%x, %b, %lr : !kernel.buffer<40xNxf32>, !kernel.buffer<Nxf32>, !kernel.buffer<f32>)
      outs(%b : !kernel.buffer<Nxf32>)
      maps [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (n)>, affine_map<(m, n) -> ()>, affine_map<(m, n) -> (n)>]
      algorithm <ORDER> {
      ^bb0(%v: f32, %old: f32, %rate: f32):
        %sum = kernel.reduce sum %v : f32 -> f32
        %step = arith.mulf %sum, %rate : f32
        %new = arith.subf %old, %step : f32
        kernel.yield %new : f32
      }
  }
})";

TEST(Rows, ColumnSumsInPlace) {
  for (const char *order :
       {"chain", "lanes 16", "lanes 32", "chunks 5 x 8 of chain joined chain",
        "chunks 3 x 16 of chain joined chain", "chunks 2 x 20 of lanes 16 joined lanes 2"})
    for (const char *columns : {"1", "10", "16", "37", "256"}) {
      std::string text = replaced(replaced(kColumns, "ORDER", order), "N", columns);
      SCOPED_TRACE(std::string(order) + " x" + columns);
      Program fast(text), naive(text);
      naive.naive();
      Contents wanted = naive.oracle(), slow = naive.run(1), got = fast.run(1);
      expectClose(slow, wanted, 2e-6);
      expectSame(got, slow);
      expectSame(fast.run(3), slow);
    }
}

// 2^24, then 39 times 1/8, in chunks of 8: sums of chunks are 2^24 and four times 1, which f32
// would drop one by one.
TEST(Rows, ChunksAreJoinedInF64) {
  std::string text = R"(
module @m {
  kernel.entry @e name("e") kind(predict) batch(40) {
    %x = kernel.buffer "x" role(input) offset(0) : !kernel.buffer<40x20xf32>
    %s = kernel.buffer "s" role(output) offset(0) : !kernel.buffer<20xf32>
    kernel.map "k" dims [40, 20] inner [0] ins(%x : !kernel.buffer<40x20xf32>) outs(%s : !kernel.buffer<20xf32>)
      maps [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (n)>] algorithm <chunks 5 x 8 of chain joined chain> {
      ^bb0(%v: f32):
        %row = kernel.index 0 : f32
        %zero = arith.constant 0.0 : f32
        %small = arith.constant 0.125 : f32
        %large = arith.constant 16777216.0 : f32
        %first = arith.cmpf oeq, %row, %zero : f32
        %value = arith.select %first, %large, %small : f32
        %sum = kernel.reduce sum %value : f32 -> f32
        kernel.yield %sum : f32
      }
  }
})";
  Program fast(text), naive(text);
  naive.naive();
  std::vector<double> wanted(20, 16777220.0);
  EXPECT_EQ(fast.run(1)["output:s"], wanted);
  EXPECT_EQ(naive.run(1)["output:s"], wanted);
}

// A result that replaces what the row still reads: stored after everything else, also in the walk
// across rows.
static const char *const kInPlace = R"(
module @m {
  kernel.entry @e name("e") kind(predict) batch(37) {
    %x = kernel.buffer "x" role(param) offset(0) : !kernel.buffer<37x20xf32>
    %s = kernel.buffer "s" role(output) offset(0) : !kernel.buffer<37xf32>
    kernel.map "k" dims [37, 20] inner [1] ins(%x, %x : !kernel.buffer<37x20xf32>, !kernel.buffer<37x20xf32>)
      outs(%x, %s : !kernel.buffer<37x20xf32>, !kernel.buffer<37xf32>)
      maps [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m, OTHER)>, affine_map<(m, n) -> (m, n)>,
            affine_map<(m, n) -> (m)>] algorithm <ORDER> {
      ^bb0(%v: f32, %w: f32):
        %p = arith.mulf %v, %w : f32
        %sum = kernel.reduce sum %p : f32 -> f32
        %twice = arith.addf %v, %v : f32
        %total = arith.addf %sum, %w : f32
        kernel.yield %twice, %total : f32, f32
      }
  }
})";

TEST(Rows, ResultsThatReplaceOperandsComeLast) {
  for (const char *other : {"0", "19 - n"})
    for (const char *order : {"chain", "lanes 16"}) {
      std::string text = replaced(replaced(kInPlace, "OTHER", other), "ORDER", order);
      SCOPED_TRACE(std::string(other) + ", " + order);
      Program fast(text), naive(text);
      naive.naive();
      fast.schedule("lanes = 0, rows = -1, mr = 1, nr = 16, order = 0, 1");
      Contents slow = naive.run(1);
      expectClose(slow, naive.oracle(), 2e-6);
      expectSame(fast.run(2), slow);
    }
}
