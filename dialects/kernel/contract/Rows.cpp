//===- Rows.cpp - row tiles and borders of a plan ---------------------------------------------===//
//
// See Plan.h. A padded index along the rows is c + r * row + t * tap: every row has an interval of
// taps. Neighbouring tiles with equal intervals become one class: left border, inner tiles, right
// border. Inner tiles are counted, not looked at: there may be billions.
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/kernel/contract/Plan.h"
#include "dialects/kernel/contract/Registers.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace sinter::kernel {

/// True when an address has a term of `dim` that is not a multiple of it.
static bool isBroken(const ContractPlan &p, int64_t dim) {
  return llvm::any_of(p.addresses, [&](AffineExpr address) {
    return llvm::any_of(getTerms(address), [&](AffineExpr term) {
      return term.isFunctionOfDim(dim) && !getLinear(term, p.dims.size());
    });
  });
}

/// Row and reduced dim of a bound that a row decides alone.
struct RowBound {
  int64_t row = -1, tap = -1;
  bool alone = true; ///< no other dims
};

static RowBound classify(const ContractPlan &p, const Bound &bound) {
  RowBound result;
  int64_t rows = 0;
  for (int64_t d = 0; d < static_cast<int64_t>(p.dims.size()); ++d) {
    if (!bound.expr.isFunctionOfDim(d))
      continue;
    if (llvm::any_of(p.rows, [&](const RowDim &row) { return row.dim == d; })) {
      result.row = d;
      ++rows;
    } else if (llvm::is_contained(p.reduced, d)) {
      result.tap = d; // of one alone (fitsBorders)
    } else {
      result.alone = false;
    }
  }
  result.alone &= rows <= 1;
  return result;
}

/// What one row of a dim takes part in, for every reduced dim whose borders it decides.
static void addTaps(const ContractPlan &p, ArrayRef<Bound> bounds, int64_t dim, int64_t row,
                    RowClass &rowClass) {
  for (const Bound &bound : bounds) {
    RowBound what = classify(p, bound);
    if (what.row != dim)
      continue;
    Linear linear = *getLinear(bound.expr, p.dims.size());
    int64_t rest = linear.constant + linear.by[dim] * row,
            tap = what.tap >= 0 ? what.tap : p.reduced.front();
    Interval mine{0, p.dims[tap]};
    if (what.tap >= 0) {
      Interval inside = getInterval(rest, linear.by[tap], bound.size);
      mine = {std::max(mine.first, inside.first), std::min(mine.second, inside.second)};
    } else if (rest < 0 || rest >= bound.size) {
      mine = {0, 0};
    }
    auto &rows = rowClass.taps[tap];
    if (rows.size() == static_cast<size_t>(rowClass.height))
      rows.push_back(mine);
    else // a second bound on the same row and tap
      rows.back() = {std::max(rows.back().first, mine.first),
                     std::min(rows.back().second, mine.second)};
  }
}

/// Rows that share a border with the grid or with other rows are no rows.
static void dropSharedRows(ContractPlan &p) {
  auto findShared = [&] {
    return llvm::find_if(p.bounds, [&](const Bound &bound) {
      RowBound what = classify(p, bound);
      return what.row >= 0 && !what.alone;
    });
  };
  for (auto *shared = findShared(); shared != p.bounds.end(); shared = findShared()) {
    int64_t dim = classify(p, *shared).row;
    llvm::erase_if(p.rows, [&](const RowDim &row) { return row.dim == dim; });
  }
}

/// Rows of a dim whose taps are all inside: no border meets them.
static Interval getInnerRows(const ContractPlan &p, int64_t dim) {
  Interval inner{0, p.dims[dim]};
  for (const Bound &bound : p.bounds) {
    RowBound what = classify(p, bound);
    if (what.row != dim)
      continue;
    Linear linear = *getLinear(bound.expr, p.dims.size());
    int64_t reach = what.tap >= 0 ? linear.by[what.tap] * (p.dims[what.tap] - 1) : 0;
    for (int64_t rest : {linear.constant, linear.constant + reach}) {
      Interval inside = getInterval(rest, linear.by[dim], bound.size);
      inner = {std::max(inner.first, inside.first), std::min(inner.second, inside.second)};
    }
  }
  return inner;
}

/// First row of tile `t`, or the end of the rows.
static int64_t beginOf(const RowDim &row, int64_t t, int64_t count) {
  return std::min(count, row.balanced ? row.split.begin(t) : t * row.mr);
}

/// The tiles of a row dim as classes; false when they are more than code should have.
static bool makeClasses(const ContractPlan &p, RowDim &row) {
  constexpr size_t kMostClasses = 64;
  int64_t count = p.dims[row.dim];
  Interval inner = getInnerRows(p, row.dim);
  auto begin = [&](int64_t t) { return beginOf(row, t, count); };
  auto height = [&](int64_t t) { return begin(t + 1) - begin(t); };
  for (int64_t t = 0, next; t < row.split.tiles; t = next) {
    next = t + 1;
    // From an inner tile on, to the last one that is inside and as high.
    if (begin(t) >= inner.first && begin(next) <= inner.second) {
      auto isLike = [&](int64_t other) {
        return begin(other + 1) <= inner.second && height(other) == height(t);
      };
      auto rest = llvm::seq<int64_t>(t, row.split.tiles);
      next = t + (std::partition_point(rest.begin(), rest.end(), isLike) - rest.begin());
    }
    RowClass one;
    one.first = t;
    one.tiles = next - t;
    one.begin = begin(t);
    for (; one.height < height(t); ++one.height)
      addTaps(p, p.bounds, row.dim, one.begin + one.height, one);
    RowClass *previous = row.classes.empty() ? nullptr : &row.classes.back();
    if (previous && previous->height == one.height && previous->taps == one.taps)
      previous->tiles += one.tiles;
    else if (row.classes.size() == kMostClasses)
      return false;
    else
      row.classes.push_back(std::move(one));
  }
  return true;
}

/// Cuts a row dim into tiles and those into classes; false when it cannot give rows.
static bool cutRow(const ContractPlan &p, RowDim &row) {
  int64_t count = p.dims[row.dim];
  row.balanced = !isBroken(p, row.dim);
  if (row.balanced) {
    row.split = splitRows(count, row.mr);
  } else { // tiles must not cross blocks
    row.mr = int64_t(1) << llvm::Log2_64(row.mr);
    row.split = {static_cast<int64_t>(llvm::divideCeil(count, row.mr)), row.mr, count / row.mr};
  }
  return makeClasses(p, row);
}

void cutRows(ContractPlan &p) {
  dropSharedRows(p);
  for (size_t i = 0; i < p.rows.size();)
    if (cutRow(p, p.rows[i]))
      ++i;
    else // the grid's borders are formulas
      p.rows.erase(p.rows.begin() + i);
  llvm::erase_if(p.bounds, [&](const Bound &bound) { return classify(p, bound).row >= 0; });
}

SmallVector<Interval> getSegments(const ContractPlan &p, int64_t dim, int64_t size,
                                  ArrayRef<const RowClass *> classes) {
  llvm::SmallSetVector<int64_t, 8> unique;
  unique.insert(0);
  unique.insert(size);
  auto add = [&](int64_t value) {
    if (value > 0 && value < size)
      unique.insert(value);
  };
  for (const RowClass *rowClass : classes) {
    auto found = rowClass->taps.find(dim);
    if (found == rowClass->taps.end())
      continue;
    for (Interval mine : found->second) {
      add(mine.first);
      add(mine.second);
    }
  }
  for (const Split &s : p.splits)
    if (s.outer == dim)
      add(size - 1);
  SmallVector<int64_t> cuts = unique.takeVector();
  llvm::sort(cuts);
  SmallVector<Interval> segments;
  for (size_t i = 0; i + 1 < cuts.size(); ++i)
    segments.push_back({cuts[i], cuts[i + 1]});
  return segments;
}

/// Multiply-adds of all variants of the tile with one step written out.
static int64_t countAdds(const ContractPlan &p) {
  int64_t adds = llvm::divideCeil(p.nr, p.width);
  for (const RowDim &row : p.rows) {
    int64_t mine = 0;
    for (const RowClass &rowClass : row.classes) {
      int64_t pieces = 1;
      for (int64_t d : p.reduced)
        pieces *= static_cast<int64_t>(getSegments(p, d, p.dims[d], {&rowClass}).size());
      mine += pieces * rowClass.height;
    }
    adds *= mine;
  }
  return p.laneTiles > 1 && p.laneCount % p.nr ? adds * 2 : adds;
}

/// True when two steps of the innermost k loop may stand side by side: the vectors of both beside
/// the sums fit, or prefetches keep the steps apart (ContractEmitter::emitPrefetch).
static bool fitsTwoSteps(CpuTargetAttr target, const ContractPlan &p) {
  constexpr int64_t kFewRegisters = 16, kFewestSteps = 16;
  RegisterBudget budget(target, p.element, p.laneCount);
  int64_t vectors = llvm::divideCeil(p.nr, p.width), sums = vectors, inner = p.reduced.back();
  for (const RowDim &row : p.rows)
    sums *= row.split.big;
  bool apart =
      p.dims[inner] >= kFewestSteps && llvm::any_of(p.factors, [&](const ContractFactor &factor) {
        return factor.kind == LaneKind::Contiguous && factor.step[inner] >= p.width;
      });
  if (!apart && !budget.fits(sums, 2 * vectors))
    return false;
  // With few registers the loops around leave no room for a second step either.
  for (const ContractFactor &factor : p.factors)
    for (const RowDim &row : p.rows)
      if (factor.kind != LaneKind::Uniform && factor.base.isFunctionOfDim(row.dim))
        vectors *= row.split.big;
  return target.getVectorRegisters() > kFewRegisters || p.reduced.size() == 1 ||
         budget.fits(sums, 2 * vectors);
}

void chooseUnroll(CpuTargetAttr target, ContractPlan &p) {
  constexpr int64_t kStep = 2, kAllAdds = 400;
  int64_t most = p.fixed.empty() ? kAllAdds : kAllAdds / 4; // each stride phase has code of its own
  bool two = !p.reduced.empty() && fitsTwoSteps(target, p) && countAdds(p) * kStep <= most;
  p.unroll = two ? kStep : 1;
}

} // namespace sinter::kernel
