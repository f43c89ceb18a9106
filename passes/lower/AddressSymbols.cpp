//===- AddressSymbols.cpp - where symbols lie, and the entries that move them -----------------===//
//
// Segment 0 holds parameters, buffers and derived forms, segment 1 optimizer state and metrics,
// segment 3 one 8-byte slot a run-time scalar, segment 4 the logical row-major image of all
// symbols. The generated entries pack and unpack between the image and the places, so that files
// hold only logical forms (D17, D27).
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
  OpBuilder builder(module);
  // Slots 0 and 1 are always step and seed, whether the module names them or not.
  int64_t bytes[5] = {0, 0, 0, 16, 0};
  for (Operation &op : *module.getBody()) {
    if (auto symbol = dyn_cast<ir::SymbolOp>(op)) {
      auto type = cast<RankedTensorType>(symbol.getType());
      bool prepared = symbol.getKind() == "prepared";
      bool params = prepared || symbol.getKind() == "parameter" || symbol.getKind() == "buffer";
      Segment segment = params ? Params : State;
      auto logical = getBufferType(RankedTensorType::get(type.getShape(), type.getElementType()));
      op.setAttr("segment", builder.getI64IntegerAttr(segment));
      op.setAttr("offset",
                 builder.getI64IntegerAttr(take(bytes[segment], getBufferType(type).getBytes())));
      if (!prepared) // never in files
        op.setAttr("logical_offset",
                   builder.getI64IntegerAttr(take(bytes[Logical], logical.getBytes())));
    } else if (isa<ir::ScalarOp>(op)) {
      StringRef name = cast<ir::ScalarOp>(op).getSymName();
      bool builtin = name == "step" || name == "seed";
      int64_t offset = builtin ? (name == "step" ? 0 : 8) : bytes[Scalars];
      bytes[Scalars] += builtin ? 0 : 8;
      op.setAttr("segment", builder.getI64IntegerAttr(Scalars));
      op.setAttr("offset", builder.getI64IntegerAttr(offset));
    }
  }
  // Derived forms behind all masters: a library that needs none of them can drop the tail.
  for (auto derived : module.getOps<ir::DerivedOp>()) {
    derived->setAttr("segment", builder.getI64IntegerAttr(Params));
    derived->setAttr("offset", builder.getI64IntegerAttr(take(
                                   bytes[Params], getBufferType(derived.getType()).getBytes())));
  }
  module->setAttr("sinter.segment_bytes", builder.getDenseI64ArrayAttr(bytes));
}

/// The master symbol of a derived form.
static Operation *getMaster(SymbolTable &symbols, ir::DerivedOp derived) {
  return symbols.lookup(derived.getSource());
}

void generateEntries(ModuleOp module) {
  OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
  SymbolTable symbols(module);
  SmallVector<ir::SymbolOp> masters;
  llvm::copy_if(module.getOps<ir::SymbolOp>(), std::back_inserter(masters),
                [](ir::SymbolOp symbol) { return symbol.getKind() != "prepared"; });
  auto forms = llvm::to_vector(module.getOps<ir::DerivedOp>());
  auto isParam = [](ir::SymbolOp symbol) {
    return symbol.getKind() == "parameter" || symbol.getKind() == "buffer";
  };
  for (bool onlyParams : {false, true}) {
    StringRef name = onlyParams ? "load_params" : "load";
    EntryBuilder entry(builder, module.getLoc(), name, name, name, 0);
    for (ir::SymbolOp symbol : masters) {
      if (onlyParams && !isParam(symbol))
        continue;
      SmallVector<Value> to{entry.getSymbolBuffer(symbol)};
      for (ir::DerivedOp form : forms)
        if (getMaster(symbols, form) == symbol)
          to.push_back(entry.getSymbolBuffer(form));
      entry.addCopy(symbol.getLoc(), "pack", entry.getLogicalBuffer(symbol), to);
    }
  }
  {
    EntryBuilder entry(builder, module.getLoc(), "save", "save", "save", 0);
    for (ir::SymbolOp symbol : masters)
      entry.addCopy(symbol.getLoc(), "unpack", entry.getSymbolBuffer(symbol),
                    entry.getLogicalBuffer(symbol));
  }
  // What passes made of parameters stands there already; it refreshes its own forms, and may read
  // those of parameters: they come first.
  auto prepare = symbols.lookup<kernel::EntryOp>("prepare");
  EntryBuilder entry =
      prepare ? EntryBuilder(prepare)
              : EntryBuilder(builder, module.getLoc(), "prepare", "prepare", "prepare", 0);
  auto isMaster = [&](ir::DerivedOp form) {
    return llvm::is_contained(masters, getMaster(symbols, form));
  };
  for (ir::DerivedOp form : forms)
    if (!form->hasAttr("refreshed") && isMaster(form))
      entry.addCopy(form.getLoc(), "derive", entry.getSymbolBuffer(getMaster(symbols, form)),
                    entry.getSymbolBuffer(form));
}

} // namespace sinter::passes
