//===- Schedule.cpp - the whole walk of a contraction -----------------------------------------===//
//
// The cheapest lanes and rows, the loop order that keeps the factors of neighbouring tiles in
// cache, and chunks of the k loops where a group of tiles reads the same long factors again and
// again. Reading on: Cost.h.
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/kernel/Cost.h"
#include "dialects/kernel/CpuTarget.h"
#include "dialects/kernel/contract/Cost.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

#include <numeric>

using namespace mlir;

namespace sinter::kernel {

/// Few rows leave multiply-adds waiting for each other: more lanes then give enough chains. Panels
/// stay as they are.
int64_t ContractModel::widenLanes(const ContractWalk &walk) const {
  RegisterBudget registers = budget(walk.lanes);
  int64_t vectors = registers.getRegisters(walk.tile.nr), rows = walk.tile.mr * walk.mr2;
  int64_t chains = target.getFmaLatency() * std::max<int64_t>(1, target.getFmaPorts());
  int64_t present = walk.lanes >= 0 ? registers.getRegisters(c.dims[walk.lanes]) : 1;
  int64_t wanted = std::min<int64_t>(llvm::divideCeil(chains, rows), present);
  while (vectors < wanted && registers.fitsWithSpare(rows * (vectors + 1), vectors + 1))
    ++vectors;
  return std::max(walk.tile.nr, vectors * registers.getWidth());
}

//===--- order --------------------------------------------------------------------------------===//

/// True when the factor that is broadcast has its reduced elements apart, line by line: then its
/// tile should stay in cache while panels of the other factor, which lie one after the other,
/// stream past it.
bool ContractModel::keepsRowTile(const ContractWalk &walk) const {
  return walk.lanes >= 0 && walk.rows >= 0 && c.getRank() == c.parallel + 1 &&
         getKind(1 - c.getVectorFactor(walk.lanes), c.parallel) == LaneKind::Scattered;
}

/// Tiles along a parallel dim.
int64_t ContractModel::countTiles(const ContractWalk &walk, int64_t d) const {
  int64_t size = d == walk.rows    ? walk.tile.mr
                 : d == walk.lanes ? walk.tile.nr
                 : d == walk.rows2 ? walk.mr2
                                   : 1;
  return llvm::divideCeil(c.dims[d], size);
}

/// True when each value of `d` is a product of its own, of a batch, a group or a chunk.
bool ContractModel::isBatch(int64_t d) const {
  return c.getRole(d) == DimRole::Batch && !c.isStridePhase(d);
}

/// `others` with the panels of lanes among them. Products of a batch share nothing: they come one
/// after the other, outermost. Of a vector factor beyond L2 the panels go before the dims that are
/// left, or stand inside of those that cut the rows' factor to pieces, whichever moves fewer bytes;
/// lanes whose factor has grid dims of its own besides go before those, too.
SmallVector<int64_t> ContractModel::placeLanes(const ContractWalk &walk,
                                               SmallVector<int64_t> others) const {
  int vectorFactor = c.getVectorFactor(walk.lanes);
  const ContractAccess &vectors = c.factors[vectorFactor], &scalars = c.factors[1 - vectorFactor];
  double room = target.getCacheRoom(), vectorBytes = static_cast<double>(vectors.getBytes()),
         rowBytes = static_cast<double>(scalars.getBytes());
  SmallVector<int64_t> order;
  llvm::copy_if(others, std::back_inserter(order), [&](int64_t d) { return isBatch(d); });
  for (int64_t d : order) {
    vectorBytes /= static_cast<double>(c.dims[d]);
    rowBytes /= static_cast<double>(c.dims[d]);
  }
  llvm::erase_if(others, [&](int64_t d) { return llvm::is_contained(order, d); });
  auto *place = others.end();
  bool batched = llvm::any_of(
      others, [&](int64_t d) { return c.dims[d] > 1 && vectors.uses(d) && !c.isStridePhase(d); });
  if (batched) {
    place = others.begin();
  } else if (vectorBytes > room) {
    double pieces = 1;
    auto panels = static_cast<double>(countTiles(walk, walk.lanes));
    for (place = others.begin(); place != others.end() && !isWindow(scalars.map, *place); ++place)
      pieces *= static_cast<double>(countTiles(walk, *place));
    if (vectorBytes + rowBytes * (rowBytes > room ? panels : 1) <= rowBytes + vectorBytes * pieces)
      place = others.begin();
  }
  others.insert(place, walk.lanes);
  llvm::append_range(order, others);
  return order;
}

/// True when all panels of lanes come before the next tile of rows: rows that do not stay in L2
/// while panels change go by once; the panels do stay.
bool ContractModel::goesRowsFirst(const ContractWalk &walk, ArrayRef<int64_t> others) const {
  int vectorFactor = c.getVectorFactor(walk.lanes);
  const ContractAccess &scalars = c.factors[1 - vectorFactor];
  double half = static_cast<double>(target.getL2()) / 2,
         bytes = static_cast<double>(scalars.getBytes());
  for (int64_t d : others)
    if (scalars.uses(d) && !(d == walk.rows - 1 && mayMerge(walk.rows)))
      bytes /= static_cast<double>(c.dims[d]);
  return bytes > half && static_cast<double>(c.factors[vectorFactor].getBytes()) <= half;
}

/// Order of the tile grid: other parallel dims outermost, then panels of lanes, then row tiles: a
/// panel of the vector factor stays in cache while the rows of the other stream past it.
void ContractModel::setOrder(ContractWalk &walk) const {
  int vectorFactor = c.getVectorFactor(walk.lanes);
  const ContractAccess &vectors = c.factors[vectorFactor], &scalars = c.factors[1 - vectorFactor];
  // A second row dim of the rows' own factor is one of the others.
  bool beside =
      walk.rows2 >= 0 && walk.lanes >= 0 && !vectors.uses(walk.rows2) && !vectors.uses(walk.rows);
  SmallVector<int64_t> others;
  for (int64_t d = 0; d < c.parallel; ++d)
    if (d != walk.lanes && d != walk.rows && (d != walk.rows2 || beside))
      others.push_back(d);
  SmallVector<int64_t> order = walk.lanes >= 0 ? placeLanes(walk, others) : others;
  if (walk.rows2 >= 0 && !beside)
    order.push_back(walk.rows2);
  if (walk.rows >= 0) {
    bool lanesLast = walk.lanes >= 0 && walk.rows2 < 0 && order.back() == walk.lanes;
    bool rowsFirst = keepsRowTile(walk) || (lanesLast && goesRowsFirst(walk, others));
    auto *place = rowsFirst ? order.end() - 1 : order.end();
    // Windows of the rows' factor overlap: where all of it stays in no cache, all windows of one
    // row tile come before the next row tile.
    if (walk.lanes >= 0 && walk.rows2 < 0 && !isWindow(scalars.map, walk.rows) &&
        static_cast<double>(scalars.getBytes()) > target.getCacheRoom())
      while (place != order.begin() && isWindow(scalars.map, place[-1]) && !isBatch(place[-1]))
        --place;
    order.insert(place, walk.rows);
  }
  walk.order = order;
}

//===--- chunks -------------------------------------------------------------------------------===//

/// Bytes of both factors that one k step of a tile uses up.
int64_t ContractModel::countStepBytes(const ContractWalk &walk) const {
  bool across = c.isAcrossLanes();
  int64_t bytes = 0, element = getElementBytes(c.accumulator), inner = c.getRank() - 1,
          lanes = across ? inner : walk.lanes;
  for (auto [f, factor] : llvm::enumerate(c.factors)) {
    bool vector = lanes >= 0 && factor.uses(lanes),
         scalars = !vector && getKind(f, inner) != LaneKind::Scattered;
    // A step's own: vectors, scalars of lines that the next steps use up, or a line for itself.
    int64_t mine = vector    ? (across ? c.sumLanes : walk.tile.nr) * element
                   : scalars ? element
                             : kLineBytes;
    for (auto [dim, mr] : {std::pair(walk.rows, walk.tile.mr), std::pair(walk.rows2, walk.mr2)})
      if (dim >= 0 && factor.uses(dim) &&
          (scalars || (vector && !isWindow(factor.map, dim)))) // rows of a window overlap
        mine *= mr;
    bytes += mine;
  }
  return bytes;
}

/// True for long sums whose factors both move with every k step, faster than L2 gives with ease:
/// gradients of filters.
bool ContractModel::mayChunk(const ContractWalk &walk) const {
  if (c.getRank() - c.parallel < 2 + c.isAcrossLanes())
    return false;
  // A dim that only one factor has is a tap: the other is read again anyway.
  for (int64_t d = c.parallel; d < c.getRank(); ++d)
    if (c.dims[d] > 1 && c.getRole(d) == DimRole::Lone)
      return false;
  double lanes = static_cast<double>(c.isAcrossLanes() ? c.sumLanes : walk.tile.nr),
         width = static_cast<double>(target.getVectorLanes(c.accumulator));
  double cycles = static_cast<double>(walk.tile.mr * walk.mr2) * lanes / width /
                  static_cast<double>(target.getFmaPorts());
  return static_cast<double>(countStepBytes(walk)) >=
         target.getBytesPerCycle(target.getL2()) * cycles;
}

/// Steps along the last reduced dim whose lines of `factor` L2 holds at once: lines that lie a
/// multiple of a power of two apart share its sets, as rows of 4,096 bytes do.
int64_t ContractModel::countResidentSteps(const ContractAccess &factor) const {
  constexpr int64_t kWayBytes = 64 << 10; // of L2; larger ones only differ for larger strides
  auto linear = getLinear(factor.getAddress(), c.getRank());
  int64_t stride = linear ? linear->by.back() * getElementBytes(factor.element) : 0;
  return std::abs(stride) < kLineBytes ? std::numeric_limits<int64_t>::max()
                                       : target.getL2() / std::gcd(stride, kWayBytes);
}

/// The factor, of a sum along one dim, that tile after tile would fetch from beyond L2 again, for
/// its lines crowd in few sets; the vector factor before the other.
std::optional<int> ContractModel::findCrowded(const ContractWalk &walk) const {
  if (walk.lanes < 0 || c.isAcrossLanes() || c.getRank() != c.parallel + 1)
    return std::nullopt;
  int vectorFactor = c.getVectorFactor(walk.lanes);
  for (int f : {vectorFactor, 1 - vectorFactor}) {
    const ContractAccess &factor = c.factors[f];
    bool again = llvm::any_of(llvm::seq<int64_t>(0, c.parallel), [&](int64_t d) {
      return !factor.uses(d) && countTiles(walk, d) > 1;
    });
    if (again && factor.uses(c.parallel) && c.dims.back() > countResidentSteps(factor))
      return f;
  }
  return std::nullopt;
}

/// Long sums are cut so that the factors of one chunk stay in L1, or crowded lines in L2, while all
/// tiles that share the rows of the factor `kept` take their turn.
void ContractModel::setChunk(ContractWalk &walk) const {
  constexpr int64_t kFewestSteps = 64;
  int64_t terms = 1, steps = 0;
  for (int64_t size : ArrayRef(c.dims).drop_front(c.parallel))
    terms *= size;
  int kept = c.factors[1].uses(walk.lanes);
  if (std::optional<int> crowded = findCrowded(walk)) {
    kept = *crowded;
    steps = countResidentSteps(c.factors[kept]) / 2; // the other half is for what passes
  } else if (mayChunk(walk)) {
    // Tiles of one group differ in dims that only the second factor of each has: the first stays.
    auto gridDims = [&](const ContractAccess &factor) {
      return llvm::count_if(llvm::seq<int64_t>(0, c.parallel),
                            [&](int64_t d) { return factor.uses(d); });
    };
    if (c.isAcrossLanes())
      kept = gridDims(c.factors[1]) < gridDims(c.factors[0]);
    steps = std::max<int64_t>(kFewestSteps, target.getL1() * 3 / 4 / countStepBytes(walk)) *
            (c.isAcrossLanes() ? c.sumLanes : 1);
  }
  SmallVector<int64_t> outer, group;
  for (int64_t d : walk.order)
    (c.factors[kept].uses(d) ? outer : group).push_back(d);
  if (steps < kFewestSteps || group.empty() || steps * 2 > terms)
    return;
  // Dims in their own order: taps, which share lines, innermost.
  llvm::sort(group);
  llvm::append_range(outer, group);
  walk.kc = steps;
  walk.group = static_cast<int64_t>(group.size());
  walk.order = outer;
}

ContractWalk ContractModel::chooseWalk() const {
  auto finish = [&](ContractWalk walk) {
    setOrder(walk);
    setChunk(walk);
    return walk;
  };
  ContractChoice choice = rank().front();
  ContractWalk walk = finish(choice.walk);
  if (walk.lanes >= 0) {
    // Tiles that take turns with factors in L1 stay as they are, unless a larger one needs no
    // turns.
    ContractWalk filled = finish(walk.kc == 0 ? chooseRows(walk.lanes, /*filled=*/true).walk
                                              : fillRegisters(choice).walk);
    if (walk.kc == 0 || filled.kc == 0)
      walk = filled;
  }
  walk.tile.nr = widenLanes(walk);
  return walk;
}

CpuScheduleAttr chooseSchedule(CpuTargetAttr target, ContractOp op) {
  return ContractModel(target, getContraction(op)).chooseWalk().toSchedule(op.getContext());
}

} // namespace sinter::kernel
