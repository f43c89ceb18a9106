//===- Rewrite.cpp - carrying a layout plan out -----------------------------------------------===//
//
// See Rewrite.h. The order matters: symbols and their reads, then temporaries, then updates (which
// must end in the master layout) and forms, then conversions where a view or an output
// wants row-major order. Last, conversions of what fused work makes become stores of their makers.
//
//===------------------------------------------------------------------------------------------===//
#include "passes/layout/Rewrite.h"

#include "dialects/kernel/contract/CostConstants.h"
#include "passes/Regions.h"
#include "passes/graph/Steps.h"

using namespace mlir;

namespace sinter::passes {

static RankedTensorType withLayout(Type type, kernel::LayoutAttr layout) {
  auto tensor = cast<RankedTensorType>(type);
  if (layout && layout.isRowMajor())
    layout = {};
  return RankedTensorType::get(tensor.getShape(), tensor.getElementType(), layout);
}

static kernel::LayoutAttr layoutOf(Value value) {
  return dyn_cast_or_null<kernel::LayoutAttr>(
      cast<RankedTensorType>(value.getType()).getEncoding());
}

static void addNote(Operation *op, StringRef text) {
  SmallVector<Attribute> notes;
  if (auto old = op->getAttrOfType<ArrayAttr>("notes"))
    llvm::append_range(notes, old);
  notes.push_back(StringAttr::get(op->getContext(), text));
  op->setAttr("notes", ArrayAttr::get(op->getContext(), notes));
}

struct Rewriter {
  ModuleOp module;
  LayoutPlan &plan;
  SymbolTable symbols;

  Rewriter(ModuleOp module, LayoutPlan &plan) : module(module), plan(plan), symbols(module) {}

  llvm::DenseMap<std::pair<Value, Attribute>, Value> converted;

  Value convert(Value value, kernel::LayoutAttr layout);
  void setMasters();
  void makeForms();
  ir::Refresh getRefresh(ir::StoredOpInterface symbol, const LayoutForm &form);
  void redirectReads();
  void settleReturn(ir::EntryOp entry);
  void settleForm(ir::FormOp form);
  void settleViews();
  void passCaptures();
  void settleControl();
  void storeConverted(ir::FusedOp maker);
};

/// `value` in another order; made once, behind its maker, whoever asks.
Value Rewriter::convert(Value value, kernel::LayoutAttr layout) {
  Value &made = converted[{value, layout}];
  if (!made) {
    OpBuilder builder(value.getContext());
    builder.setInsertionPointAfterValue(value);
    made = ir::ConvertLayoutOp::create(builder, value.getLoc(), withLayout(value.getType(), layout),
                                       value);
  }
  return made;
}

void Rewriter::setMasters() {
  for (auto symbol : module.getOps<ir::StoredOpInterface>())
    if (kernel::LayoutAttr layout = plan.masters.lookup(symbol))
      symbol.setType(withLayout(symbol.getType(), layout));
  module.walk([&](ir::GetOp get) {
    if (auto symbol = symbols.lookup<ir::StoredOpInterface>(get.getSymbol()))
      get.getResult().setType(symbol.getTensorType());
  });
  for (auto form : module.getOps<ir::FormOp>())
    settleForm(form);
  for (auto [value, layout] : plan.values)
    value.setType(withLayout(value.getType(), layout));
  passCaptures();
}

/// A capture is in the body what it is outside.
void Rewriter::passCaptures() {
  module.walk<WalkOrder::PreOrder>([](ir::ControlOpInterface op) {
    for (Region &body : op->getRegions())
      for (unsigned i = op.getFirstCapture(); i < op->getNumOperands(); ++i)
        op.getBodyArgument(body, i).setType(op->getOperand(i).getType());
  });
}

/// What is carried, stacked or yielded is row-major, and so is what kernels of streams and rows
/// read.
void Rewriter::settleControl() {
  auto settle = [&](OpOperand &operand) {
    if (layoutOf(operand.get()))
      operand.set(convert(operand.get(), {}));
  };
  module.walk([&](ir::ControlOpInterface op) {
    for (unsigned i = 0; i < op.getFirstCapture(); ++i)
      settle(op->getOpOperand(i));
    for (Region &body : op->getRegions())
      for (OpOperand &operand : body.front().getTerminator()->getOpOperands())
        settle(operand);
  });
  module.walk([&](Operation *op) {
    if (isa<ir::StreamOpInterface, ir::RowOpInterface>(op))
      for (OpOperand &operand : op->getOpOperands())
        settle(operand);
  });
}

/// A form reads its sources where they lie; what it makes is stored as it is to lie.
void Rewriter::settleForm(ir::FormOp form) {
  for (auto [source, argument] : llvm::zip_equal(form.getSources(), form.getBody().getArguments()))
    argument.setType(
        symbols.lookup<ir::StoredOpInterface>(cast<FlatSymbolRefAttr>(source).getAttr())
            .getTensorType());
  if (Value value = form.getYielded(); value.getDefiningOp<ir::FusedOp>())
    value.setType(cast<RankedTensorType>(form.getType()));
}

/// What training reads is always fresh; the rest when it is needed.
ir::Refresh Rewriter::getRefresh(ir::StoredOpInterface symbol, const LayoutForm &form) {
  if (auto source = dyn_cast<ir::FormOp>(*symbol))
    return source.getRefresh();
  if (!form.training)
    return ir::Refresh::Prepare;
  bool updated = false;
  auto name = FlatSymbolRefAttr::get(symbol);
  module.walk([&](ir::ReturnOp ret) { updated |= llvm::is_contained(ret.getSymbols(), name); });
  return updated ? ir::Refresh::Step : ir::Refresh::Load;
}

void Rewriter::makeForms() {
  for (auto &[op, forms] : plan.forms) {
    auto symbol = cast<ir::StoredOpInterface>(op);
    for (auto [i, form] : llvm::enumerate(forms)) {
      OpBuilder builder(symbol->getContext());
      builder.setInsertionPointAfter(symbol);
      std::string name = (symbol.getSymName() + ".form" + Twine(i + 1)).str();
      while (symbols.lookup(name))
        name += "_";
      form.op = ir::FormOp::create(
          builder, symbol.getLoc(), name, FlatSymbolRefAttr::get(symbol), symbol.getTensorType(),
          withLayout(symbol.getType(), form.layout), getRefresh(symbol, form));
      Block &body = form.op.getBody().front();
      builder.setInsertionPointToEnd(&body);
      ir::YieldOp::create(builder, symbol.getLoc(), body.getArguments());
      symbols.insert(form.op);
    }
  }
}

/// Fused ops read the form they want: one of the symbol, or a converted temporary.
void Rewriter::redirectReads() {
  llvm::DenseMap<std::pair<Operation *, Operation *>, Value> gets; // (entry, form) -> value
  for (auto &[key, wanted] : plan.reads) {
    auto [user, value] = key;
    kernel::LayoutAttr layout = wanted.layout;
    if (layoutOf(value) == layout)
      continue;
    Value replacement;
    if (ir::StoredOpInterface symbol = getSymbolOf(value, symbols)) {
      for (LayoutForm &form : plan.forms[symbol])
        if (form.layout == layout) {
          Value outside = resolveCaptures(value);
          Value &get = gets[{outside.getDefiningOp()->getParentOp(), form.op}];
          if (!get) {
            OpBuilder at(outside.getDefiningOp());
            get = ir::GetOp::create(at, value.getLoc(), withLayout(value.getType(), layout),
                                    form.op.getSymName());
          }
          replacement = get;
        }
    }
    // A capture is converted once, outside.
    if (!replacement)
      replacement = convert(resolveCaptures(value), layout);
    replacement = captureInto(replacement, user->getBlock());
    // Only this operand of the sum changes; whoever else reads the same value inside keeps the old
    // form.
    auto fused = cast<ir::FusedOp>(user);
    Block &body = fused.getBody().front();
    for (auto [i, input] : llvm::enumerate(fused.getInputs())) {
      if (input != value)
        continue;
      BlockArgument argument = body.getArgument(i);
      auto sum = *body.getOps<ir::ContractionOpInterface>().begin();
      if (argument.hasOneUse()) {
        fused->setOperand(i, replacement);
      } else {
        fused->insertOperands(fused->getNumOperands(), replacement);
        BlockArgument extra = body.addArgument(argument.getType(), argument.getLoc());
        sum->setOperand(wanted.operand, extra);
      }
      break;
    }
  }
}

void Rewriter::settleReturn(ir::EntryOp entry) {
  auto ret = cast<ir::ReturnOp>(entry.getBody().front().getTerminator());
  OpBuilder builder(ret);
  SmallVector<Value> updates(ret.getUpdates()), outputs(ret.getOutputs());
  for (Value &output : outputs)
    if (layoutOf(output))
      output = convert(output, {});
  SmallVector<Attribute> names(ret.getSymbols().getValue());
  bool train = entry.getKind() == kernel::EntryKind::Train;
  for (unsigned i = 0, count = updates.size(); i < count; ++i) {
    auto symbol =
        symbols.lookup<ir::StoredOpInterface>(cast<FlatSymbolRefAttr>(names[i]).getValue());
    if (!symbol)
      continue;
    auto master = dyn_cast_or_null<kernel::LayoutAttr>(symbol.getTensorType().getEncoding());
    auto maker = updates[i].getDefiningOp<ir::FusedOp>();
    if (layoutOf(updates[i]) != master) {
      if (maker && !plan.values.count(updates[i]))
        updates[i].setType(withLayout(updates[i].getType(), master));
      else
        updates[i] = convert(updates[i], master);
    }
    // A train step leaves the forms that only other entries read to `prepare`.
    for (LayoutForm &form : plan.forms[symbol])
      if (!train || form.op.getRefresh() != ir::Refresh::Prepare) {
        updates.push_back(convert(updates[i], form.layout));
        names.push_back(FlatSymbolRefAttr::get(form.op));
      }
  }
  ret.getOutputsMutable().assign(outputs);
  ret.getUpdatesMutable().assign(updates);
  ret.setSymbolsAttr(builder.getArrayAttr(names));
}

void Rewriter::settleViews() {
  module.walk([&](Operation *op) {
    if (!isa<ir::ViewOpInterface>(op) || !layoutOf(op->getOperand(0)) ||
        op->getParentOfType<ir::FusedOp>())
      return;
    op->setOperand(0, convert(op->getOperand(0), {}));
  });
}

/// What `maker` makes and a conversion copies, it stores in that order itself: beside its own, or
/// instead, when nobody else reads that. A map follows any order, and the copy would scatter as
/// much; a tile of sums lies in vectors, and to take those apart pays while the copy is small.
void Rewriter::storeConverted(ir::FusedOp maker) {
  SmallVector<Type> types(maker.getResultTypes());
  Operation *yield = maker.getBody().front().getTerminator();
  SmallVector<Value> yielded(yield->getOperands());
  SmallVector<std::pair<ir::ConvertLayoutOp, size_t>> stores; ///< with the result that it becomes
  for (size_t i = 0, own = types.size(); i < own; ++i) {
    SmallVector<ir::ConvertLayoutOp> conversions;
    auto type = cast<RankedTensorType>(types[i]);
    double apart = kernel::kSecondOrderCycles * static_cast<double>(type.getNumElements());
    if (maker.getKind() != ir::FusedKind::Contraction || apart <= kernel::kKernelCycles)
      for (Operation *user : maker.getResult(i).getUsers())
        if (auto conversion = dyn_cast<ir::ConvertLayoutOp>(user))
          conversions.push_back(conversion);
    bool instead = llvm::range_size(maker.getResult(i).getUses()) == conversions.size();
    for (ir::ConvertLayoutOp conversion : conversions) {
      stores.push_back({conversion, instead ? i : types.size()});
      if (instead) {
        types[i] = conversion.getType();
      } else {
        types.push_back(conversion.getType());
        yielded.push_back(yielded[i]);
      }
      instead = false;
    }
  }
  if (stores.empty())
    return;
  OpBuilder builder(maker);
  auto fresh =
      ir::FusedOp::create(builder, maker.getLoc(), types, maker.getKind(), maker.getInputs());
  fresh->setAttrs(maker->getAttrDictionary());
  fresh.getBody().takeBody(maker.getBody());
  yield->setOperands(yielded);
  for (auto [conversion, result] : stores) {
    conversion.getResult().replaceAllUsesWith(fresh.getResult(result));
    conversion.erase();
  }
  for (auto [old, result] : llvm::zip(maker.getResults(), fresh.getResults()))
    old.replaceAllUsesWith(result);
  if (auto note = plan.notes.find(maker); note != plan.notes.end())
    plan.notes[fresh] = note->second;
  maker.erase();
}

void rewriteLayouts(ModuleOp module, LayoutPlan &plan) {
  Rewriter rewriter(module, plan);
  rewriter.setMasters();
  rewriter.makeForms();
  rewriter.redirectReads();
  for (auto entry : module.getOps<ir::EntryOp>())
    rewriter.settleReturn(entry);
  rewriter.settleViews();
  rewriter.settleControl();
  for (auto entry : module.getOps<ir::EntryOp>())
    for (Block *block : getBlocks(entry))
      for (auto fused : llvm::make_early_inc_range(block->getOps<ir::FusedOp>()))
        rewriter.storeConverted(fused);
  module.walk([&](Operation *op) {
    if (auto it = plan.notes.find(op); it != plan.notes.end() && !it->second.empty())
      addNote(op, it->second);
  });
}

} // namespace sinter::passes
