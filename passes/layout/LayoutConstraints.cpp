//===- LayoutConstraints.cpp - what contractions ask of layouts -------------------------------===//
//
// See LayoutConstraints.h.
//
//===------------------------------------------------------------------------------------------===//
#include "passes/layout/LayoutConstraints.h"

#include "passes/fuse/Outline.h"
#include "passes/graph/Steps.h"
#include "passes/layout/Activations.h"

#include "llvm/Support/FormatVariadic.h"

using namespace mlir;

namespace sinter::passes {

ir::SymbolOp getSymbolOf(Value value, SymbolTable &symbols) {
  auto get = resolveCaptures(value).getDefiningOp<ir::GetOp>();
  return get ? symbols.lookup<ir::SymbolOp>(get.getSymbol()) : ir::SymbolOp();
}

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

static LogicalResult fillProblem(Contraction &c) {
  Domain domain = Domain::ofContraction(c.root);
  Block &body = c.fused.getBody().front();
  std::string why;
  for (Operation &op : body.without_terminator())
    if (&op != c.root && !op.hasTrait<OpTrait::ConstantLike>() && !domain.add(&op, why))
      return refuseMember(c.fused, &op, why);
  kernel::ContractProblem &p = c.problem;
  p.dims = c.root.getContractionDomain();
  p.parallel = c.root.getParallelDims();
  p.sumLanes = c.root.getSumLanes();
  p.padded = c.root.readsPadded();
  p.element = cast<RankedTensorType>(c.root->getResult(0).getType()).getElementType();
  p.aMap = c.root.getOperandAccess(0);
  p.bMap = c.root.getOperandAccess(1);
  auto shapeOf = [](Value value) {
    return llvm::to_vector(cast<RankedTensorType>(value.getType()).getShape());
  };
  p.aShape = shapeOf(c.operands[0]);
  p.bShape = shapeOf(c.operands[1]);
  p.resultStreams = 0;
  // The largest result stands for all.
  auto yielded = body.getTerminator()->getOperands();
  int64_t most = -1;
  for (Operation &op : body.without_terminator())
    for (Value operand : op.getOperands())
      p.resultStreams +=
          &op != c.root && isa<BlockArgument>(operand) &&
          cast<RankedTensorType>(operand.getType()).getNumElements() ==
              cast<RankedTensorType>(c.root->getResult(0).getType()).getNumElements();
  for (auto [i, value] : llvm::enumerate(yielded)) {
    ++p.resultStreams;
    auto type = cast<RankedTensorType>(value.getType());
    int64_t bytes = type.getNumElements() * std::max<int64_t>(8, type.getElementTypeBitWidth());
    if (bytes <= most)
      continue;
    most = bytes;
    c.resultIndex = i;
    p.outShape = shapeOf(value);
    AffineMap access =
        domain.getResultAccess(value.getDefiningOp(), cast<OpResult>(value).getResultNumber());
    p.outMap = AffineMap::get(p.dims.size(), 0, access.getResults(), value.getContext());
  }
  return success();
}

LogicalResult collectContractions(ModuleOp module, std::vector<Contraction> &found) {
  WalkResult result = module.walk([&](ir::FusedOp fused) {
    auto roots = fused.getBody().front().getOps<ir::ContractionOpInterface>();
    if (roots.empty())
      return WalkResult::advance();
    Contraction c;
    c.fused = fused;
    c.root = *roots.begin();
    for (int i : {0, 1}) {
      auto argument = dyn_cast<BlockArgument>(c.root->getOperand(i));
      if (!argument)
        return WalkResult::advance();
      c.operands[i] = fused.getInputs()[argument.getArgNumber()];
    }
    if (failed(fillProblem(c)))
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
  kernel::ContractProblem ideal; ///< with the demands granted
  int64_t positions[2] = {-1, -1};
  double extra = 0;
};

/// A parameter, or a matrix, can have any panels; values with image axes come in blocks
/// (Activations.h).
static bool takesPanels(Value operand) {
  return resolveCaptures(operand).getDefiningOp<ir::GetOp>() ||
         cast<RankedTensorType>(operand.getType()).getRank() < 3;
}

/// Width of panels along `position` for tiles of `nr` lanes: where other dims move the index, too
/// (groups of channels), no panel holds parts of two runs.
static int64_t getPanelWidth(AffineMap map, int64_t position, int64_t lanes, int64_t nr) {
  AffineExpr others = map.getResult(position).replace(getAffineDimExpr(lanes, map.getContext()),
                                                      getAffineConstantExpr(0, map.getContext()));
  int64_t run = isa<AffineConstantExpr>(others) ? nr : others.getLargestKnownDivisor();
  return run % nr == 0 || nr % run == 0 ? nr : run;
}

static Demand demandFor(const Contraction &c, int64_t lanes, AdaptCost adapt) {
  Demand demand{c.problem};
  for (int i : {0, 1}) {
    AffineMap map = i == 0 ? c.problem.aMap : c.problem.bMap;
    auto &layout = i == 0 ? demand.ideal.aLayout : demand.ideal.bLayout;
    ArrayRef<int64_t> shape = i == 0 ? c.problem.aShape : c.problem.bShape;
    int64_t position = map.isFunctionOfDim(lanes) ? getUnitPosition(map, lanes) : -1;
    bool panels = takesPanels(c.operands[i]);
    // What lies in blocks stays so.
    if (position < 0 ||
        (!panels && (layout || kernel::isContiguousAlong(map, lanes, shape, layout))))
      continue;
    demand.positions[i] = position;
    demand.extra += adapt(c, i, lanes);
    layout = panels ? makePanels(map, position, getPanelWidth(map, position, lanes, 1 << 20))
                    : makeBlocks(map.getContext(), shape.size(), position);
  }
  return demand;
}

double chooseLanes(Contraction &c, kernel::TargetAttr target, AdaptCost adapt) {
  double best = 0;
  SmallVector<std::pair<double, int64_t>> table;
  c.choice = {};
  c.lanes = -1;
  c.wanted[0] = c.wanted[1] = {};
  // A sum in canonical lanes has the last reduced dim on them, any other a parallel dim.
  int64_t last = c.problem.dims.size() - 1, parallel = c.problem.parallel;
  bool inLanes = c.problem.sumLanes > 1;
  for (int64_t lanes = inLanes ? last : parallel - 1; lanes >= (inLanes ? last : 0); --lanes) {
    Demand demand = demandFor(c, lanes, adapt);
    kernel::ContractChoice choice = kernel::chooseRows(target, demand.ideal, inLanes ? -1 : lanes);
    double total = choice.cost.total() + demand.extra;
    table.push_back({total, lanes});
    if (c.lanes >= 0 && total >= best)
      continue;
    best = total;
    c.choice = choice;
    c.lanes = lanes;
    for (int i : {0, 1}) {
      AffineMap map = i == 0 ? c.problem.aMap : c.problem.bMap;
      int64_t position = demand.positions[i];
      c.wanted[i] =
          position < 0 ? kernel::LayoutAttr()
          : takesPanels(c.operands[i])
              ? makePanels(map, position, getPanelWidth(map, position, lanes, choice.tile.nr))
              : makeBlocks(map.getContext(), map.getNumResults(), position);
    }
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
