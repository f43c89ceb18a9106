//===- KernelTest.cpp - layouts and barriers --------------------------------------------------===//
//
// What passes and codegen rely on in dialects/kernel/Cost.h and Ranges.h, on small hand-made cases.
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

  MLIRContext context;
};

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

TEST_F(KernelModel, barriersStandWhereBytesMeet) {
  const char *text = R"(
#id = affine_map<(d0) -> (d0)>
kernel.entry @e name("e") kind(predict) batch(0) {
  %a = kernel.buffer "a" role(temp) offset(0) : <16xf32>
  %b = kernel.buffer "b" role(temp) offset(64) : <16xf32>
  %c = kernel.buffer "c" role(temp) offset(32) : <16xf32>
  %d = kernel.buffer "d" role(param) offset(0) : <16xf32>
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
kernel.entry @e name("e") kind(predict) batch(0) {
  %a = kernel.buffer "a" role(temp) offset(0) : <16xf32>
  %b = kernel.buffer "b" role(temp) offset(64) : <16xf32>
  %c = kernel.buffer "c" role(temp) offset(128) : <16xf32>
  %d = kernel.buffer "d" role(param) offset(0) : <16xf32>
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
