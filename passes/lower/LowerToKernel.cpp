//===- LowerToKernel.cpp - sinter entries become ordered kernel lists -------------------------===//
//
// Walks an entry once: get -> a buffer at the symbol's place, view -> kernel.view, sinter.fused ->
// one kernel, scan and while -> kernel.loop, cond -> kernel.if (LowerControl.cpp), convert_layout
// -> a copy kernel, return -> output buffers and copies to the updated symbols. The copies are the
// slow but always right form; passes/memory/InPlaceUpdates.cpp removes those that it can. Leaves
// behind: kernel.entry ops only, and a place for every symbol. Next: Schedule.cpp, passes/memory.
//
//===------------------------------------------------------------------------------------------===//
#include "passes/Passes.h"
#include "passes/lower/EntryLowering.h"

#include "mlir/IR/Dominance.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Transforms/CSE.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::passes;

namespace sinter::passes {
#define GEN_PASS_DEF_LOWERTOKERNEL
#include "passes/Passes.h.inc"
} // namespace sinter::passes

EntryLowering::EntryLowering(OpBuilder &builder, ir::EntryOp source)
    : entry(builder, source.getLoc(), source.getSymName(), source.getEntryName(), source.getKind(),
            source.getBatch()),
      symbols(source->getParentOfType<ModuleOp>()) {}

EntryLowering::EntryLowering(OpBuilder &builder, ModuleOp module, kernel::EntryKind kind)
    : entry(builder, module.getLoc(), stringifyEntryKind(kind), stringifyEntryKind(kind), kind, 0),
      symbols(module) {}

/// Constants of kernels are scalars in their bodies; the others are data.
void EntryLowering::makeConstant(Operation &op, DenseElementsAttr elements) {
  Value result = op.getResult(0);
  if (result.use_empty())
    return;
  buffers[result] = entry.addBuffer(op.getLoc(), "constant", kernel::Role::Constant,
                                    getBufferType(result.getType()), {}, elements);
}

LogicalResult EntryLowering::lowerOp(Operation &op) {
  DenseElementsAttr elements;
  if (auto get = dyn_cast<ir::GetOp>(op)) {
    buffers[get.getResult()] = entry.getSymbolBuffer(symbols.lookup(get.getSymbol()));
  } else if (matchPattern(&op, m_Constant(&elements))) {
    makeConstant(op, elements);
  } else if (isa<ir::ViewOpInterface>(op)) {
    buffers[op.getResult(0)] = entry.addView(op.getLoc(), buffers.lookup(op.getOperand(0)),
                                             getBufferType(op.getResult(0).getType()));
  } else if (auto fused = dyn_cast<ir::FusedOp>(op)) {
    return lowerFused(fused, entry, buffers, places);
  } else if (auto stream = dyn_cast<ir::StreamOpInterface>(op)) {
    lowerStream(stream, entry, buffers, places);
  } else if (auto rows = dyn_cast<ir::RowOpInterface>(op)) {
    lowerRows(rows, entry, buffers, places);
  } else if (auto control = dyn_cast<ir::ControlOpInterface>(op)) {
    return lowerControl(control);
  } else if (auto convert = dyn_cast<ir::ConvertLayoutOp>(op)) {
    Value to = entry.addTemp(op.getLoc(), getBufferType(convert.getResult().getType()));
    entry.addCopy(op.getLoc(), "convert", buffers.lookup(convert.getInput()), to);
    buffers[convert.getResult()] = to;
  } else {
    return op.emitError() << "internal error: '" << op.getName()
                          << "' is in no fused op and has no lowering";
  }
  return success();
}

/// Turns the temporary that holds `tensor` into the entry's output; false when it is no plain
/// temporary.
bool EntryLowering::becomeOutput(Value tensor, StringRef name) {
  Value buffer = buffers.lookup(tensor);
  kernel::BufferType type = getBufferType(tensor.getType());
  SmallVector<kernel::ViewOp> views;
  while (auto view = buffer.getDefiningOp<kernel::ViewOp>()) {
    views.push_back(view);
    buffer = view.getSource();
  }
  auto root = buffer.getDefiningOp<kernel::BufferOp>();
  if (!root || root.getRole() != kernel::Role::Temp ||
      cast<kernel::BufferType>(root.getType()).getLayout() || type.getLayout())
    return false;
  if (root.getType() == type) {
    root.setRole(kernel::Role::Output);
    root.setBufferName(name);
    return true;
  }
  // The kernel writes another shape of the same elements: the output is the place, the old buffer a
  // view of it.
  OpBuilder at(root);
  auto output = kernel::BufferOp::create(at, root.getLoc(), type, name, kernel::Role::Output,
                                         IntegerAttr(), ElementsAttr());
  auto view = kernel::ViewOp::create(at, root.getLoc(), root.getType(), output);
  root.getResult().replaceAllUsesWith(view.getResult());
  for (auto &entryPair : buffers)
    if (entryPair.second == root.getResult())
      entryPair.second = view;
  entry.noteReplaced(root, view);
  root.erase();
  return true;
}

void EntryLowering::lowerReturn(ir::ReturnOp op) {
  // Buffers stand in the order in which they were needed; this is the user's.
  entry.getEntry().setOutputsAttr(op.getNames());
  entry.getEntry().setLossAttr(op.getLossAttr());
  // Updates read before any symbol changes: a value that is a symbol's own place goes through a
  // temporary.
  SmallVector<std::pair<Value, Operation *>> updates;
  llvm::DenseMap<Value, Value> kept;
  for (auto [value, name] : llvm::zip_equal(op.getUpdates(), op.getSymbols())) {
    Operation *symbol = symbols.lookup(cast<FlatSymbolRefAttr>(name).getValue());
    Value from = buffers.lookup(value), to = entry.getSymbolBuffer(symbol);
    Value root = from;
    while (auto view = root.getDefiningOp<kernel::ViewOp>())
      root = view.getSource();
    if (from == to)
      continue;
    if (root.getDefiningOp<kernel::BufferOp>().getRole() != kernel::Role::Temp) {
      Value temp = entry.addTemp(value.getLoc(), cast<kernel::BufferType>(from.getType()));
      entry.addCopy(value.getLoc(), "keep", from, temp);
      kept[value] = temp;
    }
    updates.push_back({value, symbol});
  }
  llvm::SmallPtrSet<Value, 8> taken;
  for (auto [value, name] : llvm::zip_equal(op.getOutputs(), op.getNames())) {
    StringRef text = cast<StringAttr>(name).getValue();
    bool updated = llvm::is_contained(op.getUpdates(), value);
    if (!updated && taken.insert(value).second && becomeOutput(value, text))
      continue;
    auto type = getBufferType(value.getType());
    Value out = entry.addBuffer(
        value.getLoc(), text, kernel::Role::Output,
        kernel::BufferType::get(op.getContext(), type.getShape(), type.getElementType(), {}));
    entry.addCopy(value.getLoc(), "output", buffers.lookup(value), out);
  }
  // A view of a new value may have become an output by now, and the place of the value with it.
  for (auto [value, symbol] : updates) {
    Value from = kept.lookup(value);
    entry.addCopy(symbol->getLoc(), "update", from ? from : buffers.lookup(value),
                  entry.getSymbolBuffer(symbol));
  }
}

/// Text may come without the updates that refresh-forms adds.
LogicalResult EntryLowering::checkForms(ir::ReturnOp op) {
  bool trains = entry.getEntry().getKind() == kernel::EntryKind::Train;
  auto isUpdated = [&](Attribute name) { return llvm::is_contained(op.getSymbols(), name); };
  for (auto form : op->getParentOfType<ModuleOp>().getOps<ir::FormOp>()) {
    bool waits = trains && form.getRefresh() == ir::Refresh::Prepare;
    if (!waits && llvm::any_of(form.getSources(), isUpdated) &&
        !isUpdated(FlatSymbolRefAttr::get(form)))
      return op.emitError() << "expects an update of form @" << form.getSymName()
                            << ", as it updates what the form is made of; --refresh-forms adds it";
  }
  return success();
}

void EntryLowering::finish() {
  splitReductions(entry);
  // Constants that loops begin with are numbers in kernels.
  for (auto buffer :
       llvm::make_early_inc_range(entry.getEntry().getBody().front().getOps<kernel::BufferOp>()))
    if (buffer.getRole() == kernel::Role::Constant && buffer->use_empty())
      buffer.erase();
}

LogicalResult EntryLowering::lower(ir::EntryOp source) {
  Block &block = source.getBody().front();
  for (auto [argument, name] : llvm::zip_equal(block.getArguments(), source.getArgNames()))
    buffers[argument] = entry.addBuffer(argument.getLoc(), cast<StringAttr>(name).getValue(),
                                        kernel::Role::Input, getBufferType(argument.getType()));
  for (Operation &op : block.without_terminator())
    if (failed(lowerOp(op)))
      return failure();
  auto ret = cast<ir::ReturnOp>(block.getTerminator());
  if (failed(checkForms(ret)))
    return failure();
  lowerReturn(ret);
  finish();
  return success();
}

LogicalResult EntryLowering::lower(ir::FormOp form) {
  Block &block = form.getBody().front();
  for (auto [source, argument] : llvm::zip_equal(form.getSources(), block.getArguments()))
    buffers[argument] =
        entry.getSymbolBuffer(symbols.lookup(cast<FlatSymbolRefAttr>(source).getAttr()));
  for (Operation &op : block.without_terminator())
    if (failed(lowerOp(op)))
      return failure();
  entry.addCopy(form.getLoc(), form.isLayout() ? "derive" : "update",
                buffers.lookup(form.getYielded()), entry.getSymbolBuffer(form));
  return success();
}

struct LowerToKernel : sinter::passes::impl::LowerToKernelBase<LowerToKernel> {
  void runOnOperation() override {
    assignSymbolAddresses(getOperation());
    for (auto source : llvm::to_vector(getOperation().getOps<ir::EntryOp>())) {
      OpBuilder builder(source);
      EntryLowering lowering(builder, source);
      if (failed(lowering.lower(source)))
        return signalPassFailure();
      source.erase();
    }
    if (failed(generateEntries(getOperation())))
      return signalPassFailure();
    // Ops of one kernel begin alike (softmax and its loss): their scalar code is shared.
    getOperation().walk([&](kernel::KernelOpInterface op) {
      DominanceInfo dominance(op);
      IRRewriter rewriter(&getContext());
      eliminateCommonSubExpressions(rewriter, dominance, op);
    });
  }
};
