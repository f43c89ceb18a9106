//===- HoistPrepared.cpp - work on parameters alone is done by prepare ------------------------===//
//
// In entries that train nothing, what depends on parameters only (a batch norm's scale, a weight
// scaled by it) is the same at every run. Such values become symbols of kind "prepared", which an
// entry of kind prepare fills after loading and before the first run behind a training step (D17).
// Ops that can move work to parameters do so first (ParameterFoldInterface). Leaves behind: no op
// on parameters alone in eval and predict entries, but views.
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/sinter/Sinter.h"
#include "passes/Passes.h"
#include "passes/Regions.h"

#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/OperationSupport.h"

#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::passes;

namespace sinter::passes {
#define GEN_PASS_DEF_HOISTPREPARED
#include "passes/Passes.h.inc"
} // namespace sinter::passes

/// A prepared value may be so many times larger than the parameters it is made of.
static constexpr int64_t kMostGrowth = 2;

namespace {
struct Hoister {
  ModuleOp module;
  SymbolTable symbols;
  llvm::StringSet<llvm::MallocAllocator> changing; ///< symbols that entries other than train update
  llvm::DenseMap<Value, bool> known;
  ir::EntryOp prepare;
  IRMapping copies;                                           ///< of the entry at hand, in prepare
  llvm::DenseMap<Value, ir::SymbolOp> made;                   ///< by value in prepare
  llvm::DenseMap<size_t, SmallVector<Operation *, 1>> copied; ///< in prepare, by hash
  SmallVector<Value> updates;
  SmallVector<Attribute> updated;

  explicit Hoister(ModuleOp module) : module(module), symbols(module) {}
  void run();
  bool ofParameters(Value value);
  void foldInto(ir::EntryOp entry);
  void hoist(ir::EntryOp entry);
  llvm::SetVector<Operation *> findLeaves(Value value);
  bool isWorthIt(Value value);
  Value copy(Value value);
  ir::SymbolOp makeSymbol(Value value);
};
} // namespace

static bool isConstant(Value value) { return matchPattern(value, m_Constant()); }

bool Hoister::ofParameters(Value value) {
  auto [it, fresh] = known.try_emplace(value, false);
  if (!fresh)
    return it->second;
  Operation *op = value.getDefiningOp();
  bool result = false;
  if (op && isConstant(value)) {
    result = true;
  } else if (auto get = dyn_cast_or_null<ir::GetOp>(op)) {
    auto symbol = symbols.lookup<ir::SymbolOp>(get.getSymbol());
    result = symbol && (symbol.getKind() == "parameter" || symbol.getKind() == "buffer") &&
             !changing.contains(get.getSymbol());
  } else if (op && isa<ir::MapOpInterface, ir::ViewOpInterface, ir::ContractionOpInterface>(op)) {
    result = op->getNumOperands() > 0 &&
             llvm::all_of(op->getOperands(), [&](Value v) { return ofParameters(v); });
  }
  known[value] = result;
  return result;
}

void Hoister::foldInto(ir::EntryOp entry) {
  for (Operation &op : llvm::make_early_inc_range(entry.getBody().front())) {
    auto fold = dyn_cast<ir::ParameterFoldInterface>(op);
    if (!fold || ofParameters(op.getResult(0)))
      continue;
    OpBuilder builder(&op);
    std::string why;
    auto isOfParameters = [&](Value v) { return ofParameters(v); };
    if (Value better = fold.foldIntoParameters(builder, isOfParameters, why)) {
      op.getResult(0).replaceAllUsesWith(better);
      known.erase(op.getResult(0));
      op.erase();
    } else if (!why.empty()) {
      op.setAttr("notes", builder.getStrArrayAttr({"not folded into parameters: " + why}));
    }
  }
}

/// The parameters that a value is made of. A value is visited once: graphs share, and paths through
/// them may double at every op.
llvm::SetVector<Operation *> Hoister::findLeaves(Value value) {
  llvm::SetVector<Operation *> gets;
  llvm::SmallPtrSet<Operation *, 16> seen;
  SmallVector<Operation *> stack{value.getDefiningOp()};
  while (!stack.empty()) {
    Operation *op = stack.pop_back_val();
    if (!seen.insert(op).second)
      continue;
    if (isa<ir::GetOp>(op))
      gets.insert(op);
    for (Value operand : llvm::reverse(op->getOperands()))
      stack.push_back(operand.getDefiningOp());
  }
  return gets;
}

/// Views cost nothing, constants are folded elsewhere, and memory is not given away for a
/// broadcast.
bool Hoister::isWorthIt(Value value) {
  Operation *op = value.getDefiningOp();
  while (isa<ir::ViewOpInterface>(op))
    op = op->getOperand(0).getDefiningOp();
  if (isa<ir::GetOp>(op) || isConstant(op->getResult(0)))
    return false;
  llvm::SetVector<Operation *> gets = findLeaves(value);
  int64_t elements = 0;
  for (Operation *get : gets)
    elements += cast<RankedTensorType>(get->getResult(0).getType()).getNumElements();
  return !gets.empty() &&
         cast<RankedTensorType>(value.getType()).getNumElements() <= kMostGrowth * elements;
}

/// The value computed in prepare; an equal op that is there already serves.
Value Hoister::copy(Value value) {
  if (Value there = copies.lookupOrNull(value))
    return there;
  Operation *op = value.getDefiningOp();
  for (Value operand : op->getOperands())
    copy(operand);
  Block &block = prepare.getBody().front();
  OpBuilder builder = OpBuilder::atBlockEnd(&block);
  Operation *fresh = builder.clone(*op, copies);
  auto &alike = copied[OperationEquivalence::computeHash(
      fresh, OperationEquivalence::directHashValue, OperationEquivalence::ignoreHashValue,
      OperationEquivalence::IgnoreLocations)];
  auto *known = llvm::find_if(alike, [&](Operation *old) {
    return OperationEquivalence::isEquivalentTo(old, fresh, OperationEquivalence::IgnoreLocations);
  });
  if (known != alike.end()) {
    fresh->erase();
    fresh = *known;
  } else {
    alike.push_back(fresh);
  }
  for (auto [from, to] : llvm::zip_equal(op->getResults(), fresh->getResults()))
    copies.map(from, to);
  return copies.lookup(value);
}

ir::SymbolOp Hoister::makeSymbol(Value value) {
  Value there = copy(value);
  ir::SymbolOp &symbol = made[there];
  if (symbol)
    return symbol;
  llvm::SetVector<Operation *> gets = findLeaves(value);
  // Named after the largest parameter in it.
  Operation *largest = *llvm::max_element(gets, [](Operation *x, Operation *y) {
    return cast<RankedTensorType>(x->getResult(0).getType()).getNumElements() <
           cast<RankedTensorType>(y->getResult(0).getType()).getNumElements();
  });
  std::string stem = (cast<ir::GetOp>(largest).getSymbol() + ".prepared").str(), name = stem;
  for (int i = 2; symbols.lookup(name); ++i)
    name = stem + std::to_string(i);
  OpBuilder builder(prepare);
  symbol = ir::SymbolOp::create(builder, value.getLoc(), builder.getStringAttr(name),
                                TypeAttr::get(value.getType()), builder.getStringAttr("prepared"),
                                ir::InitAttr::get(module.getContext(), "constant", 0.0, 0.0));
  symbols.insert(symbol);
  updates.push_back(there);
  updated.push_back(FlatSymbolRefAttr::get(symbol));
  return symbol;
}

void Hoister::hoist(ir::EntryOp entry) {
  copies.clear();
  Block &block = entry.getBody().front();
  llvm::DenseMap<Operation *, Value> gets;
  for (Operation &op : llvm::make_early_inc_range(block)) {
    if (op.getNumResults() > 0 && ofParameters(op.getResult(0)))
      continue;
    for (OpOperand &operand : op.getOpOperands()) {
      Value value = operand.get();
      if (!value.getDefiningOp() || !ofParameters(value) || !isWorthIt(value))
        continue;
      ir::SymbolOp symbol = makeSymbol(value);
      Value &get = gets[symbol];
      if (!get) {
        OpBuilder builder = OpBuilder::atBlockBegin(&block);
        get = ir::GetOp::create(builder, value.getLoc(), value.getType(), symbol.getSymName());
        known[get] = false;
      }
      operand.set(get);
    }
  }
}

void Hoister::run() {
  SmallVector<ir::EntryOp> entries;
  for (auto entry : module.getOps<ir::EntryOp>()) {
    if (entry.getKind() == "train")
      continue;
    entries.push_back(entry);
    auto ret = cast<ir::ReturnOp>(entry.getBody().front().getTerminator());
    for (Attribute name : ret.getSymbols())
      changing.insert(cast<FlatSymbolRefAttr>(name).getValue());
  }
  OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
  prepare = ir::EntryOp::create(builder, module.getLoc(), "prepare", "prepare", "prepare", 0,
                                builder.getStrArrayAttr({}));
  bodyOf(prepare.getBody());
  for (ir::EntryOp entry : entries) {
    foldInto(entry);
    hoist(entry);
  }
  if (updates.empty()) {
    prepare.erase();
    return;
  }
  builder.setInsertionPointToEnd(&prepare.getBody().front());
  ir::ReturnOp::create(builder, module.getLoc(), ValueRange{}, updates, builder.getStrArrayAttr({}),
                       builder.getArrayAttr(updated));
}

struct HoistPrepared : sinter::passes::impl::HoistPreparedBase<HoistPrepared> {
  void runOnOperation() override { Hoister(getOperation()).run(); }
};
