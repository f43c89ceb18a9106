//===- KernelTest.cpp - the cost model, row splits and barriers -------------------------------===//
//
// What passes and codegen rely on in dialects/kernel/Cost and Ranges, on small hand-made cases.
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/kernel/Cost.h"
#include "dialects/kernel/Ranges.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

using namespace mlir;
using namespace sinter;
using namespace sinter::kernel;

namespace {

class KernelModel : public testing::Test {
protected:
  KernelModel() { context.loadDialect<KernelDialect, arith::ArithDialect>(); }

  TargetAttr target(int64_t bits, int64_t registers, bool fma) {
    return TargetAttr::get(&context, "t", "x86_64", "", "", bits, registers, 2, 32768, 1 << 20,
                           1 << 25, fma);
  }

  MLIRContext context;
};

TEST_F(KernelModel, rowsAreSplitNearlyEqually) {
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

TEST_F(KernelModel, tilesFitTheRegisters) {
  Type f32 = Float32Type::get(&context), f64 = Float64Type::get(&context);
  Tile wide = chooseTile(target(512, 32, true), f32, 1000, 256);
  EXPECT_EQ(wide.mr, 14);
  EXPECT_EQ(wide.nr, 32);
  EXPECT_EQ(chooseTile(target(512, 32, true), f32, 1000, 10).nr, 16);
  EXPECT_EQ(chooseTile(target(256, 16, true), f32, 1000, 256).mr, 6);
  EXPECT_EQ(chooseTile(target(256, 16, true), f32, 1000, 256).nr, 16);
  EXPECT_EQ(chooseTile(target(128, 16, false), f32, 1000, 256).mr, 4);
  EXPECT_EQ(chooseTile(target(512, 32, true), f64, 1000, 256).nr, 16);
  EXPECT_EQ(chooseTile(target(512, 32, true), f32, 3, 256).mr, 3);
  // The mask of a last vector takes one of few registers.
  EXPECT_EQ(chooseTile(target(256, 16, true), f32, 1000, 100).mr, 5);
  EXPECT_EQ(chooseTile(target(512, 32, true), f32, 1000, 100).mr, 14);
}

TEST_F(KernelModel, contiguousDimOfALayout) {
  auto panels = LayoutAttr::get(&context, {0, 1}, {0}, {32});
  EXPECT_EQ(getContiguousDim({256, 784}, panels), 0);
  EXPECT_EQ(getContiguousDim({256, 784}, {}), 1);
  EXPECT_EQ(getContiguousDim({256, 784, 1}, {}), 1);
  EXPECT_EQ(getContiguousDim({}, {}), -1);
  AffineExpr d0 = getAffineDimExpr(0, &context), d1 = getAffineDimExpr(1, &context);
  AffineMap shifted = AffineMap::get(2, 0, {d0, d1 + 3}, &context),
            strided = AffineMap::get(2, 0, {d0, d1 * 2}, &context);
  EXPECT_TRUE(isContiguousAlong(shifted, 1, {4, 8}, {}));
  EXPECT_FALSE(isContiguousAlong(strided, 1, {4, 8}, {}));
  EXPECT_FALSE(isContiguousAlong(shifted, 0, {4, 8}, {}));
}

TEST_F(KernelModel, wasteAndGathersCost) {
  ContractProblem p;
  p.dims = {256, 10, 784};
  p.parallel = 2;
  p.element = Float32Type::get(&context);
  AffineExpr m = getAffineDimExpr(0, &context), n = getAffineDimExpr(1, &context),
             k = getAffineDimExpr(2, &context);
  p.aMap = AffineMap::get(3, 0, {m, k}, &context);
  p.bMap = AffineMap::get(3, 0, {n, k}, &context);
  p.outMap = AffineMap::get(3, 0, {m, n}, &context);
  p.aShape = {256, 784};
  p.bShape = {10, 784};
  p.outShape = {256, 10};
  TargetAttr avx512 = target(512, 32, true);
  Tile tile = chooseTile(avx512, p.element, 256, 10);
  ContractCost gathered = estimateContract(avx512, p, 1, 0, tile);
  p.bLayout = LayoutAttr::get(&context, {0, 1}, {0}, {16});
  ContractCost packed = estimateContract(avx512, p, 1, 0, tile);
  EXPECT_EQ(gathered.fma, packed.fma);
  EXPECT_GT(gathered.scatter, 0);
  EXPECT_EQ(packed.scatter, 0);
  // 10 of 16 lanes are used: as many cycles as 16 outputs would take.
  p.dims[1] = 16;
  EXPECT_EQ(estimateContract(avx512, p, 1, 0, tile).fma, packed.fma);
  EXPECT_EQ(rankContractChoices(avx512, p).front().lanes, 1);
}

// d0 images, d1 groups of d2 channels, d3 columns, d4 taps, d5 channels of the group.
TEST_F(KernelModel, groupsAreNoBorder) {
  auto problemOf = [&](int64_t channels) {
    AffineExpr d[6];
    for (unsigned i = 0; i < 6; ++i)
      d[i] = getAffineDimExpr(i, &context);
    ContractProblem p;
    p.dims = {2, 3, channels, 40, 3, channels};
    p.parallel = 4;
    p.padded = true;
    p.element = Float32Type::get(&context);
    p.aMap = AffineMap::get(6, 0, {d[0], d[1] * channels + d[5], d[3] + d[4] - 1}, &context);
    p.bMap = AffineMap::get(6, 0, {d[1] * channels + d[2], d[5], d[4]}, &context);
    p.outMap = AffineMap::get(6, 0, {d[0], d[1] * channels + d[2], d[3]}, &context);
    p.aShape = {2, 3 * channels, 40};
    p.bShape = {3 * channels, channels, 3};
    p.outShape = p.aShape;
    p.bLayout = LayoutAttr::get(&context, {0, 2, 1}, {0}, {channels});
    p.aLayout = p.outLayout = LayoutAttr::get(&context, {0, 1, 2}, {1}, {16});
    return p;
  };
  TargetAttr avx512 = target(512, 32, true);
  for (int64_t channels : {4, 8, 16, 32})
    EXPECT_EQ(estimateContract(avx512, problemOf(channels), 2, 3, {14, 16}).scatter, 0) << channels;
  for (int64_t channels : {3, 12, 24}) {
    ContractProblem p = problemOf(channels);
    EXPECT_GT(estimateContract(avx512, p, 2, 3, {14, 16}).scatter, 0) << channels;
    EXPECT_GT(estimateContract(avx512, p, 3, -1, {1, 16}).scatter, 0) << channels;
    // Row-major images only scatter the result.
    p.aLayout = p.outLayout = {};
    EXPECT_LT(estimateContract(avx512, p, 2, 3, {14, 16}).scatter,
              estimateContract(avx512, problemOf(channels), 2, 3, {14, 16}).scatter);
  }
  // The columns have a border.
  EXPECT_GT(estimateContract(avx512, problemOf(16), 3, 2, {14, 16}).scatter,
            estimateContract(avx512, problemOf(16), 2, 3, {14, 16}).scatter);
}

TEST_F(KernelModel, barriersStandWhereBytesMeet) {
  const char *text = R"(
#id = affine_map<(d0) -> (d0)>
kernel.entry @e name("e") kind("predict") batch(0) {
  %a = kernel.buffer "a" role("temp") segment(2) offset(0) : <16xf32>
  %b = kernel.buffer "b" role("temp") segment(2) offset(64) : <16xf32>
  %c = kernel.buffer "c" role("temp") segment(2) offset(32) : <16xf32>
  %d = kernel.buffer "d" role("param") segment(0) offset(0) : <16xf32>
  %v = kernel.view %b : <16xf32> to <4x4xf32>
  kernel.map "w_a" dims [16] inner [] ins(%d : !kernel.buffer<16xf32>) outs(%a : !kernel.buffer<16xf32>) maps [#id, #id] {
  ^bb0(%x: f32):
    kernel.yield %x : f32
  }
  kernel.map "w_b" dims [16] inner [] ins(%d : !kernel.buffer<16xf32>) outs(%b : !kernel.buffer<16xf32>) maps [#id, #id] {
  ^bb0(%x: f32):
    kernel.yield %x : f32
  }
  kernel.map "r_view" dims [4] inner [] ins(%v : !kernel.buffer<4x4xf32>) outs(%d : !kernel.buffer<16xf32>) maps [affine_map<(d0) -> (0, d0)>, #id] {
  ^bb0(%x: f32):
    kernel.yield %x : f32
  }
  kernel.map "w_c" dims [16] inner [] outs(%c : !kernel.buffer<16xf32>) maps [#id] {
    %x = arith.constant 0.0 : f32
    kernel.yield %x : f32
  }
})";
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, &context);
  ASSERT_TRUE(module);
  auto entry = *module->getOps<EntryOp>().begin();
  // w_b touches nothing of w_a; r_view reads b through its view; w_c overlaps b, which r_view
  // reads.
  SmallVector<bool> expected{false, false, true, true};
  EXPECT_EQ(placeBarriers(entry.getBody().front()), expected);
}

TEST_F(KernelModel, threadsAreSyncedBehindSerialSections) {
  const char *text = R"(
#id = affine_map<(d0) -> (d0)>
kernel.entry @e name("e") kind("predict") batch(0) {
  %a = kernel.buffer "a" role("temp") segment(2) offset(0) : <16xf32>
  %b = kernel.buffer "b" role("temp") segment(2) offset(64) : <16xf32>
  %c = kernel.buffer "c" role("temp") segment(2) offset(128) : <16xf32>
  %d = kernel.buffer "d" role("param") segment(0) offset(0) : <16xf32>
  kernel.launch {
    kernel.map "w_a" dims [16] inner [] ins(%d : !kernel.buffer<16xf32>) outs(%a : !kernel.buffer<16xf32>) maps [#id, #id] {
    ^bb0(%x: f32):
      kernel.yield %x : f32
    }
  } serial {
    kernel.map "w_b" dims [16] inner [] ins(%a : !kernel.buffer<16xf32>) outs(%b : !kernel.buffer<16xf32>) maps [#id, #id] {
    ^bb0(%x: f32):
      kernel.yield %x : f32
    }
  }
  kernel.launch {
    kernel.map "w_c" dims [16] inner [] ins(%d : !kernel.buffer<16xf32>) outs(%c : !kernel.buffer<16xf32>) maps [#id, #id] {
    ^bb0(%x: f32):
      kernel.yield %x : f32
    }
  }
  kernel.map "w_a2" dims [16] inner [] ins(%d : !kernel.buffer<16xf32>) outs(%a : !kernel.buffer<16xf32>) maps [#id, #id] {
  ^bb0(%x: f32):
    kernel.yield %x : f32
  }
})";
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, &context);
  ASSERT_TRUE(module);
  auto entry = *module->getOps<EntryOp>().begin();
  // Behind the serial section all threads have met, whatever comes; w_a2 touches nothing of w_c.
  SmallVector<bool> expected{false, true, false};
  EXPECT_EQ(placeBarriers(entry.getBody().front()), expected);
}

} // namespace
