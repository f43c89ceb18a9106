//===- GenerateEntries.cpp - the entries that load, save and prepare --------------------------===//
//
// load and load_params copy the logical image to where symbols lie, and compute the forms that are
// always fresh; save copies back, so files hold sources in logical form only (D17, D27). prepare
// computes the other forms. A form is its region, lowered like an entry.
//
//===------------------------------------------------------------------------------------------===//
#include "passes/lower/EntryLowering.h"

using namespace mlir;

namespace sinter::passes {

namespace {
struct Generator {
  ModuleOp module;
  OpBuilder builder;
  SymbolTable symbols;

  explicit Generator(ModuleOp module)
      : module(module), builder(OpBuilder::atBlockEnd(module.getBody())), symbols(module) {}

  static bool isPrepared(ir::FormOp form) { return form.getRefresh() == ir::Refresh::Prepare; }
  /// The symbol that `form` only stores in another order; null when it is computed.
  ir::SymbolOp getPacked(ir::FormOp form) {
    auto source = cast<FlatSymbolRefAttr>(form.getSources()[0]);
    return form.isLayout() ? symbols.lookup<ir::SymbolOp>(source.getAttr()) : ir::SymbolOp();
  }
  LogicalResult load(bool onlyParams);
  void save();
  LogicalResult prepare();
};
} // namespace

LogicalResult Generator::load(bool onlyParams) {
  EntryLowering lowering(builder, module,
                         onlyParams ? kernel::EntryKind::LoadParams : kernel::EntryKind::Load);
  EntryBuilder &entry = lowering.entry;
  llvm::DenseMap<Operation *, SmallVector<ir::FormOp>> packed; // by symbol
  for (auto form : module.getOps<ir::FormOp>())
    if (ir::SymbolOp symbol = getPacked(form); symbol && !isPrepared(form))
      packed[symbol].push_back(form);
  for (auto symbol : module.getOps<ir::SymbolOp>()) {
    if (onlyParams && !symbol.isWeight())
      continue;
    SmallVector<Value> to{entry.getSymbolBuffer(symbol)};
    for (ir::FormOp form : packed.lookup(symbol))
      to.push_back(entry.getSymbolBuffer(form));
    entry.addCopy(symbol.getLoc(), "pack", entry.getLogicalBuffer(symbol), to);
  }
  for (auto form : module.getOps<ir::FormOp>())
    if (!isPrepared(form) && !getPacked(form) && failed(lowering.lower(form)))
      return failure();
  lowering.finish();
  return success();
}

void Generator::save() {
  EntryLowering lowering(builder, module, kernel::EntryKind::Save);
  EntryBuilder &entry = lowering.entry;
  for (auto symbol : module.getOps<ir::SymbolOp>())
    entry.addCopy(symbol.getLoc(), "unpack", entry.getSymbolBuffer(symbol),
                  entry.getLogicalBuffer(symbol));
}

LogicalResult Generator::prepare() {
  EntryLowering lowering(builder, module, kernel::EntryKind::Prepare);
  for (auto form : module.getOps<ir::FormOp>())
    if (isPrepared(form) && failed(lowering.lower(form)))
      return failure();
  lowering.finish();
  return success();
}

LogicalResult generateEntries(ModuleOp module) {
  Generator generator(module);
  for (bool onlyParams : {false, true})
    if (failed(generator.load(onlyParams)))
      return failure();
  generator.save();
  return generator.prepare();
}

} // namespace sinter::passes
