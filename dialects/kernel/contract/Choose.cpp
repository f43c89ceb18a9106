//===- Choose.cpp - lanes, rows and tiles -----------------------------------------------------===//
//
// For each dim that may be on the lanes the rows and the tile that cost least: one dim of rows, two
// dims (one of each factor) where lanes are few, and tiles that grow where registers are left.
// Reading on: Schedule.cpp.
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/kernel/contract/Cost.h"

#include "dialects/kernel/Cost.h"
#include "dialects/kernel/contract/CostConstants.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace sinter::kernel {

Tile chooseTile(CpuTargetAttr target, Type accumulator, int64_t rows, int64_t lanes) {
  constexpr int64_t kMostRows = 16;
  RegisterBudget budget(target, accumulator, lanes);
  int64_t vectors = lanes > budget.getWidth() ? 2 : 1, mr = kMostRows;
  while (mr > 1 && !budget.fitsWithSpare(mr * vectors, vectors))
    --mr;
  RowSplit split = splitRows(std::max<int64_t>(rows, 1), mr);
  return {std::max<int64_t>(1, split.big), budget.getWidth() * vectors};
}

/// True when `dim` may give tile rows: one factor has it, and no border is shared with the grid.
bool ContractModel::mayGiveRows(int64_t dim, int64_t lanes) const {
  auto shares = [&](const Bound &bound) {
    return bound.expr.isFunctionOfDim(dim) &&
           llvm::any_of(llvm::seq<int64_t>(0, c.parallel), [&](int64_t other) {
             return other != dim && bound.expr.isFunctionOfDim(other);
           });
  };
  return dim != lanes && c.isFree(dim) && !c.isStridePhase(dim) &&
         llvm::none_of(phases, [&](const ContractPhase &phase) {
           return llvm::any_of(phase.bounds, shares);
         });
}

/// Block size of the layouts that divide `dim`, 0 when none does.
int64_t ContractModel::getBlockOf(int64_t dim) const {
  int64_t smallest = 0;
  for (const ContractAccess *access : {&c.factors[0], &c.factors[1], &c.getMainResult()})
    if (access->layout)
      for (auto [axis, by] : llvm::zip_equal(access->layout.getBlock(), access->layout.getBy()))
        if (access->map.getResult(axis).isFunctionOfDim(dim) && (!smallest || by < smallest))
          smallest = by;
  return smallest;
}

ContractChoice ContractModel::chooseOneRow(int64_t lanes, int64_t rows) const {
  bool across = c.isAcrossLanes();
  ContractWalk walk;
  walk.lanes = lanes;
  walk.rows = rows;
  walk.tile = chooseTile(target, c.accumulator, countRows(walk), across ? 1 : c.dims[lanes]);
  if (int64_t block = rows >= 0 ? getBlockOf(rows) : 0;
      block > 0 && walk.tile.mr < c.dims[rows]) // stay in a block
    walk.tile.mr = std::min<int64_t>(block, llvm::bit_floor(static_cast<uint64_t>(walk.tile.mr)));
  if (across)
    walk.tile.mr = std::max<int64_t>(1, walk.tile.mr / budget(lanes).getRegisters(c.sumLanes));
  return {walk, estimate(walk)};
}

/// Two dims of rows, one of each factor: sums beside the vectors of one factor, which wait while
/// values of the other take turns.
std::optional<ContractChoice> ContractModel::chooseTwoRows(int64_t lanes, int64_t rows,
                                                           int64_t rows2) const {
  constexpr int64_t kMostRows = 12;
  RegisterBudget registers = budget(lanes);
  int64_t each = c.isAcrossLanes() ? registers.getRegisters(c.sumLanes) : 1; // of a sum
  std::optional<ContractChoice> best;
  double least = 0;
  for (int64_t m = 1; m <= std::min(c.dims[rows], kMostRows); ++m)
    for (int64_t m2 = 1; m2 <= std::min(c.dims[rows2], kMostRows); ++m2) {
      // Nearly equal tiles only: others are the same after the split.
      if (splitRows(c.dims[rows], m).big != m || splitRows(c.dims[rows2], m2).big != m2 ||
          !registers.fits(m * m2 * each, m * each))
        continue;
      ContractWalk walk{lanes, rows, {m, registers.getWidth()}, rows2, m2, {}};
      ContractCost cost = estimate(walk);
      double score = cost.total() + kLoadShare * cost.loads;
      if (!best || score < least) {
        best = ContractChoice{walk, cost};
        least = score;
      }
    }
  return best;
}

/// Rows of a second dim of the same factor, as many as registers hold beside `vectors` of lanes.
void ContractModel::addRows(ContractWalk &walk, int64_t vectors) const {
  constexpr int64_t kNearlyEqual = 4; // tiles of a second dim, one of them lower
  int64_t lanes = walk.lanes, rows = walk.rows, mr = walk.tile.mr;
  if (mr != c.dims[rows] || mayMerge(rows) || (rows + 1 < c.parallel && mayMerge(rows + 1)))
    return;
  RegisterBudget registers = budget(lanes);
  for (int64_t d = rows - 1; d >= 0; --d) {
    if (d == lanes || c.getRole(d) != c.getRole(rows) || !mayGiveRows(d, lanes) ||
        isWindow(c.factors[0].map, d) || isWindow(c.factors[1].map, d))
      continue;
    int64_t most = 1;
    while (most < c.dims[d] && registers.fitsWithSpare(mr * (most + 1) * vectors, vectors))
      ++most;
    most = splitRows(c.dims[d], most).big;
    if (most > 1 && (c.dims[d] % most == 0 || c.dims[d] >= kNearlyEqual * most)) {
      walk.rows2 = d;
      walk.mr2 = most;
      return;
    }
  }
}

/// Lets a tile of few rows grow: its multiply-adds wait for each other and its broadcasts crowd the
/// load ports. First whole panels join as registers hold, then rows of a second dim of the same
/// factor.
ContractChoice ContractModel::fillRegisters(ContractChoice choice) const {
  constexpr int64_t kMostVectors = 4;
  ContractWalk &walk = choice.walk;
  RegisterBudget registers = budget(walk.lanes);
  int64_t panel = registers.getRegisters(walk.tile.nr), vectors = panel,
          present = registers.getRegisters(c.dims[walk.lanes]);
  if (walk.rows >= 0 && walk.rows2 < 0) {
    while (vectors + panel <= std::min(present, kMostVectors) &&
           registers.fitsWithSpare(walk.tile.mr * (vectors + panel), vectors + panel))
      vectors += panel;
    addRows(walk, vectors);
  }
  walk.tile.nr = std::max(walk.tile.nr, vectors * registers.getWidth());
  choice.cost = estimate(walk);
  return choice;
}

ContractChoice ContractModel::chooseRows(int64_t lanes, bool filled) const {
  bool few = c.isAcrossLanes() || c.dims[lanes] <= target.getVectorLanes(c.accumulator) ||
             getBlockOf(lanes) <= 16;
  std::optional<ContractChoice> best;
  double least = 0;
  auto offer = [&](ContractChoice choice) {
    if (filled)
      choice = fillRegisters(choice);
    int64_t farther = c.parallel - 1 - std::max<int64_t>(0, choice.walk.rows);
    double score = choice.cost.total() * (1 + kFartherDim * static_cast<double>(farther));
    if (!best || score < least) {
      best = choice;
      least = score;
    }
  };
  for (int64_t rows = c.parallel - 1; rows >= -1; --rows) {
    if (rows >= 0 && !mayGiveRows(rows, lanes))
      continue;
    offer(chooseOneRow(lanes, rows));
    for (int64_t rows2 = rows - 1; few && rows2 >= 0; --rows2)
      if (mayGiveRows(rows2, lanes) && c.getRole(rows) != c.getRole(rows2))
        if (auto two = chooseTwoRows(lanes, rows, rows2))
          offer(*two);
  }
  return *best;
}

SmallVector<ContractChoice> ContractModel::rank() const {
  SmallVector<ContractChoice> choices;
  if (c.isAcrossLanes())
    return {chooseRows(-1)};
  for (int64_t lanes = c.parallel - 1; lanes >= 0; --lanes)
    choices.push_back(chooseRows(lanes));
  llvm::sort(choices, [](const ContractChoice &x, const ContractChoice &y) {
    return std::pair(x.cost.total(), -x.walk.lanes) < std::pair(y.cost.total(), -y.walk.lanes);
  });
  if (choices.empty())
    choices.push_back({{}, estimate({})});
  return choices;
}

} // namespace sinter::kernel
