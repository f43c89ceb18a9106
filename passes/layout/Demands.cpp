//===- Demands.cpp - what contractions ask of layouts
//---------------------------------------------===//
//
// See Demands.h.
//
//===----------------------------------------------------------------------------------------------===//
#include "passes/layout/Demands.h"

#include "passes/fuse/Outline.h"

#include "llvm/Support/FormatVariadic.h"

using namespace mlir;

namespace sinter::passes {

Value skipViews(Value value) {
  while (auto view = value.getDefiningOp<ir::ViewOpInterface>())
    value = view->getOperand(0);
  return value;
}

ir::SymbolOp getSymbolOf(Value value, SymbolTable &symbols) {
  auto get = value.getDefiningOp<ir::GetOp>();
  return get ? symbols.lookup<ir::SymbolOp>(get.getSymbol()) : ir::SymbolOp();
}

kernel::LayoutAttr makePanels(MLIRContext *context, unsigned rank, unsigned dim, int64_t by) {
  SmallVector<int64_t> perm{dim};
  for (int64_t d = 0; d < rank; ++d)
    if (d != dim)
      perm.push_back(d);
  return kernel::LayoutAttr::get(context, perm, {dim}, {by});
}

int64_t getPlainPosition(AffineMap map, int64_t dim) {
  int64_t position = -1;
  for (auto [i, expr] : llvm::enumerate(map.getResults())) {
    if (!expr.isFunctionOfDim(dim))
      continue;
    if (position >= 0 || !isa<AffineDimExpr>(expr))
      return -1;
    position = i;
  }
  return position;
}

static void fillProblem(Contraction &c) {
  Domain domain = Domain::ofContraction(c.root);
  Block &body = c.fused.getBody().front();
  std::string why;
  for (Operation &op : body.without_terminator())
    if (&op != c.root && !op.hasTrait<OpTrait::ConstantLike>())
      (void)domain.add(&op, why);
  kernel::ContractProblem &p = c.problem;
  p.dims = c.root.getContractionDomain();
  p.parallel = c.root.getParallelDims();
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
}

std::vector<Contraction> collectContractions(ModuleOp module) {
  std::vector<Contraction> all;
  module.walk([&](ir::FusedOp fused) {
    auto roots = fused.getBody().front().getOps<ir::ContractionOpInterface>();
    if (roots.empty())
      return;
    Contraction c;
    c.fused = fused;
    c.root = *roots.begin();
    for (int i : {0, 1}) {
      auto argument = dyn_cast<BlockArgument>(c.root->getOperand(i));
      if (!argument)
        return;
      c.operands[i] = fused.getInputs()[argument.getArgNumber()];
    }
    fillProblem(c);
    for (Value result : fused.getResults())
      for (OpOperand &use : result.getUses())
        if (auto ret = dyn_cast<ir::ReturnOp>(use.getOwner()))
          if (StringAttr symbol = getUpdatedSymbol(ret, use.getOperandNumber()))
            c.updates.push_back(symbol);
    all.push_back(std::move(c));
  });
  return all;
}

void chooseLanes(Contraction &c, kernel::TargetAttr target,
                 llvm::function_ref<double(const Contraction &, int, int64_t)> adapt) {
  kernel::ContractProblem problem = c.problem;
  double best = 0;
  SmallVector<std::pair<double, int64_t>> table;
  c.choice = {};
  for (int64_t lanes = problem.parallel - 1; lanes >= 0; --lanes) {
    bool inA = problem.aMap.isFunctionOfDim(lanes), inB = problem.bMap.isFunctionOfDim(lanes);
    int operand = inA == inB ? -1 : inA ? 0 : 1;
    // With the vector operand laid out as this choice wants, what is left is the arithmetic and the
    // result.
    kernel::ContractProblem ideal = problem;
    int64_t position =
        operand < 0 ? -1 : getPlainPosition(operand == 0 ? problem.aMap : problem.bMap, lanes);
    double extra = 0;
    if (position >= 0) {
      auto &layout = operand == 0 ? ideal.aLayout : ideal.bLayout;
      unsigned rank = (operand == 0 ? problem.aShape : problem.bShape).size();
      layout = makePanels(c.root->getContext(), rank, position, 1 << 20);
      extra = adapt(c, operand, lanes);
    }
    for (kernel::ContractChoice &choice : kernel::rankContractChoices(target, ideal)) {
      if (choice.lanes != lanes)
        continue;
      double total = choice.cost.total() + extra;
      table.push_back({total, lanes});
      if (c.choice.lanes >= 0 && total >= best)
        continue;
      best = total;
      c.choice = choice;
      c.vectorOperand = position >= 0 ? operand : -1;
      c.wantedDim = std::max<int64_t>(position, 0);
      c.wanted = position >= 0 ? makePanels(c.root->getContext(),
                                            (operand == 0 ? problem.aShape : problem.bShape).size(),
                                            position, choice.tile.nr)
                               : kernel::LayoutAttr();
    }
  }
  llvm::sort(table);
  c.alternatives.clear();
  for (auto [cycles, lanes] : table)
    c.alternatives +=
        llvm::formatv("{0}dim {1} on lanes: {2} cycles", c.alternatives.empty() ? "" : ", ", lanes,
                      static_cast<int64_t>(cycles))
            .str();
}

} // namespace sinter::passes
