//===- HoistForms.cpp - work on parameters alone becomes a form -------------------------------===//
//
// In entries that train nothing, what depends on parameters only (a batch norm's scale, a weight
// scaled by it) is the same at every run, and so is in training what depends on frozen ones. Such
// values become forms (D17): computed after loading, and, where training updates what they are made
// of, before the first run behind a training step. In entries that train nothing, ops that can move
// work to parameters do so first (ParameterFoldInterface). Leaves behind: no op on parameters alone
// that an entry leaves as they are, but views. Next: RefreshForms.cpp.
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/sinter/Sinter.h"
#include "passes/Passes.h"

#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/OperationSupport.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::passes;

namespace sinter::passes {
#define GEN_PASS_DEF_HOISTFORMS
#include "passes/Passes.h.inc"
} // namespace sinter::passes

/// A form may be so many times larger than the parameters it is made of.
static constexpr int64_t kMostGrowth = 2;

namespace {
/// What a form is made of in the end.
struct Origin {
  StringRef name;   ///< of the largest parameter
  int64_t elements; ///< of all parameters, but not more than the form's own
};

struct Hoister {
  ModuleOp module;
  SymbolTable symbols;
  using Names = llvm::StringSet<llvm::MallocAllocator>;
  Names trained, changing; ///< symbols that train entries update, and those that others do
  bool training = false;   ///< of the entry at hand
  llvm::DenseMap<Value, bool> known;
  /// Made so far, by sources: equal ones are one.
  llvm::DenseMap<Attribute, SmallVector<ir::FormOp>> alike;
  llvm::DenseMap<Operation *, Origin> origins; ///< of forms
  llvm::StringMap<unsigned> named;             ///< how many forms bear a parameter's name

  explicit Hoister(ModuleOp module) : module(module), symbols(module) {}
  void run();
  bool ofParameters(Value value);
  void foldInto(ir::EntryOp entry);
  SmallVector<Value> findShared(Block &block);
  void hoist(ir::EntryOp entry);
  Origin getOrigin(ir::GetOp get);
  Origin getOrigin(ArrayRef<ir::GetOp> sources);
  ir::FormOp makeForm(Value value, ArrayRef<Operation *> makers, ArrayRef<ir::GetOp> gets);
  std::string nameForm(StringRef parameter);
  ir::Refresh getRefresh(ArrayRef<Attribute> sources);
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
    result = symbol && symbol.isWeight() && !changing.contains(get.getSymbol()) &&
             !(training && trained.contains(get.getSymbol()));
  } else if (op && isa<ir::MapOpInterface, ir::ViewOpInterface, ir::ContractionOpInterface>(op)) {
    // Only a run of an entry tells of an index that is out of range.
    auto map = dyn_cast<ir::MapOpInterface>(op);
    result = op->getNumOperands() > 0 && (!map || map.getIndexOperands().empty()) &&
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

/// Values of parameters that are to be at hand: what other ops of the entry read, and what two such
/// values are made of. In program order, so that a value stands behind those in it. What foldInto
/// left behind goes.
SmallVector<Value> Hoister::findShared(Block &block) {
  llvm::DenseMap<Operation *, Operation *> sharedBy; // op -> the one shared value it serves
  SmallVector<Value> shared;
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block))) {
    if (isOpTriviallyDead(&op)) {
      for (Value result : op.getResults())
        known.erase(result);
      op.erase();
      continue;
    }
    if (op.getNumResults() != 1 || !ofParameters(op.getResult(0)) || isa<ir::GetOp>(op) ||
        isConstant(op.getResult(0)))
      continue;
    llvm::SmallPtrSet<Operation *, 4> users; // null: what is no work on parameters
    for (Operation *user : op.getUsers())
      users.insert(sharedBy.lookup(user));
    bool isShared = users.size() > 1 || users.contains(nullptr);
    if (isShared)
      shared.push_back(op.getResult(0));
    sharedBy[&op] = isShared ? &op : *users.begin();
  }
  std::reverse(shared.begin(), shared.end());
  return shared;
}

/// All ops that a value is made of, each behind its operands, so that equal values have equal
/// lists. An op is visited once: graphs share, and paths through them may double at every op.
static SmallVector<Operation *> findMakers(Value value) {
  llvm::SetVector<Operation *> makers;
  llvm::SmallPtrSet<Operation *, 16> seen;
  SmallVector<std::pair<Operation *, unsigned>> stack{{value.getDefiningOp(), 0}};
  while (!stack.empty()) {
    auto &[op, next] = stack.back();
    if (next < op->getNumOperands()) {
      Operation *maker = op->getOperand(next++).getDefiningOp();
      if (seen.insert(maker).second)
        stack.push_back({maker, 0});
    } else {
      makers.insert(op);
      stack.pop_back();
    }
  }
  return makers.takeVector();
}

/// The symbols and forms among them, each once.
static SmallVector<ir::GetOp> getSources(ArrayRef<Operation *> makers) {
  SmallVector<ir::GetOp> gets;
  llvm::SmallDenseSet<StringAttr> seen;
  for (Operation *op : makers)
    if (auto get = dyn_cast<ir::GetOp>(op);
        get && seen.insert(get.getSymbolAttr().getAttr()).second)
      gets.push_back(get);
  return gets;
}

static int64_t countElements(Value value) {
  return cast<RankedTensorType>(value.getType()).getNumElements();
}

Origin Hoister::getOrigin(ir::GetOp get) {
  auto known = origins.find(symbols.lookup(get.getSymbol()));
  return known == origins.end() ? Origin{get.getSymbol(), countElements(get)} : known->second;
}

Origin Hoister::getOrigin(ArrayRef<ir::GetOp> sources) {
  Origin largest{"", 0};
  int64_t elements = 0;
  for (ir::GetOp get : sources) {
    Origin origin = getOrigin(get);
    elements += origin.elements;
    if (origin.elements > largest.elements)
      largest = origin;
  }
  return {largest.name, elements};
}

/// Views cost nothing, and constants are folded elsewhere.
static bool isComputed(Value value) {
  Operation *op = value.getDefiningOp();
  while (isa<ir::ViewOpInterface>(op))
    op = op->getOperand(0).getDefiningOp();
  return !isa<ir::GetOp>(op) && !isConstant(op->getResult(0));
}

std::string Hoister::nameForm(StringRef parameter) {
  unsigned &number = named[parameter];
  std::string name;
  do
    name = (parameter + ".prepared" + (++number > 1 ? std::to_string(number) : "")).str();
  while (symbols.lookup(name));
  return name;
}

/// What training updates is stale behind it.
ir::Refresh Hoister::getRefresh(ArrayRef<Attribute> sources) {
  for (Attribute source : sources) {
    StringRef name = cast<FlatSymbolRefAttr>(source).getValue();
    auto form = symbols.lookup<ir::FormOp>(name);
    if (form ? form.getRefresh() == ir::Refresh::Prepare : trained.contains(name))
      return ir::Refresh::Prepare;
  }
  return ir::Refresh::Load;
}

/// The form that holds `value`; an equal one that is there already serves.
ir::FormOp Hoister::makeForm(Value value, ArrayRef<Operation *> makers, ArrayRef<ir::GetOp> gets) {
  SmallVector<Attribute> sources;
  SmallVector<Type> inputs;
  for (ir::GetOp get : gets) {
    sources.push_back(get.getSymbolAttr());
    inputs.push_back(get.getType());
  }
  Origin origin = getOrigin(gets);
  OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
  auto form = ir::FormOp::create(builder, value.getLoc(), "", sources, inputs, value.getType(),
                                 getRefresh(sources));
  builder.setInsertionPointToEnd(&form.getBody().front());
  llvm::DenseMap<StringAttr, Value> arguments;
  for (auto [source, argument] : llvm::zip_equal(sources, form.getBody().getArguments()))
    arguments[cast<FlatSymbolRefAttr>(source).getAttr()] = argument;
  IRMapping copies;
  for (Operation *op : makers)
    if (auto get = dyn_cast<ir::GetOp>(op))
      copies.map(get.getResult(), arguments.lookup(get.getSymbolAttr().getAttr()));
    else
      builder.clone(*op, copies);
  ir::YieldOp::create(builder, value.getLoc(), copies.lookup(value));
  for (ir::FormOp old : alike[form.getSourcesAttr()])
    if (OperationEquivalence::isRegionEquivalentTo(&old.getBody(), &form.getBody(),
                                                   OperationEquivalence::IgnoreLocations)) {
      form.erase();
      return old;
    }
  form.setSymName(nameForm(origin.name));
  symbols.insert(form);
  origins[form] = {origin.name, std::min(origin.elements, countElements(value))};
  alike[form.getSourcesAttr()].push_back(form);
  return form;
}

void Hoister::hoist(ir::EntryOp entry) {
  Block &block = entry.getBody().front();
  for (Value value : findShared(block)) {
    SmallVector<Operation *> makers = findMakers(value);
    SmallVector<ir::GetOp> sources = getSources(makers);
    // Memory is not given away for a broadcast; constants alone are no form (folding leaves those
    // without elements).
    if (sources.empty() || !isComputed(value) ||
        countElements(value) > kMostGrowth * getOrigin(sources).elements)
      continue;
    OpBuilder builder = OpBuilder::atBlockBegin(&block);
    Value get = ir::GetOp::create(builder, value.getLoc(), value.getType(),
                                  makeForm(value, makers, sources).getSymName());
    known[get] = true;
    value.replaceAllUsesWith(get); // forms of what comes next are made of this one
  }
}

void Hoister::run() {
  auto entries = llvm::to_vector(module.getOps<ir::EntryOp>());
  auto trains = [](ir::EntryOp entry) { return entry.getKind() == kernel::EntryKind::Train; };
  for (ir::EntryOp entry : entries) {
    auto ret = cast<ir::ReturnOp>(entry.getBody().front().getTerminator());
    for (Attribute name : ret.getSymbols())
      (trains(entry) ? trained : changing).insert(cast<FlatSymbolRefAttr>(name).getValue());
  }
  for (ir::EntryOp entry : entries) {
    training = trains(entry);
    if (!training) // it would change the order in which gradients are scaled
      foldInto(entry);
    hoist(entry);
  }
}

struct HoistForms : sinter::passes::impl::HoistFormsBase<HoistForms> {
  void runOnOperation() override { Hoister(getOperation()).run(); }
};
