//===- Phase.cpp - reduces a contraction to strides -------------------------------------------===//
//
// See Phase.h. Everything here is arithmetic on affine expressions.
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/kernel/contract/Phase.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace sinter::kernel {

AffineExpr ContractPhase::simplify(AffineExpr expr) const {
  for (auto [d, value] : fixed)
    expr = expr.replace(getAffineDimExpr(d, expr.getContext()),
                        getAffineConstantExpr(value, expr.getContext()));
  return simplifyInRange(simplifyAffineExpr(expr, dims.size(), 0), dims);
}

bool ContractPhase::isBounded(int64_t dim) const {
  return llvm::any_of(bounds, [&](const Bound &bound) { return bound.expr.isFunctionOfDim(dim); });
}

SmallVector<FixedDims> getStridePhases(const Contraction &c) {
  constexpr int64_t kMostPhases = 16;
  SmallVector<FixedDims> all{{}};
  for (int64_t d = 0; d < c.parallel; ++d) {
    if (!c.isStridePhase(d) || static_cast<int64_t>(all.size()) * c.dims[d] > kMostPhases)
      continue;
    SmallVector<FixedDims> next;
    for (const FixedDims &one : all)
      for (int64_t value = 0; value < c.dims[d]; ++value) {
        next.push_back(one);
        next.back().push_back({d, value});
      }
    all = std::move(next);
  }
  return all;
}

/// The dim that `index` moves with when it is no more than c + by * dim; -1: a constant; nothing:
/// more.
static std::optional<int64_t> getOnlyDim(const Linear &index) {
  int64_t dim = -1;
  for (auto [d, by] : llvm::enumerate(index.by)) {
    if (by && dim >= 0)
      return std::nullopt;
    if (by)
      dim = static_cast<int64_t>(d);
  }
  return dim;
}

/// Points whose result lies outside are skipped: the dims end earlier.
static bool restrictResults(const Contraction &c, ContractPhase &phase) {
  for (const ContractAccess &result : c.results)
    for (auto [expr, size] : llvm::zip(result.map.getResults(), result.shape)) {
      AffineExpr index = phase.simplify(expr);
      auto [low, high] = getBounds(index, phase.dims);
      if (low >= 0 && high < size)
        continue;
      auto linear = getLinear(index, phase.dims.size());
      std::optional<int64_t> dim = linear ? getOnlyDim(*linear) : std::nullopt;
      if (!dim || low < 0)
        return false;
      if (*dim < 0)
        phase.nothing = true; // a constant index outside
      else
        phase.dims[*dim] = std::clamp<int64_t>(
            getInterval(linear->constant, linear->by[*dim], size).second, 0, phase.dims[*dim]);
    }
  return true;
}

/// Indices of factors that may leave their shapes.
static bool collectBounds(const Contraction &c, ContractPhase &phase) {
  for (const ContractAccess &factor : c.factors)
    for (auto [expr, size] : llvm::zip(factor.map.getResults(), factor.shape)) {
      AffineExpr index = phase.simplify(expr);
      auto [low, high] = getBounds(index, phase.dims);
      if (low >= 0 && high < size)
        continue;
      if (!c.padded || !getLinear(index, phase.dims.size()))
        return false;
      if (isa<AffineConstantExpr>(index))
        phase.empty = true; // always outside
      else
        phase.bounds.push_back({index, size});
    }
  return true;
}

std::optional<ContractPhase> analyzePhase(const Contraction &c, const FixedDims &fixed) {
  ContractPhase phase;
  phase.fixed = fixed;
  phase.dims = c.dims;
  for (auto [d, value] : fixed)
    phase.dims[d] = 1;
  if (!restrictResults(c, phase) || !collectBounds(c, phase))
    return std::nullopt;
  phase.nothing |= llvm::is_contained(ArrayRef(phase.dims).take_front(c.parallel), 0);
  if (phase.nothing)
    return phase;
  for (const ContractAccess *access : c.getAccesses())
    phase.addresses.push_back(phase.simplify(access->getAddress()));
  for (int64_t d = c.parallel; d < c.getRank(); ++d) {
    phase.empty |= phase.dims[d] == 0;
    if (phase.dims[d] != 1)
      phase.reduced.push_back(d);
  }
  if (phase.empty)
    phase.bounds.clear();
  return phase;
}

std::vector<ContractPhase> analyze(const Contraction &c) {
  std::vector<ContractPhase> phases;
  for (const FixedDims &fixed : getStridePhases(c)) {
    std::optional<ContractPhase> phase = analyzePhase(c, fixed);
    if (!phase)
      return {};
    phases.push_back(std::move(*phase));
  }
  return phases;
}

bool mayMerge(const Contraction &c, const ContractPhase &phase, int64_t inner) {
  int64_t outer = inner - 1;
  return inner >= 1 && !c.isAcrossLanes() && phase.dims[inner] > 1 && phase.dims[outer] > 1 &&
         !llvm::is_contained(c.indexed, inner) && !llvm::is_contained(c.indexed, outer) &&
         !phase.isBounded(inner) && !phase.isBounded(outer) &&
         llvm::all_of(phase.addresses, [&](AffineExpr address) {
           return stepsEvenly(address, outer, inner, phase.dims);
         });
}

static void rewrite(ContractPhase &phase, function_ref<AffineExpr(AffineExpr)> change) {
  for (AffineExpr &address : phase.addresses)
    address = phase.simplify(change(address));
  for (Bound &bound : phase.bounds)
    bound.expr = phase.simplify(change(bound.expr));
}

void ContractPhase::merge(int64_t inner) {
  dims[inner] *= dims[inner - 1];
  dims[inner - 1] = 1;
  rewrite(*this, [](AffineExpr expr) { return expr; });
}

void ContractPhase::split(int64_t dim, int64_t by) {
  MLIRContext *context = addresses.front().getContext();
  int64_t size = dims[dim], inner = static_cast<int64_t>(dims.size()), outer = inner + 1;
  dims.push_back(std::min(by, size));
  dims.push_back(llvm::divideCeil(size, by));
  AffineExpr whole = getAffineDimExpr(outer, context) * by + getAffineDimExpr(inner, context);
  dims[dim] = 1;
  rewrite(*this,
          [&](AffineExpr expr) { return expr.replace(getAffineDimExpr(dim, context), whole); });
  auto *at = llvm::find(reduced, dim);
  *at = inner;
  if (dims[outer] > 1)
    reduced.insert(at, outer);
  if (dims[inner] == 1)
    reduced.erase(llvm::find(reduced, inner));
  if (dims[outer] > 1 && size % by)
    splits.push_back({outer, inner, size % by});
}

//===--- counting -----------------------------------------------------------------------------===//

/// Points of the dims `which` that satisfy `bounds`, which speak of no others. The longest dim is
/// counted by intervals, the others one by one, as long as these are few.
static int64_t countInside(ArrayRef<int64_t> sizes, ArrayRef<Linear> bounds,
                           ArrayRef<int64_t> limits, SmallVector<int64_t> which) {
  constexpr int64_t kMostPoints = 1 << 16;
  auto *longest =
      llvm::max_element(which, [&](int64_t x, int64_t y) { return sizes[x] < sizes[y]; });
  int64_t last = *longest, points = 1, count = 0;
  which.erase(longest);
  for (int64_t d : which)
    points *= sizes[d];
  if (points > kMostPoints)
    return points * sizes[last];
  for (int64_t point = 0; point < points; ++point) {
    Interval inside{0, sizes[last]};
    for (auto [bound, limit] : llvm::zip(bounds, limits)) {
      int64_t rest = bound.constant, number = point;
      for (int64_t d : which) {
        rest += bound.by[d] * (number % sizes[d]);
        number /= sizes[d];
      }
      Interval mine = bound.by[last]              ? getInterval(rest, bound.by[last], limit)
                      : rest >= 0 && rest < limit ? inside
                                                  : Interval{0, 0};
      inside = {std::max(inside.first, mine.first), std::min(inside.second, mine.second)};
    }
    count += std::max<int64_t>(0, inside.second - inside.first);
  }
  return count;
}

int64_t ContractPhase::countTerms() const {
  if (nothing || empty)
    return 0;
  int64_t count = 1;
  SmallVector<bool> counted(dims.size(), false);
  for (size_t first = 0; first < bounds.size(); ++first) {
    // Bounds that share dims are counted together.
    SmallVector<int64_t> which, limits;
    SmallVector<Linear> together;
    SmallVector<bool> taken(bounds.size(), false);
    auto joins = [&](const Bound &bound) {
      return llvm::any_of(which, [&](int64_t d) { return bound.expr.isFunctionOfDim(d); });
    };
    for (bool grown = true; grown;) {
      grown = false;
      for (auto [i, bound] : llvm::enumerate(bounds)) {
        if (taken[i] || (together.empty() ? i != first : !joins(bound)))
          continue;
        taken[i] = grown = true;
        together.push_back(*getLinear(bound.expr, dims.size()));
        limits.push_back(bound.size);
        for (int64_t d = 0; d < static_cast<int64_t>(dims.size()); ++d)
          if (bound.expr.isFunctionOfDim(d) && !llvm::is_contained(which, d))
            which.push_back(d);
      }
    }
    if (counted[which.front()]) // with an earlier bound
      continue;
    for (int64_t d : which)
      counted[d] = true;
    count *= countInside(dims, together, limits, which);
  }
  for (auto [size, done] : llvm::zip(dims, counted))
    count *= done ? 1 : size;
  return count;
}

int64_t countTerms(const Contraction &c) {
  std::vector<ContractPhase> phases = analyze(c);
  int64_t count = 0, all = 1;
  for (int64_t size : c.dims)
    all *= size;
  for (const ContractPhase &phase : phases)
    count += phase.countTerms();
  return phases.empty() ? all : count;
}

} // namespace sinter::kernel
