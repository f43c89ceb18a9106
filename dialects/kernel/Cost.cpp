//===- Cost.cpp - the cost model: tiles and contraction estimates -----------------------------===//
//
// Bounds counted: FMA issue with edge waste, load ports, lanes that would have to be gathered
// or scattered, and what every tile takes besides. The constants are properties of register files
// and ports, never fits to one machine (D18). Reading on: CostSchedule.cpp.
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/kernel/Cost.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

#include <numeric>

using namespace mlir;

namespace sinter::kernel {

static constexpr double kLoadPorts = 2.0; ///< loads a cycle on every CPU this compiler knows
static constexpr double kGatherFactor =
    3.0; ///< a gathered element costs its own load and an insert

int64_t getVectorLanes(TargetAttr target, Type element) {
  unsigned bits = element.isIntOrFloat() ? std::max(8u, element.getIntOrFloatBitWidth()) : 64;
  return std::max<int64_t>(1, target.getVectorBits() / bits);
}

/// Registers that the mask of a last, partly filled vector takes: few registers are vectors and
/// masks in one, more come with masks of their own.
static int64_t countMasks(TargetAttr target, int64_t lanes, int64_t width) {
  constexpr int64_t kFew = 16;
  return lanes % width != 0 && target.getVectorRegisters() <= kFew;
}

Tile chooseTile(TargetAttr target, Type element, int64_t rows, int64_t lanes) {
  int64_t width = getVectorLanes(target, element);
  int64_t vectors = lanes > width ? 2 : 1;
  // Registers left for accumulators: two for the vector operand, one for the broadcast, one spare;
  // without FMA the product needs its own, and the two-operand forms copy.
  int64_t reserved = (target.getHasFma() ? 4 : 8) + countMasks(target, lanes, width);
  int64_t mrMax = std::clamp<int64_t>((target.getVectorRegisters() - reserved) / vectors, 1, 16);
  RowSplit split = splitRows(std::max<int64_t>(rows, 1), mrMax);
  return {std::max<int64_t>(1, split.big), width * vectors};
}

RowSplit splitRows(int64_t rows, int64_t mr) {
  if (rows <= 0 || mr <= 0)
    return {};
  int64_t tiles = llvm::divideCeil(rows, mr);
  int64_t small = rows / tiles, rest = rows % tiles;
  // `big` is the size of the first `bigTiles`; when all are equal, all are big.
  return rest ? RowSplit{tiles, small + 1, rest} : RowSplit{tiles, small, tiles};
}

int64_t getContiguousDim(ArrayRef<int64_t> shape, LayoutAttr layout) {
  if (shape.empty())
    return -1;
  SmallVector<int64_t> order;
  if (layout) {
    order.append(layout.getPerm().begin(), layout.getPerm().end());
    if (!layout.getBlock().empty())
      return layout.getBlock().back();
  } else {
    order = llvm::to_vector(llvm::seq<int64_t>(0, shape.size()));
  }
  // Trailing dims of size 1 do not separate neighbours.
  for (int64_t dim : llvm::reverse(order))
    if (shape[dim] != 1)
      return dim;
  return order.back();
}

bool isContiguousAlong(AffineMap map, int64_t dim, ArrayRef<int64_t> shape, LayoutAttr layout) {
  int64_t inner = getContiguousDim(shape, layout);
  for (auto [i, expr] : llvm::enumerate(map.getResults())) {
    if (!expr.isFunctionOfDim(dim))
      continue;
    if (static_cast<int64_t>(i) != inner)
      return false;
    // dim + something without dim: unit stride.
    AffineExpr step = expr.replace(getAffineDimExpr(dim, map.getContext()),
                                   getAffineDimExpr(dim, map.getContext()) + 1) -
                      expr;
    auto constant = dyn_cast<AffineConstantExpr>(
        simplifyAffineExpr(step, map.getNumDims(), map.getNumSymbols()));
    if (!constant || constant.getValue() != 1)
      return false;
  }
  return true;
}

bool isWindow(AffineMap map, int64_t dim) {
  return llvm::any_of(map.getResults(), [&](AffineExpr expr) {
    return expr.isFunctionOfDim(dim) && !isa<AffineDimExpr>(expr);
  });
}

/// True when `index` leaves an axis of this size somewhere in the domain: a border decides there.
static bool mayLeave(const ContractProblem &p, AffineExpr index, int64_t size) {
  auto [low, high] = getIndexRange(index, p.dims);
  return p.padded && (low < 0 || high >= size);
}

/// True when blocks of `by` cut the runs of an index unevenly, as blocks of 16 do groups of 12
/// channels: addresses are then not linear.
static bool straddles(AffineExpr index, int64_t by, ArrayRef<int64_t> dims) {
  SmallVector<AffineExpr> open{index}, terms;
  while (!open.empty()) {
    AffineExpr term = open.pop_back_val();
    if (term.getKind() == AffineExprKind::Add) {
      open.push_back(cast<AffineBinaryOpExpr>(term).getLHS());
      open.push_back(cast<AffineBinaryOpExpr>(term).getRHS());
    } else if (!term.isMultipleOf(by) &&
               getIndexRange(term, dims) != std::pair<int64_t, int64_t>()) {
      terms.push_back(term);
    }
  }
  // Multiples of a divisor and a rest below it never meet in a block.
  return terms.size() > 1 && llvm::none_of(terms, [&](AffineExpr step) {
           int64_t divisor = std::gcd(by, step.getLargestKnownDivisor()), low = 0, high = 0;
           for (AffineExpr term : terms)
             if (!term.isMultipleOf(divisor)) {
               auto [least, most] = getIndexRange(term, dims);
               low += least;
               high += most;
             }
           return divisor > 1 && low >= 0 && high < divisor;
         });
}

bool isStridePhase(const ContractProblem &p, int64_t dim) {
  constexpr int64_t kMostValues = 4;
  bool divided = false;
  for (AffineMap map : {p.aMap, p.bMap, p.outMap})
    for (AffineExpr expr : map.getResults())
      expr.walk([&](AffineExpr part) {
        bool divides =
            part.getKind() == AffineExprKind::Mod || part.getKind() == AffineExprKind::FloorDiv;
        divided |= divides && part.isFunctionOfDim(dim);
      });
  return divided && p.padded && p.dims[dim] > 1 && p.dims[dim] <= kMostValues;
}

bool mayMergeRows(const ContractProblem &p, int64_t rows) {
  if (rows < 1 || p.dims[rows] <= 1 || p.dims[rows - 1] <= 1 || p.sumLanes != 1)
    return false;
  MLIRContext *context = p.aMap.getContext();
  AffineExpr inner = getAffineDimExpr(rows, context), outer = getAffineDimExpr(rows - 1, context);
  for (auto [map, shape, layout] :
       {std::tuple(p.aMap, ArrayRef<int64_t>(p.aShape), p.aLayout),
        std::tuple(p.bMap, ArrayRef<int64_t>(p.bShape), p.bLayout),
        std::tuple(p.outMap, ArrayRef<int64_t>(p.outShape), p.outLayout)}) {
    if (!map.isFunctionOfDim(rows) && !map.isFunctionOfDim(rows - 1))
      continue;
    int64_t at = -1;
    for (auto [i, expr] : llvm::enumerate(map.getResults()))
      if (expr == inner)
        at = i;
      else if (expr != outer && (expr.isFunctionOfDim(rows) || expr.isFunctionOfDim(rows - 1)))
        return false;
    if (at < 1 || map.getResult(at - 1) != outer || shape[at] != p.dims[rows])
      return false;
    if (!layout)
      continue;
    if (llvm::is_contained(layout.getBlock(), at) || llvm::is_contained(layout.getBlock(), at - 1))
      return false;
    const int64_t *place = llvm::find(layout.getPerm(), at);
    if (place == layout.getPerm().begin() || place[-1] != at - 1)
      return false;
  }
  return true;
}

/// Rows that a tile dim has, neighbours taken in where they merge.
static int64_t countRows(const ContractProblem &p, int64_t rows, int64_t lanes, int64_t rows2) {
  if (rows < 0)
    return 1;
  bool merged = rows2 < 0 && rows - 1 != lanes && mayMergeRows(p, rows);
  return p.dims[rows] * (merged ? p.dims[rows - 1] : 1);
}

/// Blocked axes of a layout and their sizes.
static SmallVector<std::pair<int64_t, int64_t>> getBlocks(LayoutAttr layout) {
  SmallVector<std::pair<int64_t, int64_t>> blocks;
  if (layout)
    for (auto [axis, by] : llvm::zip_equal(layout.getBlock(), layout.getBy()))
      blocks.push_back({axis, by});
  return blocks;
}

/// Block size of the layouts that divide `dim`, 0 when none does.
static int64_t getBlockOf(const ContractProblem &p, int64_t dim) {
  int64_t smallest = 0;
  for (auto [map, layout] : {std::pair(p.aMap, p.aLayout), std::pair(p.bMap, p.bLayout),
                             std::pair(p.outMap, p.outLayout)})
    for (auto [axis, by] : getBlocks(layout))
      if (map.getResult(axis).isFunctionOfDim(dim) && (!smallest || by < smallest))
        smallest = by;
  return smallest;
}

ContractCost estimateContract(TargetAttr target, const ContractProblem &p, int64_t lanes,
                              int64_t rows, Tile tile, int64_t rows2, int64_t mr2) {
  constexpr double kTileCycles = 40, kStoreCycles = 1.5, kTreeCycles = 12, kNaiveCycles = 6;
  bool across = p.sumLanes == 16;
  int64_t width = getVectorLanes(target, p.element), dimCount = static_cast<int64_t>(p.dims.size());
  int64_t vectorDim = across ? dimCount - 1 : lanes;
  int64_t laneCount = across ? 16 : lanes >= 0 ? p.dims[lanes] : 1;
  int64_t counts[2] = {countRows(p, rows, lanes, rows2), rows2 >= 0 ? p.dims[rows2] : 1};
  double points = 1, reduced = 1;
  for (auto [d, size] : llvm::enumerate(p.dims))
    (static_cast<int64_t>(d) < p.parallel ? points : reduced) *= static_cast<double>(size);
  double rest = points / (across ? 1 : std::max<int64_t>(1, laneCount)) /
                static_cast<double>(std::max<int64_t>(1, counts[0] * counts[1]));
  double steps = rest * reduced / (across ? 16 : 1);
  int64_t laneTiles = across ? 1 : llvm::divideCeil(std::max<int64_t>(laneCount, 1), tile.nr);
  double vectors = static_cast<double>(llvm::divideCeil(std::max<int64_t>(laneCount, 1), width));
  RowSplit splits[2] = {splitRows(counts[0], tile.mr), splitRows(counts[1], mr2)};
  double rowTiles = static_cast<double>(splits[0].tiles) * static_cast<double>(splits[1].tiles);
  double allRows = static_cast<double>(counts[0]) * static_cast<double>(counts[1]);
  ContractCost cost;
  double ports = std::max<int64_t>(1, target.getFmaPorts()) * (target.getHasFma() ? 1.0 : 0.5);
  // A chain of fewer than ports * latency (4) accumulators leaves issue slots empty.
  double sums = static_cast<double>(splits[0].big * splits[1].big) *
                static_cast<double>(llvm::divideCeil(across ? 16 : tile.nr, width));
  double inFlight = std::min<double>(1.0, sums / (ports * 4.0));
  cost.fma = vectors * allRows * steps / ports / std::max(inFlight, 1e-3);
  // Every tile loads its vectors, or broadcasts its scalars, once a step and row that an operand
  // has.
  bool refused = false;
  for (auto [map, shape, layout] : {std::tuple(p.aMap, ArrayRef<int64_t>(p.aShape), p.aLayout),
                                    std::tuple(p.bMap, ArrayRef<int64_t>(p.bShape), p.bLayout)}) {
    double mine = 1;
    for (auto [i, dim] : {std::pair(0, rows), std::pair(1, rows2)})
      mine *=
          static_cast<double>(dim >= 0 && map.isFunctionOfDim(dim) ? counts[i] : splits[i].tiles);
    bool isVector = vectorDim >= 0 && map.isFunctionOfDim(vectorDim);
    cost.loads += mine * (isVector ? vectors : static_cast<double>(laneTiles)) * steps / kLoadPorts;
    bool apart = isVector && !isContiguousAlong(map, vectorDim, shape, layout);
    for (auto [axis, by] : getBlocks(layout))
      if (AffineExpr index = map.getResult(axis); straddles(index, by, p.dims)) {
        apart |= isVector && index.isFunctionOfDim(vectorDim);
        for (int64_t d = p.parallel; d < dimCount; ++d)
          refused |= index.isFunctionOfDim(d) && p.dims[d] > 1;
      }
    // A gathered vector operand costs one load an element instead of one a vector.
    if (apart)
      cost.scatter += kGatherFactor * static_cast<double>(laneCount) * mine * steps;
    for (auto [index, size] : llvm::zip_equal(map.getResults(), shape))
      refused |=
          !across && isVector && index.isFunctionOfDim(vectorDim) && mayLeave(p, index, size);
  }
  double tiles = rest * static_cast<double>(laneTiles) * rowTiles;
  cost.tiles = tiles * kTileCycles +
               rest * vectors * allRows * kStoreCycles * static_cast<double>(p.resultStreams) +
               (across ? points * kTreeCycles : 0);
  if (refused) // borders along the lanes, and sums that step unevenly, are left to plain loops
    cost.scatter += kNaiveCycles * points * reduced;
  bool apart =
      lanes >= 0 && !across && !isContiguousAlong(p.outMap, lanes, p.outShape, p.outLayout);
  for (auto [axis, by] : getBlocks(p.outLayout))
    apart |= lanes >= 0 && !across && p.outMap.getResult(axis).isFunctionOfDim(lanes) &&
             straddles(p.outMap.getResult(axis), by, p.dims);
  if (apart)
    cost.scatter += kGatherFactor * points * static_cast<double>(p.resultStreams);
  return cost;
}

/// True when `dim` may give tile rows: one operand has it, and no border is shared with the grid.
static bool mayGiveRows(const ContractProblem &p, int64_t dim, int64_t lanes) {
  bool inA = p.aMap.isFunctionOfDim(dim), inB = p.bMap.isFunctionOfDim(dim);
  if (dim == lanes || inA == inB || isStridePhase(p, dim))
    return false;
  for (auto [index, size] :
       llvm::zip_equal((inA ? p.aMap : p.bMap).getResults(), inA ? p.aShape : p.bShape))
    for (int64_t other = 0; index.isFunctionOfDim(dim) && other < p.parallel; ++other)
      if (other != dim && index.isFunctionOfDim(other) && !isStridePhase(p, other) &&
          mayLeave(p, index, size))
        return false;
  return true;
}

/// Sums that a register tile may have, beside the vectors of one operand and a broadcast.
static ContractChoice chooseTwoRows(TargetAttr target, const ContractProblem &p, int64_t lanes,
                                    int64_t rows, int64_t rows2) {
  int64_t width = getVectorLanes(target, p.element), registers = target.getVectorRegisters();
  int64_t each = p.sumLanes == 16 ? llvm::divideCeil(16, width) : 1; // registers of a sum
  int64_t reserved =
      (target.getHasFma() ? 1 : 2) + (lanes >= 0 ? countMasks(target, p.dims[lanes], width) : 0);
  ContractChoice best;
  double least = 0;
  for (int64_t m = 1; m <= std::min<int64_t>(p.dims[rows], 12); ++m)
    for (int64_t m2 = 1; m2 <= std::min<int64_t>(p.dims[rows2], 12); ++m2) {
      // Nearly equal tiles only: others are the same after the split.
      if (splitRows(p.dims[rows], m).big != m || splitRows(p.dims[rows2], m2).big != m2)
        continue;
      // the inner rows wait while the outer ones take turns
      if ((m * m2 + m) * each + reserved > registers)
        continue;
      Tile tile{m, std::max<int64_t>(1, width)};
      ContractCost cost = estimateContract(target, p, lanes, rows, tile, rows2, m2);
      double score = cost.total() + 0.2 * cost.loads; // ports are never free
      if (best.rows < 0 || score < least) {
        best = {lanes, rows, tile, rows2, m2, cost};
        least = score;
      }
    }
  return best;
}

ContractChoice fillRegisters(TargetAttr target, const ContractProblem &p, ContractChoice choice) {
  constexpr int64_t kMostVectors = 4, kNearlyEqual = 4; // tiles of a second dim, one of them lower
  int64_t lanes = choice.lanes, rows = choice.rows, width = getVectorLanes(target, p.element);
  int64_t panel = llvm::divideCeil(choice.tile.nr, width), vectors = panel,
          present = llvm::divideCeil(p.dims[lanes], width);
  int64_t reserved = (target.getHasFma() ? 2 : 6) + countMasks(target, p.dims[lanes], width);
  auto fits = [&](int64_t mr, int64_t v) {
    return (mr + 1) * v + reserved <= target.getVectorRegisters();
  };
  if (rows >= 0 && choice.rows2 < 0) {
    int64_t mr = choice.tile.mr;
    while (vectors + panel <= std::min(present, kMostVectors) && fits(mr, vectors + panel))
      vectors += panel;
    bool merges = mayMergeRows(p, rows) || (rows + 1 < p.parallel && mayMergeRows(p, rows + 1));
    for (int64_t d = rows - 1; d >= 0 && mr == p.dims[rows] && !merges; --d) {
      if (d == lanes || p.aMap.isFunctionOfDim(rows) != p.aMap.isFunctionOfDim(d) ||
          !mayGiveRows(p, d, lanes) || isWindow(p.aMap, d) || isWindow(p.bMap, d))
        continue;
      int64_t most = 1;
      while (most < p.dims[d] && fits(mr * (most + 1), vectors))
        ++most;
      most = splitRows(p.dims[d], most).big;
      if (most > 1 && (p.dims[d] % most == 0 || p.dims[d] >= kNearlyEqual * most)) {
        choice.rows2 = d;
        choice.mr2 = most;
        break;
      }
    }
  }
  choice.tile.nr = std::max(choice.tile.nr, vectors * width);
  choice.cost = estimateContract(target, p, lanes, rows, choice.tile, choice.rows2, choice.mr2);
  return choice;
}

ContractChoice chooseRows(TargetAttr target, const ContractProblem &p, int64_t lanes, bool filled) {
  ContractChoice best;
  double least = 0;
  auto offer = [&](ContractChoice choice, int64_t dim) {
    if (filled)
      choice = fillRegisters(target, p, choice);
    // Later dims lie closer together.
    double score = choice.cost.total() * (1 + 0.005 * static_cast<double>(p.parallel - 1 - dim));
    if (best.tile.nr == 0 || score < least) {
      best = choice;
      least = score;
    }
  };
  best.tile.nr = 0;
  bool across = p.sumLanes == 16;
  for (int64_t rows = p.parallel - 1; rows >= -1; --rows) {
    if (rows >= 0 && !mayGiveRows(p, rows, lanes))
      continue;
    Tile tile =
        chooseTile(target, p.element, countRows(p, rows, lanes, -1), across ? 1 : p.dims[lanes]);
    if (int64_t block = rows >= 0 ? getBlockOf(p, rows) : 0;
        block > 0 && tile.mr < p.dims[rows]) // stay in a block
      tile.mr = std::min<int64_t>(block, llvm::bit_floor(static_cast<uint64_t>(tile.mr)));
    if (across)
      tile.mr = std::max<int64_t>(
          1, tile.mr / std::max<int64_t>(1, 16 / getVectorLanes(target, p.element)));
    offer({lanes, rows, tile, -1, 1, estimateContract(target, p, lanes, rows, tile)},
          std::max<int64_t>(0, rows));
    for (int64_t rows2 = rows - 1; rows2 >= 0; --rows2)
      if (mayGiveRows(p, rows2, lanes) &&
          p.aMap.isFunctionOfDim(rows) != p.aMap.isFunctionOfDim(rows2) &&
          (across || p.dims[lanes] <= getVectorLanes(target, p.element) ||
           getBlockOf(p, lanes) <= 16))
        if (ContractChoice two = chooseTwoRows(target, p, lanes, rows, rows2); two.rows >= 0)
          offer(two, rows);
  }
  return best;
}

void dropUnits(ContractProblem &p) {
  for (AffineMap *map : {&p.aMap, &p.bMap, &p.outMap}) {
    SmallVector<AffineExpr> values;
    for (auto [d, size] : llvm::enumerate(p.dims))
      values.push_back(size == 1 ? getAffineConstantExpr(0, map->getContext())
                                 : getAffineDimExpr(d, map->getContext()));
    *map = simplifyAffineMap(map->replaceDimsAndSymbols(values, {}, map->getNumDims(), 0));
  }
}

SmallVector<ContractChoice> rankContractChoices(TargetAttr target, const ContractProblem &whole) {
  SmallVector<ContractChoice> choices;
  ContractProblem p = whole;
  dropUnits(p);
  if (p.sumLanes == 16 && p.dims.size() > static_cast<size_t>(p.parallel)) {
    choices.push_back(chooseRows(target, p, -1));
    return choices;
  }
  for (int64_t lanes = p.parallel - 1; lanes >= 0; --lanes)
    choices.push_back(chooseRows(target, p, lanes));
  llvm::sort(choices, [](const ContractChoice &x, const ContractChoice &y) {
    return std::pair(x.cost.total(), -x.lanes) < std::pair(y.cost.total(), -y.lanes);
  });
  if (choices.empty()) {
    ContractChoice none;
    none.cost = estimateContract(target, p, -1, -1, none.tile);
    choices.push_back(none);
  }
  return choices;
}

double estimateTraffic(TargetAttr target, int64_t bytes) {
  // Bytes a core moves a cycle from the level that holds them; below L1 the load ports bound.
  double perCycle = bytes <= target.getL1()   ? 64
                    : bytes <= target.getL2() ? 24
                    : bytes <= target.getL3() ? 8
                                              : 4;
  return static_cast<double>(bytes) / perCycle;
}

static SmallVector<int64_t> shapeOf(Value buffer) {
  return llvm::to_vector(cast<BufferType>(buffer.getType()).getShape());
}

static LayoutAttr layoutOf(Value buffer) { return cast<BufferType>(buffer.getType()).getLayout(); }

ContractProblem getProblem(ContractOp op) {
  ContractProblem p;
  p.dims.assign(op.getDims().begin(), op.getDims().end());
  p.parallel = op.getParallel();
  p.element = op.getEpilogue().front().getArgument(0).getType();
  auto maps = llvm::to_vector(op.getMaps().getAsValueRange<AffineMapAttr>());
  p.aMap = maps[0];
  p.bMap = maps[1];
  unsigned firstOut = 2 + op.getExtras().size();
  p.outMap = maps[firstOut];
  p.padded = op.getPadded();
  p.sumLanes = op.getAlgorithm() ? op.getAlgorithm()->getLanes() : 1;
  p.aShape = shapeOf(op.getA());
  p.bShape = shapeOf(op.getB());
  p.outShape = shapeOf(op.getOuts()[0]);
  p.aLayout = layoutOf(op.getA());
  p.bLayout = layoutOf(op.getB());
  p.outLayout = layoutOf(op.getOuts()[0]);
  p.resultStreams = llvm::count(llvm::drop_begin(maps, 2), p.outMap);
  return p;
}

TargetAttr getTarget(Operation *op) {
  for (Operation *at = op; at; at = at->getParentOp())
    if (auto target = at->getAttrOfType<TargetAttr>("kernel.target"))
      return target;
  return TargetAttr::get(op->getContext(), "cpu:x86-64", "x86_64-unknown-linux-gnu", "x86-64", "",
                         128, 16, 1, 32768, 262144, 4194304, false);
}

} // namespace sinter::kernel
