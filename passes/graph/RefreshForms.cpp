//===- RefreshForms.cpp - an entry that updates a source refreshes the form -----------------===//
//
// A form with refresh(step) is fresh at all times: an entry that updates something it is made of
// computes it again of the new values and updates it, too. So does, for every form, an entry that
// trains nothing, as `prepare` runs before it and not behind. The computation is the form's region
// on the entry's own values, so that fusion takes it into the kernels that make them. Leaves
// behind: no entry behind which such a form is stale. Next: Simplify.cpp, passes/fuse.
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/sinter/Sinter.h"
#include "passes/Passes.h"

#include "mlir/IR/IRMapping.h"

#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::passes;

namespace sinter::passes {
#define GEN_PASS_DEF_REFRESHFORMS
#include "passes/Passes.h.inc"
} // namespace sinter::passes

/// Adds to `updates` what `form` is after them, with its computation in front of `ret`.
static void refresh(ir::FormOp form, ir::ReturnOp ret, llvm::MapVector<Attribute, Value> &updates) {
  OpBuilder builder(ret);
  IRMapping values;
  for (auto [source, argument] :
       llvm::zip_equal(form.getSources(), form.getBody().getArguments())) {
    Value value = updates.lookup(source);
    if (!value)
      value = ir::GetOp::create(builder, form.getLoc(), argument.getType(),
                                cast<FlatSymbolRefAttr>(source));
    values.map(argument, value);
  }
  for (Operation &op : form.getBody().front().without_terminator())
    builder.clone(op, values);
  updates[FlatSymbolRefAttr::get(form)] = values.lookupOrDefault(form.getYielded());
}

static void refreshIn(ir::EntryOp entry) {
  auto ret = cast<ir::ReturnOp>(entry.getBody().front().getTerminator());
  llvm::MapVector<Attribute, Value> updates;
  for (auto [symbol, value] : llvm::zip_equal(ret.getSymbols(), ret.getUpdates()))
    updates[symbol] = value;
  size_t given = updates.size();
  bool trains = entry.getKind() == kernel::EntryKind::Train;
  // In the order in which they are made of each other.
  for (auto form : entry->getParentOfType<ModuleOp>().getOps<ir::FormOp>()) {
    bool stale = llvm::any_of(form.getSources(), [&](Attribute s) { return updates.contains(s); });
    bool waits = trains && form.getRefresh() == ir::Refresh::Prepare;
    if (stale && !waits && !updates.contains(FlatSymbolRefAttr::get(form)))
      refresh(form, ret, updates);
  }
  if (updates.size() == given)
    return;
  OpBuilder builder(ret);
  SmallVector<Attribute> symbols;
  SmallVector<Value> values;
  for (auto [symbol, value] : updates) {
    symbols.push_back(symbol);
    values.push_back(value);
  }
  ret.getUpdatesMutable().assign(values);
  ret.setSymbolsAttr(builder.getArrayAttr(symbols));
}

struct RefreshForms : sinter::passes::impl::RefreshFormsBase<RefreshForms> {
  void runOnOperation() override {
    for (auto entry : getOperation().getOps<ir::EntryOp>())
      refreshIn(entry);
  }
};
