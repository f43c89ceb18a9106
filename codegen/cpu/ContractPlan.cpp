//===- ContractPlan.cpp - reduces a contraction to strides and intervals ----------------------===//
//
// See ContractPlan.h. Everything here is arithmetic on affine expressions; no code is written. What
// does not fit gives no plan, and the naive loops take the op. Reading on: ContractRows.cpp (row
// tiles and borders).
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/cpu/ContractRows.h"

#include <numeric>

using namespace mlir;
using namespace sinter;
using namespace sinter::codegen;

std::optional<Linear> codegen::getLinear(AffineExpr expr, size_t dims) {
  Linear result;
  result.by.assign(dims, 0);
  for (AffineExpr term : getTerms(expr)) {
    auto binary = dyn_cast<AffineBinaryOpExpr>(term);
    if (auto constant = dyn_cast<AffineConstantExpr>(term))
      result.constant += constant.getValue();
    else if (auto dim = dyn_cast<AffineDimExpr>(term))
      result.by[dim.getPosition()] += 1;
    else if (binary && term.getKind() == AffineExprKind::Mul &&
             isa<AffineDimExpr>(binary.getLHS()) && isa<AffineConstantExpr>(binary.getRHS()))
      result.by[cast<AffineDimExpr>(binary.getLHS()).getPosition()] +=
          cast<AffineConstantExpr>(binary.getRHS()).getValue();
    else
      return std::nullopt;
  }
  return result;
}

/// x divided by `by` as multiples of g | by plus a rest in [0, g): the division sees only the
/// multiples.
static AffineExpr simplifyDivision(AffineExpr x, int64_t by, bool isMod, ArrayRef<int64_t> dims) {
  MLIRContext *context = x.getContext();
  SmallVector<AffineExpr> terms = getTerms(x);
  SmallVector<int64_t> candidates{by};
  for (AffineExpr term : terms)
    candidates.push_back(std::gcd(by, term.getLargestKnownDivisor()));
  llvm::sort(candidates, std::greater<>());
  for (int64_t g : candidates) {
    if (g <= 1 || by % g)
      continue;
    AffineExpr multiples = getAffineConstantExpr(0, context), rest = multiples;
    for (AffineExpr term : terms)
      (term.isMultipleOf(g) ? multiples : rest) = (term.isMultipleOf(g) ? multiples : rest) + term;
    auto [low, high] = getBounds(rest, dims);
    if (low < 0 || high >= g)
      continue;
    AffineExpr quotient = getAffineConstantExpr(0, context);
    for (AffineExpr term : getTerms(multiples))
      quotient = quotient + term.floorDiv(g);
    if (g == by)
      return isMod ? rest : quotient;
    return isMod ? (quotient % (by / g)) * g + rest : quotient.floorDiv(by / g);
  }
  return isMod ? x % by : x.floorDiv(by);
}

AffineExpr codegen::simplifyInRange(AffineExpr expr, ArrayRef<int64_t> dims) {
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return dims[dim.getPosition()] == 1 ? getAffineConstantExpr(0, expr.getContext()) : expr;
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return expr;
  AffineExpr lhs = simplifyInRange(binary.getLHS(), dims),
             rhs = simplifyInRange(binary.getRHS(), dims);
  auto by = dyn_cast<AffineConstantExpr>(rhs);
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    return lhs + rhs;
  case AffineExprKind::Mul:
    return lhs * rhs;
  case AffineExprKind::CeilDiv:
    return lhs.ceilDiv(rhs);
  default:
    if (by && by.getValue() > 0)
      return simplifyDivision(lhs, by.getValue(), expr.getKind() == AffineExprKind::Mod, dims);
    return expr.getKind() == AffineExprKind::Mod ? lhs % rhs : lhs.floorDiv(rhs);
  }
}

Interval codegen::getInterval(int64_t rest, int64_t by, int64_t size) {
  if (by > 0)
    return {llvm::divideCeilSigned(-rest, by), llvm::divideFloorSigned(size - 1 - rest, by) + 1};
  return {llvm::divideCeilSigned(rest - (size - 1), -by), llvm::divideFloorSigned(rest, -by) + 1};
}

SmallVector<SmallVector<std::pair<int64_t, int64_t>>>
codegen::getStridePhases(kernel::ContractOp op) {
  constexpr int64_t kMostValues = 4, kMostPlans = 16;
  llvm::SmallSetVector<int64_t, 4> dims;
  for (AffineMap map : llvm::to_vector(op.getMaps().getAsValueRange<AffineMapAttr>()))
    for (AffineExpr expr : map.getResults())
      expr.walk([&](AffineExpr part) {
        if (part.getKind() != AffineExprKind::Mod && part.getKind() != AffineExprKind::FloorDiv)
          return;
        for (int64_t d = 0; d < static_cast<int64_t>(op.getParallel()); ++d)
          if (part.isFunctionOfDim(d) && op.getDims()[d] > 1 && op.getDims()[d] <= kMostValues &&
              op.getPadded())
            dims.insert(d);
      });
  SmallVector<SmallVector<std::pair<int64_t, int64_t>>> all{{}};
  for (int64_t d : dims) {
    if (static_cast<int64_t>(all.size()) * op.getDims()[d] > kMostPlans)
      continue;
    SmallVector<SmallVector<std::pair<int64_t, int64_t>>> next;
    for (auto &one : all)
      for (int64_t v = 0; v < op.getDims()[d]; ++v) {
        next.push_back(one);
        next.back().push_back({d, v});
      }
    all = std::move(next);
  }
  return all;
}

namespace {
/// Works towards a plan; each step says false when the op does not fit.
class Planner {
public:
  Planner(EmitContext &k, kernel::ContractOp op, kernel::CpuScheduleAttr schedule, Plan &plan)
      : k(k), op(op), schedule(schedule), p(plan), context(op.getContext()) {}
  bool run();

private:
  AffineExpr clean(AffineExpr expr) {
    for (auto [d, value] : p.fixed)
      expr = expr.replace(getAffineDimExpr(d, context), getAffineConstantExpr(value, context));
    return simplifyInRange(simplifyAffineExpr(expr, p.dims.size(), 0), p.dims);
  }
  template <typename F> void rewrite(F change) {
    for (AffineExpr &address : addresses)
      address = change(address);
    for (Bound &bound : p.bounds)
      bound.expr = change(bound.expr);
  }
  bool restrictOuts();
  bool collectBounds();
  void mergeRows();
  void split(int64_t dim, int64_t by);
  bool splitReduced();
  bool makeFactors();
  bool orderGrid();
  void chunk();

  EmitContext &k;
  kernel::ContractOp op;
  kernel::CpuScheduleAttr schedule;
  Plan &p;
  MLIRContext *context;
  SmallVector<AffineMap> maps;
  SmallVector<Value> buffers;
  SmallVector<AffineExpr> addresses;
};
} // namespace

/// Points whose out lies outside are skipped: the dims end earlier.
bool Planner::restrictOuts() {
  for (size_t i = 2 + op.getExtras().size(); i < maps.size(); ++i)
    for (auto [expr, size] : llvm::zip(maps[i].getResults(),
                                       cast<kernel::BufferType>(buffers[i].getType()).getShape())) {
      AffineExpr index = clean(expr);
      auto [low, high] = getBounds(index, p.dims);
      if (low >= 0 && high < size)
        continue;
      auto linear = getLinear(index, p.dims.size());
      if (!linear || low < 0)
        return false;
      int64_t dim = -1, used = 0;
      for (auto [d, by] : llvm::enumerate(linear->by))
        if (by) {
          dim = static_cast<int64_t>(d);
          ++used;
        }
      if (used > 1)
        return false;
      if (used == 0)
        p.nothing = true; // a constant index outside
      else
        p.dims[dim] = std::clamp<int64_t>(
            getInterval(linear->constant, linear->by[dim], size).second, 0, p.dims[dim]);
    }
  return true;
}

bool Planner::collectBounds() {
  for (int f : {0, 1})
    for (auto [expr, size] : llvm::zip(maps[f].getResults(),
                                       cast<kernel::BufferType>(buffers[f].getType()).getShape())) {
      AffineExpr index = clean(expr);
      auto [low, high] = getBounds(index, p.dims);
      if (low >= 0 && high < size)
        continue;
      if (!op.getPadded() || !getLinear(index, p.dims.size()))
        return false;
      if (isa<AffineConstantExpr>(index))
        p.empty = true; // always outside
      else
        p.bounds.push_back({index, size});
    }
  return true;
}

/// Rows (h, w) become one dim when every address steps evenly over both: small maps then fill their
/// tiles.
void Planner::mergeRows() {
  int64_t inner = schedule.getRows(), outer = inner - 1;
  if (inner < 1 || schedule.getRows2() >= 0 || outer == schedule.getLanes() || p.dims[inner] <= 1 ||
      p.dims[outer] <= 1)
    return;
  bool used = false;
  op.getEpilogue().walk([&](kernel::IndexOp index) {
    used |= static_cast<int64_t>(index.getDim()) == inner ||
            static_cast<int64_t>(index.getDim()) == outer;
  });
  auto uses = [&](AffineExpr expr) {
    return expr.isFunctionOfDim(inner) || expr.isFunctionOfDim(outer);
  };
  if (used || llvm::any_of(p.bounds, [&](const Bound &bound) { return uses(bound.expr); }))
    return;
  for (AffineExpr address : addresses) {
    AffineExpr own = getAffineConstantExpr(0, context);
    for (AffineExpr term : getTerms(address))
      if (uses(term))
        own = own + term;
    auto linear = getLinear(own, p.dims.size());
    if (!linear || linear->by[outer] != linear->by[inner] * p.dims[inner])
      return;
  }
  p.dims[inner] *= p.dims[outer];
  p.dims[outer] = 1;
  rewrite([&](AffineExpr expr) { return clean(expr); });
}

/// Replaces a reduced dim by outer * by + inner.
void Planner::split(int64_t dim, int64_t by) {
  int64_t size = p.dims[dim], inner = static_cast<int64_t>(p.dims.size()), outer = inner + 1;
  p.dims.push_back(std::min(by, size));
  p.dims.push_back(llvm::divideCeil(size, by));
  AffineExpr whole = getAffineDimExpr(outer, context) * by + getAffineDimExpr(inner, context);
  p.dims[dim] = 1;
  rewrite(
      [&](AffineExpr expr) { return clean(expr.replace(getAffineDimExpr(dim, context), whole)); });
  auto *at = llvm::find(p.reduced, dim);
  *at = inner;
  if (p.dims[outer] > 1)
    p.reduced.insert(at, outer);
  if (p.dims[inner] == 1)
    p.reduced.erase(llvm::find(p.reduced, inner));
  if (p.dims[outer] > 1 && size % by)
    p.splits.push_back({outer, inner, size % by});
}

/// Blocked layouts divide reduced dims: their blocks become loops.
bool Planner::splitReduced() {
  constexpr int kMostRounds = 8;
  for (int round = 0; round < kMostRounds; ++round) {
    int64_t dim = -1, by = 0;
    for (int f : {0, 1})
      addresses[f].walk([&](AffineExpr part) {
        auto binary = dyn_cast<AffineBinaryOpExpr>(part);
        if (!binary ||
            (part.getKind() != AffineExprKind::Mod && part.getKind() != AffineExprKind::FloorDiv))
          return;
        auto d = dyn_cast<AffineDimExpr>(binary.getLHS());
        auto c = dyn_cast<AffineConstantExpr>(binary.getRHS());
        if (!d || !c || c.getValue() < 2 || !llvm::is_contained(p.reduced, d.getPosition()))
          return;
        if (dim < 0 || (dim == d.getPosition() && c.getValue() < by)) {
          dim = d.getPosition();
          by = c.getValue();
        }
      });
    if (dim < 0)
      return true;
    if (llvm::any_of(p.splits, [&](const Split &s) { return s.outer == dim || s.inner == dim; }))
      return false; // a ragged dim splits once
    split(dim, by);
  }
  return false;
}

bool Planner::makeFactors() {
  auto access = [&](size_t i) {
    Access result = k.access(buffers[i], maps[i], false);
    result.address = addresses[i];
    return makeLaneAccess(k, result, p.lanesDim, p.width);
  };
  std::swap(k.dims, p.dims);
  for (int f : {0, 1}) {
    Factor &factor = p.factors[f];
    factor.lanes = access(f);
    factor.step.assign(k.dims.size(), 0);
    factor.base = getAffineConstantExpr(0, context);
  }
  for (size_t i = 0; i < op.getExtras().size(); ++i)
    p.extras.push_back(access(2 + i));
  for (size_t i = 0; i < op.getOuts().size(); ++i)
    p.outs.push_back(access(2 + p.extras.size() + i));
  std::swap(k.dims, p.dims);
  for (int f : {0, 1}) {
    Factor &factor = p.factors[f];
    AffineExpr inner = getAffineConstantExpr(0, context);
    for (AffineExpr term : getTerms(addresses[f])) {
      bool moves = llvm::any_of(p.reduced, [&](int64_t d) { return term.isFunctionOfDim(d); });
      (moves ? inner : factor.base) = (moves ? inner : factor.base) + term;
    }
    auto linear = getLinear(inner, p.dims.size());
    if (!linear)
      return false;
    for (int64_t d : p.reduced)
      factor.step[d] = linear->by[d];
  }
  return true;
}

/// Order of the grid. With partial sums a dim that every sum has as a plain index is owned: its
/// values meet different elements, in any order and on any thread; all other dims stay in row-major
/// order inside, tile rows last.
bool Planner::orderGrid() {
  SmallVector<int64_t> order(schedule.getOrder());
  for (int64_t d = op.getParallel(); d-- > 0;) // dims the schedule does not name go outermost
    if (!llvm::is_contained(order, d))
      order.insert(order.begin(), d);
  llvm::erase_if(order, [&](int64_t d) { return p.dims[d] == 1 && d != p.lanesDim; });
  p.order = order;
  p.owned = order.size();
  if (!p.sums)
    return true;
  if (p.acrossLanes || !p.fixed.empty())
    return false;
  size_t firstOut = 2 + op.getExtras().size();
  auto owns = [&](int64_t d) {
    for (size_t i = 0; i < op.getOuts().size(); ++i) {
      auto indices = maps[firstOut + i].getResults();
      if (p.sumsUp(op, i) &&
          (!llvm::is_contained(indices, getAffineDimExpr(d, context)) ||
           llvm::count_if(indices, [&](AffineExpr e) { return e.isFunctionOfDim(d); }) != 1))
        return false;
    }
    return true;
  };
  SmallVector<int64_t> others;
  p.order.clear();
  for (int64_t d : order)
    (owns(d) ? p.order : others).push_back(d);
  llvm::sort(others);
  p.owned = p.order.size();
  llvm::append_range(p.order, others);
  if (p.lanesDim >= 0 && !llvm::is_contained(ArrayRef(p.order).take_front(p.owned), p.lanesDim))
    return false;
  // Rows that are not owned must be the innermost dim of those.
  llvm::erase_if(p.rows, [&](const RowDim &row) {
    return llvm::is_contained(others, row.dim) && row.dim != p.order.back();
  });
  return true;
}

/// Where sums pause: k loops up to chunkLevel run outside of a group of tiles, so that the group's
/// operands stay in L1.
void Planner::chunk() {
  if (schedule.getKc() <= 0 || schedule.getGroup() <= 0 || p.sums || p.empty || p.reduced.empty())
    return;
  int64_t limit = p.acrossLanes ? std::max<int64_t>(1, schedule.getKc() / 16) : schedule.getKc(),
          product = 1;
  size_t level = p.reduced.size() - 1;
  while (level > 0 && product * p.dims[p.reduced[level]] <= limit)
    product *= p.dims[p.reduced[level--]];
  int64_t block = std::max<int64_t>(1, limit / product);
  if (level == 0 && block >= p.dims[p.reduced[0]])
    return;
  for (size_t i = 0; i <= level; ++i) {
    int64_t d = p.reduced[i];
    if (llvm::any_of(p.splits, [&](const Split &s) { return s.outer == d || s.inner == d; }))
      return;
    for (const RowDim &row : p.rows)
      for (const RowClass &rowClass : row.classes)
        if (rowClass.taps.count(d))
          return;
  }
  p.chunkLevel = static_cast<int64_t>(level);
  int64_t size = p.dims[p.reduced[level]]; // blocks of nearly equal size
  p.chunkBlock = llvm::divideCeil(size, llvm::divideCeil(size, std::min(block, size)));
  p.group = std::min<int64_t>(schedule.getGroup(), p.order.size());
}

bool Planner::run() {
  maps = llvm::to_vector(op.getMaps().getAsValueRange<AffineMapAttr>());
  buffers = {op.getA(), op.getB()};
  llvm::append_range(buffers, op.getExtras());
  llvm::append_range(buffers, op.getOuts());
  p.element = op.getEpilogue().front().getArgument(0).getType();
  p.sums = llvm::is_contained(op.getSums(), true);
  p.acrossLanes = op.getAlgorithm() && op.getAlgorithm()->getLanes() == 16;
  p.dims = llvm::to_vector(op.getDims());
  int64_t parallel = op.getParallel(), hardware = kernel::getVectorLanes(k.target, p.element);
  for (auto [d, value] : p.fixed)
    p.dims[d] = 1;
  if (!restrictOuts() || !collectBounds())
    return false;
  p.nothing |= llvm::is_contained(ArrayRef(p.dims).take_front(parallel), 0);
  if (p.nothing)
    return true;
  for (auto [map, buffer] : llvm::zip(maps, buffers))
    addresses.push_back(
        clean(cast<kernel::BufferType>(buffer.getType()).getLinearMap().compose(map).getResult(0)));
  int64_t last = static_cast<int64_t>(p.dims.size()) - 1;
  for (int64_t d = parallel; d <= last; ++d) {
    p.empty |= p.dims[d] == 0;
    if (p.dims[d] != 1)
      p.reduced.push_back(d);
  }
  if (p.empty)
    p.bounds.clear();
  auto usesLanes = [&](const Bound &bound) { return bound.expr.isFunctionOfDim(p.lanesDim); };
  if (p.acrossLanes) {
    constexpr int64_t kLanes = 16;
    if (p.empty || last < parallel || p.dims[last] % kLanes)
      return false;
    p.lanesDim = last;
    if (llvm::any_of(p.bounds, usesLanes))
      return false;
    split(last, kLanes);
    p.lanesDim = p.reduced.back();
    p.reduced.pop_back();
    p.width = p.nr = p.laneCount = kLanes;
    p.splits.clear();
  } else {
    p.lanesDim = schedule.getLanes();
    if (p.lanesDim < 0 || llvm::any_of(p.bounds, usesLanes))
      return false;
    mergeRows();
    p.laneCount = p.dims[p.lanesDim];
    p.width =
        std::min<int64_t>(hardware, llvm::PowerOf2Ceil(std::max<int64_t>(1, schedule.getNr())));
    p.nr = std::max<int64_t>(1, llvm::divideCeil(schedule.getNr(), p.width)) * p.width;
    p.laneTiles = llvm::divideCeil(p.laneCount, p.nr);
  }
  if (!p.empty && !splitReduced())
    return false;
  if (p.empty) { // nothing is read
    p.reduced.clear();
    addresses[0] = addresses[1] = getAffineConstantExpr(0, context);
  }
  auto isGuard = [&](const Bound &bound) {
    return llvm::none_of(p.reduced, [&](int64_t d) { return bound.expr.isFunctionOfDim(d); });
  };
  if (p.reduced.empty() && llvm::any_of(p.bounds, isGuard)) { // one step that may not be made
    p.reduced.push_back(static_cast<int64_t>(p.dims.size()));
    p.dims.push_back(1);
  }
  for (auto [dim, mr] : {std::pair(schedule.getRows(), schedule.getMr()),
                         std::pair(schedule.getRows2(), schedule.getMr2())})
    if (dim >= 0 && dim != p.lanesDim && p.dims[dim] > 1 && mr > 0 &&
        llvm::none_of(p.rows, [&, dim = dim](const RowDim &row) { return row.dim == dim; }))
      p.rows.push_back({dim, std::min(mr, p.dims[dim]), true, {}, {}});
  llvm::sort(p.rows, [](const RowDim &x, const RowDim &y) { return x.dim < y.dim; });
  if (!orderGrid() || !makeFactors() || !cutRows(p))
    return false;
  chunk();
  chooseUnroll(p, k.target.getVectorRegisters());
  return true;
}

std::optional<Plan> codegen::makePlan(EmitContext &k, kernel::ContractOp op,
                                      kernel::CpuScheduleAttr schedule,
                                      ArrayRef<std::pair<int64_t, int64_t>> fixed) {
  Plan plan;
  plan.fixed.assign(fixed.begin(), fixed.end());
  if (!Planner(k, op, schedule, plan).run())
    return std::nullopt;
  return plan;
}
