//===- AssignLayouts.cpp - where elements lie, decided for all entries together ---------------===//
//
// 0. Values of three axes and more take a form a region (Activations.h).
// 1. Every contraction that updates nothing picks its lanes; its vector operand states a preference
//    (LayoutConstraints.h).
// 2. A parameter's preferences compete to be its master layout, which the update kernel must write;
//    the others become forms of it that cost a refresh (D17).
// 3. Contractions that write an update pick lanes with the master given; state follows its
//    parameter, and so do gradients that a map reads, where their makers can write them so.
// 4. Temporaries take the preferred panels when all their readers agree and the maker can write
//    them at no cost.
// Leaves behind: encodings on symbols and tensors that agree everywhere (Rewrite.cpp). Next:
// passes/lower.
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/kernel/Cost.h"
#include "dialects/kernel/contract/CostConstants.h"
#include "passes/Passes.h"
#include "passes/fuse/Outline.h"
#include "passes/layout/Activations.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::passes;

namespace sinter::passes {
#define GEN_PASS_DEF_ASSIGNLAYOUTS
#include "passes/Passes.h.inc"
} // namespace sinter::passes

/// One form of a symbol that some contraction wants.
struct Form {
  kernel::LayoutAttr layout;
  double cycles = 0;     ///< of the contractions that read it
  bool training = false; ///< a train entry reads it
};

struct Assigner {
  ModuleOp module;
  kernel::TargetInterface target;
  SymbolTable symbols;
  std::vector<PlacedContraction> contractions;
  llvm::MapVector<Operation *, SmallVector<Form>> forms; ///< of each symbol, in program order
  /// Sums of products, of a symbol's shape, that a map reads to update it.
  llvm::MapVector<StringAttr, SmallVector<std::pair<Value, const PlacedContraction *>>> gradients;
  LayoutPlan plan;

  explicit Assigner(ModuleOp module)
      : module(module), target(kernel::getTarget(module)), symbols(module) {}

  LogicalResult run();
  double adapt(const PlacedContraction &c, int operand, int64_t lanes);
  kernel::LayoutAttr lies(const PlacedContraction &c, int operand) const {
    return c.contraction.factors[operand].layout;
  }
  void statePreference(PlacedContraction &c);
  void findGradients();
  void chooseMaster(Operation *symbol, ArrayRef<Form> candidates);
  void followMasters();
  void chooseTemporaries();
  void readWanted();
  void explain();
};

static bool isInTraining(ir::FusedOp fused) {
  return fused->getParentOfType<ir::EntryOp>().getKind() == kernel::EntryKind::Train;
}

/// Cycles of having the lanes of a vector operand side by side.
double Assigner::adapt(const PlacedContraction &c, int operand, int64_t lanes) {
  Value value = c.operands[operand];
  AffineMap map = c.contraction.factors[operand].map;
  auto shape = cast<RankedTensorType>(value.getType()).getShape();
  if (getSymbolOf(value, symbols))
    return 0; // weighed against the other forms of the symbol later
  if (kernel::isContiguousAlong(map, lanes, shape, lies(c, operand)))
    return 0;
  double scatter = kernel::kGatherCycles *
                   static_cast<double>(cast<RankedTensorType>(value.getType()).getNumElements());
  // A maker that is fused work can write panels, element by element; anything else needs a pass
  // over the data.
  if (value.getDefiningOp<ir::FusedOp>())
    return scatter;
  return scatter + kernel::estimateTraffic(target, 2 * getBytes(value));
}

/// Records what a decided contraction wants of the symbols that it reads on its lanes.
void Assigner::statePreference(PlacedContraction &c) {
  for (int i : {0, 1}) {
    ir::StoredOpInterface symbol = getSymbolOf(c.operands[i], symbols);
    if (!symbol || !c.wanted[i])
      continue;
    auto &list = forms[symbol];
    auto *same = llvm::find_if(list, [&](const Form &form) { return form.layout == c.wanted[i]; });
    if (same == list.end()) {
      list.push_back({c.wanted[i], 0, false});
      same = &list.back();
    }
    same->cycles += c.cycles;
    same->training |= isInTraining(c.fused);
  }
}

void Assigner::findGradients() {
  llvm::DenseMap<Operation *, const PlacedContraction *> makers;
  for (const PlacedContraction &c : contractions)
    makers[c.fused] = &c;
  module.walk([&](ir::FusedOp fused) {
    if (fused.getKind() != ir::FusedKind::Map)
      return;
    for (Value result : fused.getResults())
      for (StringAttr name : getUpdatedSymbols(result))
        for (Value input : fused.getInputs())
          if (const PlacedContraction *maker = makers.lookup(input.getDefiningOp());
              maker && cast<RankedTensorType>(input.getType()).getShape() ==
                           cast<RankedTensorType>(result.getType()).getShape())
            gradients[name].push_back({input, maker});
  });
}

/// True when the contraction writes its main result with neighbours along the layout's blocked dim
/// on its lanes.
static bool writesPanels(const PlacedContraction &c, kernel::LayoutAttr layout) {
  return c.lanes < c.contraction.parallel &&
         getUnitPosition(c.contraction.getMainResult().map, c.lanes) == layout.getBlock().front();
}

void Assigner::chooseMaster(Operation *symbol, ArrayRef<Form> candidates) {
  StringAttr name = SymbolTable::getSymbolName(symbol);
  RankedTensorType type = cast<ir::StoredOpInterface>(symbol).getTensorType();
  // A refresh moves every element to another place, behind a barrier.
  double refresh = kernel::kMoveCycles * static_cast<double>(type.getNumElements()) +
                   kernel::estimateTraffic(target, 2 * kernel::getBytes(type)) +
                   kernel::kKernelCycles;
  std::string record;
  double best = 0;
  unsigned chosen = 0;
  for (auto [i, form] : llvm::enumerate(candidates)) {
    double cycles = 0;
    for (PlacedContraction &c : contractions)
      if (llvm::is_contained(c.updates, name)) {
        c.contraction.results[c.contraction.findMainResult()].layout = form.layout;
        cycles += target.priceContraction(c.contraction);
      }
    for (auto [gradient, maker] : gradients.lookup(name))
      if (!writesPanels(*maker, form.layout))
        cycles += kernel::kMoveCycles * static_cast<double>(type.getNumElements());
    for (const Form &other : candidates)
      if (other.layout != form.layout && other.training)
        cycles += refresh;
    std::string text;
    llvm::raw_string_ostream(text) << form.layout;
    record += llvm::formatv("{0}{1}: {2} cycles", record.empty() ? "" : ", ", text,
                            static_cast<int64_t>(cycles))
                  .str();
    if (i == 0 || cycles < best) {
      best = cycles;
      chosen = i;
    }
  }
  plan.masters[symbol] = candidates[chosen].layout;
  if (candidates.size() > 1)
    plan.notes[symbol] = "master of " + record;
  for (const Form &form : candidates)
    if (form.layout != candidates[chosen].layout)
      plan.forms[symbol].push_back({form.layout, /*training=*/false, {}});
}

/// An optimizer's state lies as its parameter does, and so do gradients on the way to the update.
void Assigner::followMasters() {
  for (auto state : module.getOps<ir::SymbolOp>()) {
    Operation *parameter = state.getParameter() ? symbols.lookup(*state.getParameter()) : nullptr;
    kernel::LayoutAttr layout = plan.masters.lookup(parameter);
    auto shapeOf = [](Operation *op) {
      return cast<ir::StoredOpInterface>(op).getTensorType().getShape();
    };
    if (layout && !plan.masters.lookup(state) && shapeOf(state) == shapeOf(parameter))
      plan.masters[state] = layout;
  }
  auto isReadByMaps = [](Value value) {
    return llvm::all_of(value.getUsers(), [](Operation *user) {
      auto fused = dyn_cast<ir::FusedOp>(user);
      return fused && fused.getKind() == ir::FusedKind::Map;
    });
  };
  for (auto &[name, list] : gradients) {
    kernel::LayoutAttr layout = plan.masters.lookup(symbols.lookup(name));
    for (auto [gradient, maker] : list)
      if (layout && writesPanels(*maker, layout) && isReadByMaps(gradient))
        plan.values[gradient] = layout;
  }
}

void Assigner::chooseTemporaries() {
  // Preferences about each temporary; a broadcast operand prefers row-major.
  llvm::MapVector<Value, SmallVector<kernel::LayoutAttr>> preferences;
  for (PlacedContraction &c : contractions)
    for (int i : {0, 1})
      if (c.operands[i].getDefiningOp<ir::FusedOp>())
        preferences[c.operands[i]].push_back(c.wanted[i]);
  for (auto &[value, list] : preferences) {
    kernel::LayoutAttr layout = list.front();
    if (!layout || !llvm::all_equal(list) || plan.values.count(value))
      continue;
    bool viewed =
        llvm::any_of(value.getUsers(), [](Operation *user) { return !isa<ir::FusedOp>(user); });
    auto maker = value.getDefiningOp<ir::FusedOp>();
    auto type = cast<RankedTensorType>(value.getType());
    int64_t dim = layout.getBlock().front();
    bool alreadySideBySide = kernel::getContiguousDim(type.getShape(), {}) == dim;
    if (viewed)
      continue;
    if (maker.getKind() == ir::FusedKind::Contraction) {
      // Free when the maker has the blocked dim on its own lanes.
      for (PlacedContraction &other : contractions)
        if (other.fused == maker && writesPanels(other, layout))
          plan.values[value] = layout;
    } else if (!alreadySideBySide) {
      plan.values[value] = layout;
    }
  }
}

/// What still lies the wrong way is converted where it is read. Which forms training reads is known
/// only now: a sum that updates a symbol chooses last, and may take a form that prediction asked
/// for.
void Assigner::readWanted() {
  for (PlacedContraction &c : contractions)
    for (int i : {0, 1}) {
      Value value = c.operands[i];
      if (!c.wanted[i])
        continue;
      AffineMap map = c.contraction.factors[i].map;
      bool fits = plan.values.count(value) ||
                  kernel::isContiguousAlong(map, c.lanes,
                                            cast<RankedTensorType>(value.getType()).getShape(), {});
      ir::StoredOpInterface symbol = getSymbolOf(value, symbols);
      if (symbol || !fits)
        plan.reads[{c.fused, value}] = {c.wanted[i], i};
      if (symbol && isInTraining(c.fused))
        for (LayoutForm &form : plan.forms[symbol])
          form.training |= form.layout == c.wanted[i];
    }
}

void Assigner::explain() {
  for (PlacedContraction &c : contractions)
    plan.notes[c.fused] = c.alternatives;
}

LogicalResult Assigner::run() {
  if (failed(collectContractions(module, contractions)))
    return failure();
  auto cost = [&](const PlacedContraction &c, int operand, int64_t lanes) {
    return adapt(c, operand, lanes);
  };
  planActivations(module, target, contractions, cost, plan);
  for (PlacedContraction &c : contractions)
    if (c.updates.empty()) {
      chooseLanes(c, target, cost);
      statePreference(c);
    }
  findGradients();
  for (auto &[symbol, candidates] : forms)
    chooseMaster(symbol, candidates);
  for (PlacedContraction &c : contractions)
    if (!c.updates.empty()) {
      if (Operation *symbol = symbols.lookup(c.updates.front()))
        c.contraction.results[c.contraction.findMainResult()].layout = plan.masters.lookup(symbol);
      chooseLanes(c, target, cost);
    }
  followMasters();
  chooseTemporaries();
  readWanted();
  explain();
  rewriteLayouts(module, plan);
  return success();
}

struct AssignLayouts : sinter::passes::impl::AssignLayoutsBase<AssignLayouts> {
  void runOnOperation() override {
    if (failed(Assigner(getOperation()).run()))
      signalPassFailure();
  }
};
