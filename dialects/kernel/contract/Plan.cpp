//===- Plan.cpp - a contraction with its walk, before any code is written ---------------------===//
//
// See Plan.h. Everything here is arithmetic on affine expressions. Reading on: Rows.cpp (row tiles
// and borders).
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/kernel/contract/Plan.h"

#include "dialects/kernel/Cost.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace sinter::kernel {

int64_t ContractPlan::tilesOf(int64_t dim) const {
  if (dim == lanesDim)
    return laneTiles;
  for (const RowDim &row : rows)
    if (row.dim == dim)
      return row.split.tiles;
  return dims[dim];
}

/// Sums in canonical lanes: the last reduced dim in pieces of as many, each piece one vector.
static bool putSumsOnLanes(const Contraction &c, ContractPlan &p) {
  int64_t last = c.getRank() - 1, lanes = c.sumLanes;
  if (p.empty || p.dims[last] % lanes || p.isBounded(last))
    return false;
  p.split(last, lanes);
  p.lanesDim = p.reduced.back();
  p.reduced.pop_back();
  p.width = p.nr = p.laneCount = lanes;
  p.splits.clear();
  return true;
}

static bool putDimOnLanes(CpuTargetAttr target, const Contraction &c, const ContractWalk &walk,
                          ContractPlan &p) {
  p.lanesDim = walk.lanes;
  if (p.lanesDim < 0 || p.isBounded(p.lanesDim))
    return false;
  // Rows (h, w) become one dim: small maps then fill their tiles.
  if (walk.rows >= 0 && walk.rows2 < 0 && walk.rows - 1 != walk.lanes && mayMerge(c, p, walk.rows))
    p.merge(walk.rows);
  p.laneCount = p.dims[p.lanesDim];
  p.width = std::min<int64_t>(target.getVectorLanes(p.element),
                              llvm::PowerOf2Ceil(std::max<int64_t>(1, walk.tile.nr)));
  p.nr = std::max<int64_t>(1, llvm::divideCeil(walk.tile.nr, p.width)) * p.width;
  p.laneTiles = llvm::divideCeil(p.laneCount, p.nr);
  return true;
}

/// A reduced dim that an address of a factor divides, and the smallest divisor; (-1, 0): none.
static std::pair<int64_t, int64_t> findDivided(const ContractPlan &p) {
  int64_t dim = -1, by = 0;
  for (AffineExpr address : ArrayRef(p.addresses).take_front(2))
    address.walk([&](AffineExpr part) {
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
  return {dim, by};
}

/// Blocked layouts divide reduced dims: their blocks become loops.
static bool splitBlocks(ContractPlan &p) {
  constexpr int kMostRounds = 8;
  for (int round = 0; round < kMostRounds; ++round) {
    auto [dim, by] = findDivided(p);
    if (dim < 0)
      return true;
    if (llvm::any_of(p.splits, [d = dim](const Split &s) { return s.outer == d || s.inner == d; }))
      return false; // a ragged dim splits once
    p.split(dim, by);
  }
  return false;
}

/// Sums without a term read nothing; a sum that a bound on the grid alone guards is a loop of one
/// step, which may not be made.
static void settleReduced(ContractPlan &p) {
  if (p.empty) {
    p.reduced.clear();
    p.addresses[0] = p.addresses[1] = getAffineConstantExpr(0, p.addresses[0].getContext());
  }
  auto isGuard = [&](const Bound &bound) {
    return llvm::none_of(p.reduced, [&](int64_t d) { return bound.expr.isFunctionOfDim(d); });
  };
  if (p.reduced.empty() && llvm::any_of(p.bounds, isGuard)) {
    p.reduced.push_back(static_cast<int64_t>(p.dims.size()));
    p.dims.push_back(1);
  }
}

/// True when every border is one that rows, or the grid, can decide: an index of one reduced dim at
/// most, none of a block.
static bool fitsBorders(const ContractPlan &p) {
  return llvm::all_of(p.bounds, [&](const Bound &bound) {
    auto uses = [&](int64_t d) { return bound.expr.isFunctionOfDim(d); };
    return llvm::count_if(p.reduced, uses) <= 1 &&
           llvm::none_of(p.splits, [&](const Split &s) { return uses(s.outer) || uses(s.inner); });
  });
}

static bool makeFactors(ContractPlan &p) {
  for (int f : {0, 1}) {
    ContractFactor &factor = p.factors[f];
    AffineExpr address = p.addresses[p.factorNumbers[f]];
    AffineExpr inner = getAffineConstantExpr(0, address.getContext());
    factor.kind = getLaneKind(address, p.lanesDim, p.width, p.dims);
    factor.base = inner;
    for (AffineExpr term : getTerms(address)) {
      bool moves = llvm::any_of(p.reduced, [&](int64_t d) { return term.isFunctionOfDim(d); });
      (moves ? inner : factor.base) = (moves ? inner : factor.base) + term;
    }
    auto linear = getLinear(inner, p.dims.size());
    if (!linear)
      return false;
    factor.step.assign(p.dims.size(), 0);
    for (int64_t d : p.reduced)
      factor.step[d] = linear->by[d];
  }
  return true;
}

/// True when all partial sums have `dim` as a plain index: its values meet different elements, in
/// any order and on any thread.
static bool owns(const Contraction &c, int64_t dim) {
  AffineExpr plain = getAffineDimExpr(dim, c.factors[0].map.getContext());
  return llvm::all_of(c.results, [&](const ContractAccess &result) {
    ArrayRef<AffineExpr> indices = result.map.getResults();
    auto uses = [&](AffineExpr index) { return index.isFunctionOfDim(dim); };
    return !result.sums ||
           (llvm::is_contained(indices, plain) && llvm::count_if(indices, uses) == 1);
  });
}

std::optional<ContractPlan> planLanes(CpuTargetAttr target, const Contraction &c,
                                      const ContractPhase &phase, const ContractWalk &walk) {
  ContractPlan p;
  static_cast<ContractPhase &>(p) = phase;
  p.element = c.accumulator;
  p.sums = llvm::any_of(c.results, [](const ContractAccess &result) { return result.sums; });
  p.acrossLanes = c.isAcrossLanes();
  if (p.nothing)
    return p;
  if (!(p.acrossLanes ? putSumsOnLanes(c, p) : putDimOnLanes(target, c, walk, p)))
    return std::nullopt;
  if (!p.empty && !splitBlocks(p))
    return std::nullopt;
  settleReduced(p);
  if (!p.acrossLanes && c.getVectorFactor(p.lanesDim) == 0)
    std::swap(p.factorNumbers[0], p.factorNumbers[1]);
  if (!makeFactors(p) || !fitsBorders(p))
    return std::nullopt;
  if (p.sums && (p.acrossLanes || !p.fixed.empty() || !owns(c, p.lanesDim)))
    return std::nullopt;
  return p;
}

bool covers(CpuTargetAttr target, const Contraction &c, ArrayRef<ContractPhase> phases,
            int64_t lanes) {
  Type type = c.accumulator;
  if (phases.empty() || (c.sumLanes > 1 && !c.isAcrossLanes()) ||
      !(type.isF32() || type.isF64() || type.isInteger(32) || type.isInteger(64)))
    return false;
  ContractWalk walk;
  walk.lanes = lanes;
  return llvm::all_of(phases, [&](const ContractPhase &phase) {
    return planLanes(target, c, phase, walk).has_value();
  });
}

//===--- rows, grid, chunks -------------------------------------------------------------------===//

static void listRows(const ContractWalk &walk, ContractPlan &p) {
  for (auto [dim, mr] : {std::pair(walk.rows, walk.tile.mr), std::pair(walk.rows2, walk.mr2)})
    if (dim >= 0 && dim != p.lanesDim && p.dims[dim] > 1 && mr > 0 &&
        llvm::none_of(p.rows, [&, dim = dim](const RowDim &row) { return row.dim == dim; }))
      p.rows.push_back({dim, std::min(mr, p.dims[dim]), true, {}, {}});
  llvm::sort(p.rows, [](const RowDim &x, const RowDim &y) { return x.dim < y.dim; });
}

/// Order of the grid. With partial sums, dims that are owned go outside and are shared; all others
/// stay in row-major order inside, tile rows last.
static void orderGrid(const Contraction &c, const ContractWalk &walk, ContractPlan &p) {
  SmallVector<int64_t> order(walk.order);
  for (int64_t d = c.parallel; d-- > 0;) // dims the schedule does not name go outermost
    if (!llvm::is_contained(order, d))
      order.insert(order.begin(), d);
  llvm::erase_if(order, [&](int64_t d) { return p.dims[d] == 1 && d != p.lanesDim; });
  p.order = order;
  p.owned = order.size();
  if (!p.sums)
    return;
  SmallVector<int64_t> others;
  p.order.clear();
  for (int64_t d : order)
    (owns(c, d) ? p.order : others).push_back(d);
  llvm::sort(others);
  p.owned = p.order.size();
  llvm::append_range(p.order, others);
  // Rows that are not owned must be the innermost dim of those.
  llvm::erase_if(p.rows, [&](const RowDim &row) {
    return llvm::is_contained(others, row.dim) && row.dim != p.order.back();
  });
}

/// Where sums pause: k loops up to chunkLevel run outside of a group of tiles, so that the group's
/// operands stay in L1.
static void placeChunks(const ContractWalk &walk, ContractPlan &p) {
  if (walk.kc <= 0 || walk.group <= 0 || p.sums || p.empty || p.reduced.empty())
    return;
  int64_t limit = p.acrossLanes ? std::max<int64_t>(1, walk.kc / p.width) : walk.kc, product = 1;
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
  p.group = std::min<int64_t>(walk.group, p.order.size());
}

std::vector<ContractPlan> makePlans(CpuTargetAttr target, const Contraction &c,
                                    const ContractWalk &walk) {
  std::vector<ContractPlan> plans;
  std::vector<ContractPhase> phases = analyze(c);
  if (!walk.fits(c) || !covers(target, c, phases, walk.lanes))
    return plans;
  for (const ContractPhase &phase : phases) {
    ContractPlan &p = plans.emplace_back(*planLanes(target, c, phase, walk));
    if (p.nothing)
      continue;
    listRows(walk, p);
    orderGrid(c, walk, p);
    cutRows(p);
    placeChunks(walk, p);
    chooseUnroll(target, p);
  }
  return plans;
}

} // namespace sinter::kernel
