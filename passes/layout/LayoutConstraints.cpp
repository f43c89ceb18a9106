//===- LayoutConstraints.cpp - what contractions ask of layouts -------------------------------===//
//
// See LayoutConstraints.h.
//
//===------------------------------------------------------------------------------------------===//
#include "passes/layout/LayoutConstraints.h"

#include "dialects/kernel/Cost.h"
#include "passes/fuse/Outline.h"
#include "passes/graph/Steps.h"
#include "passes/layout/Activations.h"

#include "llvm/Support/FormatVariadic.h"

using namespace mlir;

namespace sinter::passes {

ir::StoredOpInterface getSymbolOf(Value value, SymbolTable &symbols) {
  auto get = resolveCaptures(value).getDefiningOp<ir::GetOp>();
  auto stored = get ? symbols.lookup<ir::StoredOpInterface>(get.getSymbol()) : nullptr;
  return stored && !isa<ir::ScalarOp>(*stored) ? stored : nullptr;
}

int64_t getBytes(Value value) { return kernel::getBytes(cast<RankedTensorType>(value.getType())); }

kernel::LayoutAttr makePanels(AffineMap access, unsigned dim, int64_t by) {
  // Reduced dims run innermost, in the domain's order: panels are read from front to back.
  auto lastDim = [&](int64_t index) {
    int64_t last = -1;
    for (unsigned d = 0; d < access.getNumDims(); ++d)
      if (access.getResult(index).isFunctionOfDim(d))
        last = d;
    return last;
  };
  SmallVector<int64_t> rest, perm{dim};
  for (int64_t d = 0; d < access.getNumResults(); ++d)
    if (d != dim)
      rest.push_back(d);
  llvm::sort(rest, [&](int64_t x, int64_t y) {
    return std::pair(lastDim(x), x) < std::pair(lastDim(y), y);
  });
  perm.append(rest);
  return kernel::LayoutAttr::get(access.getContext(), perm, {dim}, {by});
}

int64_t getUnitPosition(AffineMap map, int64_t dim) {
  int64_t position = -1;
  AffineExpr step = getAffineDimExpr(dim, map.getContext());
  for (auto [i, expr] : llvm::enumerate(map.getResults())) {
    if (!expr.isFunctionOfDim(dim))
      continue;
    AffineExpr rest = simplifyAffineExpr(expr - step, map.getNumDims(), map.getNumSymbols());
    if (position >= 0 || rest.isFunctionOfDim(dim))
      return -1;
    position = i;
  }
  return position;
}

std::optional<int64_t> getRun(AffineMap map, int64_t position, int64_t dim) {
  AffineExpr others = map.getResult(position).replace(getAffineDimExpr(dim, map.getContext()),
                                                      getAffineConstantExpr(0, map.getContext()));
  if (isa<AffineConstantExpr>(others))
    return std::nullopt;
  return others.getLargestKnownDivisor();
}

/// The access to `value` inside the fused op, over all dims of the contraction.
static kernel::ContractAccess accessOf(const PlacedContraction &c, Value value, AffineMap map) {
  return ir::getAccess(
      value, AffineMap::get(c.contraction.getRank(), 0, map.getResults(), map.getContext()));
}

/// What the epilogue reads, as lowering will: each value once an access.
static void addExtras(PlacedContraction &c, const Domain &domain) {
  for (Operation &op : c.fused.getBody().front().without_terminator()) {
    if (&op == c.root || op.hasTrait<OpTrait::ConstantLike>() || isUnitView(&op))
      continue;
    for (auto [i, operand] : llvm::enumerate(op.getOperands())) {
      auto argument = dyn_cast<BlockArgument>(operand);
      if (!argument)
        continue;
      kernel::ContractAccess access = accessOf(c, operand, domain.getOperandAccess(&op, i));
      Value outside = c.fused.getInputs()[argument.getArgNumber()];
      bool known = llvm::any_of(llvm::zip(c.extras, c.contraction.extras), [&](auto pair) {
        return std::get<0>(pair) == outside && std::get<1>(pair).map == access.map;
      });
      if (known)
        continue;
      c.extras.push_back(outside);
      c.contraction.extras.push_back(access);
    }
  }
}

/// The contraction that the fused op will be as a kernel.
static LogicalResult describe(PlacedContraction &c) {
  Domain domain = Domain::ofContraction(c.root);
  Block &body = c.fused.getBody().front();
  std::string why;
  for (Operation &op : body.without_terminator())
    if (&op != c.root && !op.hasTrait<OpTrait::ConstantLike>() && !domain.add(&op, why))
      return refuseMember(c.fused, &op, why);
  kernel::Contraction &what = c.contraction;
  what = ir::getContraction(c.root);
  what.results.clear();
  addExtras(c, domain);
  for (Value value : body.getTerminator()->getOperands()) {
    Operation *maker = value.getDefiningOp();
    what.results.push_back(
        accessOf(c, value, domain.getResultAccess(maker, cast<OpResult>(value).getResultNumber())));
    what.results.back().sums = isPlainSum(value);
  }
  return success();
}

LogicalResult collectContractions(ModuleOp module, std::vector<PlacedContraction> &found) {
  WalkResult result = module.walk([&](ir::FusedOp fused) {
    auto roots = fused.getBody().front().getOps<ir::ContractionOpInterface>();
    if (roots.empty() || isa<ir::FormOp>(fused->getParentOp()))
      return WalkResult::advance();
    PlacedContraction c;
    c.fused = fused;
    c.root = *roots.begin();
    for (int i : {0, 1}) {
      auto argument = dyn_cast<BlockArgument>(c.root->getOperand(i));
      if (!argument)
        return WalkResult::advance();
      c.operands[i] = fused.getInputs()[argument.getArgNumber()];
    }
    if (failed(describe(c)))
      return WalkResult::interrupt();
    for (Value result : fused.getResults())
      llvm::append_range(c.updates, getUpdatedSymbols(result));
    found.push_back(std::move(c));
    return WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

/// What a choice of lanes asks of the operands, and what granting it costs.
struct Demand {
  kernel::Contraction ideal; ///< with the demands granted
  int64_t positions[2] = {-1, -1};
  double extra = 0;
};

/// A parameter, or a matrix, can have any panels; values of more axes come in blocks
/// (Activations.h).
static bool takesPanels(Value operand) {
  return resolveCaptures(operand).getDefiningOp<ir::GetOp>() ||
         cast<RankedTensorType>(operand.getType()).getRank() < 3;
}

/// Width of panels along `position` for tiles of `nr` lanes: where other dims move the index, too
/// (groups of channels), no panel holds parts of two runs.
static int64_t getPanelWidth(AffineMap map, int64_t position, int64_t lanes, int64_t nr) {
  int64_t run = getRun(map, position, lanes).value_or(nr);
  return run % nr == 0 || nr % run == 0 ? nr : run;
}

static Demand demandFor(const PlacedContraction &c, kernel::TargetInterface target, int64_t lanes,
                        AdaptCost adapt) {
  Demand demand{c.contraction};
  for (int i : {0, 1}) {
    kernel::ContractAccess &factor = demand.ideal.factors[i];
    int64_t position = factor.uses(lanes) ? getUnitPosition(factor.map, lanes) : -1;
    bool panels = takesPanels(c.operands[i]);
    // What lies in blocks stays so.
    if (position < 0 ||
        (!panels && (factor.layout ||
                     kernel::isContiguousAlong(factor.map, lanes, factor.shape, factor.layout))))
      continue;
    kernel::LayoutAttr ideal =
        panels
            ? makePanels(factor.map, position, getPanelWidth(factor.map, position, lanes, 1 << 20))
            : makeBlocks(factor.map.getContext(), factor.shape.size(), position);
    if (!target.isLegal(ideal))
      continue;
    demand.positions[i] = position;
    demand.extra += adapt(c, i, lanes);
    factor.layout = ideal;
  }
  return demand;
}

/// How operand `i` is to lie for the demand; null: as it comes.
static kernel::LayoutAttr getWanted(const PlacedContraction &c, const Demand &demand, int i,
                                    int64_t lanes, int64_t nr) {
  AffineMap map = c.contraction.factors[i].map;
  int64_t position = demand.positions[i];
  if (position < 0)
    return {};
  return takesPanels(c.operands[i])
             ? makePanels(map, position, getPanelWidth(map, position, lanes, nr))
             : makeBlocks(map.getContext(), map.getNumResults(), position);
}

double chooseLanes(PlacedContraction &c, kernel::TargetInterface target, AdaptCost adapt) {
  double best = 0;
  SmallVector<std::pair<double, int64_t>> table;
  c.lanes = -1;
  c.wanted[0] = c.wanted[1] = {};
  // A sum in canonical lanes has the last reduced dim on them, any other a parallel dim.
  int64_t last = c.contraction.getRank() - 1, parallel = c.contraction.parallel;
  bool across = c.contraction.isAcrossLanes();
  for (int64_t lanes = across ? last : parallel - 1; lanes >= (across ? last : 0); --lanes) {
    Demand demand = demandFor(c, target, lanes, adapt);
    kernel::LanesPrice price = target.priceLanes(demand.ideal, across ? -1 : lanes);
    double total = price.cycles + demand.extra;
    table.push_back({total, lanes});
    if (c.lanes >= 0 && total >= best)
      continue;
    best = total;
    c.cycles = price.cycles;
    c.lanes = lanes;
    for (int i : {0, 1})
      c.wanted[i] = getWanted(c, demand, i, lanes, price.panel);
  }
  llvm::sort(table);
  c.alternatives.clear();
  for (auto [cycles, lanes] : table)
    c.alternatives +=
        llvm::formatv("{0}dim {1} on lanes: {2} cycles", c.alternatives.empty() ? "" : ", ", lanes,
                      static_cast<int64_t>(cycles))
            .str();
  return best;
}

} // namespace sinter::passes
