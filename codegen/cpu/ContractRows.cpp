//===- ContractRows.cpp - row tiles and borders of a plan -------------------------------------===//
//
// See ContractRows.h. A padded index along the rows is c + r * row + t * tap: every row has an
// interval of taps. Neighbouring tiles with equal intervals become one class: left border, inner
// tiles, right border. Inner tiles are counted, not looked at: there may be billions.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/cpu/ContractRows.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::codegen;

int64_t Plan::tilesOf(int64_t dim) const {
  if (dim == lanesDim)
    return laneTiles;
  for (const RowDim &row : rows)
    if (row.dim == dim)
      return row.split.tiles;
  return dims[dim];
}

/// True when an address has a term of `dim` that is not a multiple of it.
static bool isBroken(const Plan &p, int64_t dim) {
  SmallVector<AffineExpr> addresses{p.factors[0].base, p.factors[1].base};
  for (const auto *accesses : {&p.extras, &p.outs})
    for (const LaneAccess &access : *accesses)
      addresses.push_back(access.access.address);
  for (AffineExpr address : addresses)
    for (AffineExpr term : getTerms(address))
      if (term.isFunctionOfDim(dim) && !getLinear(term, p.dims.size()))
        return true;
  return false;
}

/// Row and reduced dim of a bound that a row decides alone.
struct RowBound {
  int64_t row = -1, tap = -1;
  bool alone = true; ///< no other dims
};

static RowBound classify(const Plan &p, const Bound &bound) {
  RowBound result;
  int64_t rows = 0, taps = 0;
  for (int64_t d = 0; d < static_cast<int64_t>(p.dims.size()); ++d) {
    if (!bound.expr.isFunctionOfDim(d))
      continue;
    if (llvm::any_of(p.rows, [&](const RowDim &row) { return row.dim == d; })) {
      result.row = d;
      ++rows;
    } else if (llvm::is_contained(p.reduced, d)) {
      result.tap = d;
      ++taps;
    } else {
      result.alone = false;
    }
  }
  result.alone &= rows <= 1 && taps <= 1;
  if (taps > 1)
    result.tap = -2;
  return result;
}

/// What one row of a dim takes part in, for every reduced dim whose borders it decides.
static void addTaps(const Plan &p, ArrayRef<Bound> bounds, int64_t dim, int64_t row,
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

/// Rows of a dim whose taps are all inside: no border meets them.
static Interval getInnerRows(const Plan &p, int64_t dim) {
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
static bool makeClasses(const Plan &p, RowDim &row) {
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

bool codegen::cutRows(Plan &p) {
  // Rows that share a border with the grid or with other rows are no rows.
  for (bool changed = true; changed;) {
    changed = false;
    for (const Bound &bound : p.bounds) {
      RowBound what = classify(p, bound);
      if (what.row < 0 || what.alone)
        continue;
      llvm::erase_if(p.rows, [&](const RowDim &row) { return row.dim == what.row; });
      changed = true;
      break;
    }
  }
  if (llvm::any_of(p.bounds, [&](const Bound &bound) { return classify(p, bound).tap == -2; }))
    return false;
  for (const Split &s : p.splits) // blocks of a border are not covered
    if (llvm::any_of(p.bounds, [&](const Bound &bound) {
          return bound.expr.isFunctionOfDim(s.outer) || bound.expr.isFunctionOfDim(s.inner);
        }))
      return false;
  for (size_t i = 0; i < p.rows.size();) {
    RowDim &row = p.rows[i];
    int64_t count = p.dims[row.dim];
    row.balanced = !isBroken(p, row.dim);
    if (row.balanced) {
      row.split = kernel::splitRows(count, row.mr);
    } else { // tiles must not cross blocks
      row.mr = int64_t(1) << llvm::Log2_64(row.mr);
      row.split = {static_cast<int64_t>(llvm::divideCeil(count, row.mr)), row.mr, count / row.mr};
    }
    if (makeClasses(p, row))
      ++i;
    else // the grid's borders are formulas
      p.rows.erase(p.rows.begin() + i);
  }
  llvm::erase_if(p.bounds, [&](const Bound &bound) { return classify(p, bound).row >= 0; });
  return true;
}

SmallVector<Interval> codegen::getSegments(const Plan &p, int64_t dim, int64_t size,
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

void codegen::chooseUnroll(Plan &p, int64_t registers) {
  constexpr int64_t kStep = 2, kAllAdds = 400;
  int64_t most = p.fixed.empty() ? kAllAdds : kAllAdds / 4; // each stride phase has code of its own
  p.unroll = 1;
  if (p.reduced.empty())
    return;
  // Two steps of vectors beside the accumulators must fit, or be kept apart by prefetches
  // (emitPrefetch).
  int64_t sums = llvm::divideCeil(p.nr, p.width), vectors = sums, inner = p.reduced.back();
  for (const RowDim &row : p.rows)
    sums *= row.split.big;
  bool apart = p.dims[inner] >= 16 && llvm::any_of(p.factors, [&](const Factor &factor) {
                 return factor.lanes.kind == LaneKind::Contiguous && factor.step[inner] >= p.width;
               });
  if (!apart && sums + 2 * vectors + 1 > registers)
    return;
  // With few registers the loops around leave no room for a second step either.
  constexpr int64_t kFew = 16;
  for (const Factor &factor : p.factors)
    for (const RowDim &row : p.rows)
      if (factor.lanes.kind != LaneKind::Uniform && factor.base.isFunctionOfDim(row.dim))
        vectors *= row.split.big;
  if (registers <= kFew && p.reduced.size() > 1 && sums + 2 * vectors + 1 > registers)
    return;
  // Multiply-adds of all variants with one step written out.
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
  if (p.laneTiles > 1 && p.laneCount % p.nr)
    adds *= 2;
  if (adds * kStep <= most)
    p.unroll = kStep;
}
