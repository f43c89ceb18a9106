//===- CheckSizes.cpp - models that no machine holds are refused before any work --------------===//
//
// Inputs, outputs, parameters and state of an entry are in memory at the same time, whatever the
// other passes do. More than a process can address is a mistake in a size. Next: Simplify.cpp;
// PlanMemory.cpp says what an entry needs in the end.
//
//===------------------------------------------------------------------------------------------===//
#include "passes/Passes.h"
#include "passes/memory/Holders.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::passes;

namespace sinter::passes {
#define GEN_PASS_DEF_CHECKSIZES
#include "passes/Passes.h.inc"
} // namespace sinter::passes

static int64_t sumBytes(ArrayRef<Holder> holders) {
  int64_t sum = 0;
  for (const Holder &holder : holders)
    sum = addBytes(sum, holder.bytes);
  return sum;
}

/// Inputs and outputs of an entry.
static SmallVector<Holder> findEnds(ir::EntryOp entry) {
  SmallVector<Holder> holders;
  Block &block = entry.getBody().front();
  for (auto [argument, name] : llvm::zip_equal(block.getArguments(), entry.getArgNames()))
    holders.push_back(makeHolder(cast<StringAttr>(name).getValue(), argument.getLoc(),
                                 cast<RankedTensorType>(argument.getType())));
  auto ret = cast<ir::ReturnOp>(block.getTerminator());
  for (auto [value, name] : llvm::zip_equal(ret.getOutputs(), ret.getNames()))
    holders.push_back(makeHolder(cast<StringAttr>(name).getValue(), value.getLoc(),
                                 cast<RankedTensorType>(value.getType())));
  return holders;
}

static LogicalResult check(ir::EntryOp entry, ArrayRef<Holder> symbols) {
  SmallVector<Holder> ends = findEnds(entry);
  int64_t fixed = sumBytes(symbols), moving = sumBytes(ends),
          batch = static_cast<int64_t>(entry.getBatch());
  if (addBytes(fixed, moving) <= kMostBytes)
    return success();
  InFlightDiagnostic error = entry.emitError()
                             << "entry '" << entry.getEntryName()
                             << "' expects tensors that a process can address, 2^47 bytes, got "
                             << moving << " bytes of inputs and outputs and " << fixed
                             << " of parameters and state [E1020]";
  // Without more knowledge: all of an entry's inputs grow with its batch.
  int64_t each = batch > 0 ? moving / batch : 0, most = each > 0 ? (kMostBytes - fixed) / each : 0;
  if (most > 0)
    error.attachNote(entry.getLoc()) << "a batch of at most " << most << " fits";
  llvm::append_range(ends, symbols);
  noteLargest(error, ends);
  return error;
}

struct CheckSizes : sinter::passes::impl::CheckSizesBase<CheckSizes> {
  void runOnOperation() override {
    SmallVector<Holder> symbols;
    addSymbols(getOperation(), symbols);
    for (auto entry : getOperation().getOps<ir::EntryOp>())
      if (failed(check(entry, symbols)))
        return signalPassFailure();
  }
};
