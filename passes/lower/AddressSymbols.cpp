//===- AddressSymbols.cpp - where symbols lie -------------------------------------------------===//
//
// Each symbol, form and run-time scalar gets its place in the segment of its role
// (kernel::getSegment), each symbol also one in the logical row-major image. Reading on:
// GenerateEntries.cpp (who moves between the two).
//
//===------------------------------------------------------------------------------------------===//
#include "passes/lower/Lowering.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace sinter::passes {

static constexpr int64_t kAlignment = 64;

/// Sums that leave this are refused by plan-memory; until then they must not overflow.
static constexpr int64_t kFar = int64_t(1) << 62;

static int64_t take(int64_t &end, int64_t bytes) {
  int64_t offset = end;
  end = bytes < kFar - end ? int64_t(llvm::alignTo(end + bytes, kAlignment)) : kFar;
  return offset;
}

void assignSymbolAddresses(ModuleOp module) {
  // Slots 0 and 1 are always step and seed, whether the module names them or not.
  int64_t params = 0, state = 0, scalars = 16, logical = 0;
  for (Operation &op : *module.getBody()) {
    if (auto symbol = dyn_cast<ir::SymbolOp>(op)) {
      RankedTensorType type = cast<ir::StoredOpInterface>(op).getTensorType();
      auto image = getBufferType(RankedTensorType::get(type.getShape(), type.getElementType()));
      int64_t &end = symbol.getRole() == kernel::Role::Param ? params : state;
      symbol.setOffset(take(end, getBufferType(type).getBytes()));
      symbol.setLogicalOffset(take(logical, image.getBytes()));
    } else if (auto scalar = dyn_cast<ir::ScalarOp>(op)) {
      bool flag = scalar.getKind() == ir::ScalarKind::Flag;
      scalar.setOffset(flag ? scalars : 8 * int64_t(scalar.getKind()));
      scalars += flag ? 8 : 0;
    }
  }
  // Forms behind all symbols: a library that needs none of them can drop the tail.
  for (auto form : module.getOps<ir::FormOp>())
    form.setOffset(take(params, getBufferType(form.getType()).getBytes()));
  module->setAttr("sinter.segment_bytes",
                  kernel::SegmentBytesAttr::get(module.getContext(), params, state, /*work=*/0,
                                                scalars, logical));
}

} // namespace sinter::passes
