//===- Contract.cpp - contractions with accumulators in registers --------------------------------------------===//
//
// A tile is `mr` rows by `nr` lanes of sums, each an own chain in k order (D1): vectors carried by the k loops, one
// operand as vectors, the other as broadcast scalars. Rows are cut into tiles of two nearly equal heights; the last
// vector of a lane dim is masked. The epilogue runs on the sums in registers. Threads take tiles of a fixed grid.
// Partial sums add each point to memory in row-major order, one thread a lane tile.
// Not covered (NaiveContract.cpp does it): partial sums without the lanes dim, 16-lane algorithms, small element types as
// accumulators.
// Reading on: Lanes.h, dialects/kernel/Cost.h (who chooses the tile).
//
//===----------------------------------------------------------------------------------------------===//
#include "codegen/cpu/Body.h"
#include "codegen/cpu/Lanes.h"
#include "dialects/kernel/Cost.h"

#include "llvm/ADT/SmallSet.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::codegen;

namespace {
/// One of the two factors: its address is base (tile) + inner (k) + constant steps of rows and lanes.
struct Factor {
  LaneAccess lanes;
  bool usesRows = false;
  bool byParts = false;             ///< address by parts as above; else computed whole
  AffineExpr base, inner;           ///< terms without and with reduced dims
  std::optional<int64_t> rowStride; ///< elements between rows, when constant
  bool packed = false;              ///< reads the packed copy of a row tile
};

/// One tile variant: rows and lanes that are really there.
struct Variant {
  int64_t rows, lanes;
};

class ContractEmitter {
public:
  ContractEmitter(Kernel &k, kernel::ContractOp op, kernel::CpuScheduleAttr schedule);
  void emit();
  /// True when every partial sum has an element of its own for each lane.
  bool maySum();

private:
  bool addsUp(size_t out) { return out < op.getSums().size() && op.getSums()[out]; }
  void orderForSums();
  void emitClear(const Access &out, Value begin, Value end);
  Factor makeFactor(Value buffer, AffineMap map);
  void emitTile(Variant variant);
  SmallVector<Value> emitSums(Variant variant);
  void emitPrefetch(Variant variant, const Factor &factor, Value place);
  void prefetchExtras(Variant variant);
  std::optional<Factor> preparePacking(int64_t laneTiles, int64_t bigRows);
  void emitPacking(const Factor &factor, int64_t rows);
  void emitEpilogue(Variant variant, ArrayRef<Value> sums);
  SmallVector<Value> at(int64_t row, int64_t vector);
  int64_t vectors(Variant variant) const { return llvm::divideCeil(variant.lanes, width); }
  int64_t valid(Variant variant, int64_t v) const { return std::min(width, variant.lanes - v * width); }

  Kernel &k;
  kernel::ContractOp op;
  int64_t lanesDim, rowsDim, mr, nr, width;
  Type element; ///< of the accumulator
  SmallVector<int64_t> order, reduced;
  Factor factors[2];
  SmallVector<LaneAccess> extras, outs;
  SmallVector<Value> point; ///< first point of the tile
};
} // namespace

/// Steps of the innermost k loop written out: halves the loop overhead; more makes LLVM spill.
static constexpr int64_t kStep = 2;

/// Smallest power of two of at least `value`.
static int64_t roundUpToPower(int64_t value) { return static_cast<int64_t>(llvm::PowerOf2Ceil(value)); }

ContractEmitter::ContractEmitter(Kernel &k, kernel::ContractOp op, kernel::CpuScheduleAttr schedule)
    : k(k), op(op), lanesDim(schedule.getLanes()), rowsDim(schedule.getRows()), mr(schedule.getMr()),
      element(op.getEpilogue().front().getArgument(0).getType()) {
  int64_t hardware = kernel::getVectorLanes(k.target, element);
  width = std::min(hardware, roundUpToPower(std::max<int64_t>(1, schedule.getNr())));
  nr = std::max<int64_t>(1, llvm::divideCeil(schedule.getNr(), width)) * width;
  mr = std::max<int64_t>(1, mr);
  for (int64_t d : schedule.getOrder())
    order.push_back(d);
  for (int64_t d = op.getParallel(); d-- > 0;) // dims the schedule does not name go outermost
    if (!llvm::is_contained(order, d))
      order.insert(order.begin(), d);
  for (int64_t d = op.getParallel(); d < static_cast<int64_t>(k.dims.size()); ++d)
    reduced.push_back(d);
  if (llvm::is_contained(op.getSums(), true))
    orderForSums();
  auto maps = llvm::to_vector(op.getMaps().getAsValueRange<AffineMapAttr>());
  factors[0] = makeFactor(op.getA(), maps[0]);
  factors[1] = makeFactor(op.getB(), maps[1]);
  for (auto [i, extra] : llvm::enumerate(op.getExtras()))
    extras.push_back(makeLaneAccess(k, k.access(extra, maps[2 + i], false), lanesDim, width));
  for (auto [i, out] : llvm::enumerate(op.getOuts()))
    outs.push_back(makeLaneAccess(k, k.access(out, maps[2 + extras.size() + i], false), lanesDim, width));
  point.assign(k.dims.size(), k.index(0));
}

/// Points reach a partial sum in row-major order when all dims but the lanes stand in their own order, rows last; threads
/// then take whole lane tiles.
void ContractEmitter::orderForSums() {
  llvm::sort(order, [&](int64_t x, int64_t y) {
    return std::pair(x != lanesDim, x) < std::pair(y != lanesDim, y); // lanes first
  });
  if (rowsDim >= 0 && order.back() != rowsDim)
    rowsDim = -1;
  if (rowsDim < 0)
    mr = 1;
}

bool ContractEmitter::maySum() {
  for (auto [i, out] : llvm::enumerate(outs)) {
    auto ofLanes = [&](AffineExpr expr) { return lanesDim >= 0 && expr.isFunctionOfDim(lanesDim); };
    auto indices = out.access.logical.getResults();
    if (addsUp(i) && (llvm::count_if(indices, ofLanes) != 1 ||
                      !llvm::is_contained(indices, getAffineDimExpr(lanesDim, op.getContext()))))
      return false;
  }
  return true;
}

/// Sets a partial sum's lanes [begin, end) to zero, for all its other indices.
void ContractEmitter::emitClear(const Access &out, Value begin, Value end) {
  ArrayRef<int64_t> shape = out.type.getShape();
  Kernel over(k.b, k.loc, k.target, shape); // the domain is the buffer
  AffineMap identity = AffineMap::getMultiDimIdentityMap(shape.size(), op.getContext());
  Access own{out.memory, out.type, identity, out.type.getLinearMap().getResult(0), false};
  int64_t dim = -1;
  SmallVector<int64_t> others;
  for (auto [d, expr] : llvm::enumerate(out.logical.getResults())) {
    if (expr == getAffineDimExpr(lanesDim, op.getContext()))
      dim = static_cast<int64_t>(d);
    else
      others.push_back(static_cast<int64_t>(d));
  }
  SmallVector<Value> at(shape.size(), k.index(0));
  over.nest(others, at, {}, [&](ValueRange) {
    k.loop(begin, end, k.index(1), {}, [&](Value lane, ValueRange) {
      at[dim] = lane;
      over.store(own, at, k.zero(out.type.getElementType()));
      return SmallVector<Value>();
    });
    return SmallVector<Value>();
  });
}

Factor ContractEmitter::makeFactor(Value buffer, AffineMap map) {
  Factor factor;
  factor.lanes = makeLaneAccess(k, k.access(buffer, map, op.getPadded()), lanesDim, width);
  const Access &access = factor.lanes.access;
  factor.usesRows = rowsDim >= 0 && map.isFunctionOfDim(rowsDim);
  factor.byParts = !access.padded && factor.lanes.kind != LaneKind::Scattered;
  factor.base = factor.inner = getAffineConstantExpr(0, op.getContext());
  for (AffineExpr term : getTerms(access.place)) {
    bool moves = llvm::any_of(reduced, [&](int64_t d) { return term.isFunctionOfDim(d); });
    (moves ? factor.inner : factor.base) = (moves ? factor.inner : factor.base) + term;
    if (moves && ((lanesDim >= 0 && term.isFunctionOfDim(lanesDim)) || (rowsDim >= 0 && term.isFunctionOfDim(rowsDim))))
      factor.byParts = false;
  }
  if (factor.usesRows)
    factor.rowStride = getStride(factor.base, rowsDim, std::max<int64_t>(k.dims[rowsDim], 1), k.dims);
  return factor;
}

/// The point `row` rows and `vector` vectors into the tile.
SmallVector<Value> ContractEmitter::at(int64_t row, int64_t vector) {
  SmallVector<Value> result = point;
  if (rowsDim >= 0)
    result[rowsDim] = k.add(point[rowsDim], k.index(row));
  if (lanesDim >= 0)
    result[lanesDim] = k.add(point[lanesDim], k.index(vector * width));
  return result;
}

/// Asks for the lines that a factor will read kAhead k steps later, when every k step begins new ones: strides of more
/// than 2 KiB are beyond the hardware's prefetchers, and even unit streams gain (measured: 5 % packed, 16 % strided).
void ContractEmitter::emitPrefetch(Variant variant, const Factor &factor, Value place) {
  constexpr int64_t kAhead = 8, kLine = 64;
  if (factor.packed)
    return;
  int64_t size = reduced.empty() ? 0 : k.dims[reduced.back()];
  int64_t bytes = factor.lanes.access.type.getElementBytes();
  std::optional<int64_t> stride =
      size > 2 * kAhead ? getStride(factor.inner, reduced.back(), size, k.dims) : std::nullopt;
  if (!stride || *stride * bytes < kLine)
    return;
  bool vector = factor.lanes.kind == LaneKind::Contiguous;
  if (!vector && !(factor.usesRows && factor.rowStride == 1))
    return;
  int64_t last = (vector ? variant.lanes : variant.rows) - 1;
  SmallVector<int64_t> offsets;
  for (int64_t offset = 0; offset < last; offset += kLine / bytes)
    offsets.push_back(offset);
  if (!vector || offsets.empty()) // rows need not begin at a line
    offsets.push_back(last);
  for (int64_t offset : offsets)
    memref::PrefetchOp::create(k.b, k.loc, factor.lanes.access.memory,
                               ValueRange{k.add(place, k.index(offset + kAhead * *stride))}, /*isWrite=*/false,
                               /*localityHint=*/3, /*isDataCache=*/true);
}

SmallVector<Value> ContractEmitter::emitSums(Variant variant) {
  int64_t nv = vectors(variant);
  // What each load needs that the k loops do not change.
  llvm::DenseMap<std::pair<int64_t, int64_t>, Value> bases[2];
  for (int f : {0, 1}) {
    Factor &factor = factors[f];
    if (!factor.byParts)
      continue;
    for (int64_t v = 0; v < (factor.lanes.kind == LaneKind::Uniform ? 1 : nv); ++v)
      for (int64_t r = 0; r < (factor.usesRows && !factor.rowStride ? variant.rows : 1); ++r)
        bases[f][{r, v}] = k.apply(factor.base, at(r, v));
  }
  auto step = [&](ValueRange carried) {
    SmallVector<Value> sums(carried);
    Value inner[2];
    llvm::DenseMap<std::pair<int64_t, int64_t>, Value> loaded[2];
    for (int f : {0, 1})
      inner[f] = factors[f].byParts ? k.apply(factors[f].inner, point) : Value();
    for (int f : {0, 1})
      if (inner[f])
        emitPrefetch(variant, factors[f], k.add(bases[f].lookup({0, 0}), inner[f]));
    auto get = [&](int f, int64_t r, int64_t v) -> Value {
      Factor &factor = factors[f];
      r = factor.usesRows ? r : 0;
      v = factor.lanes.kind == LaneKind::Uniform ? 0 : v;
      Value &value = loaded[f][{r, v}];
      if (value)
        return value;
      Value place;
      if (factor.byParts) {
        bool steps = factor.usesRows && factor.rowStride;
        place = k.add(k.add(bases[f].lookup({steps ? 0 : r, v}), inner[f]), k.index(steps ? r * *factor.rowStride : 0));
      }
      value = loadLanes(k, factor.lanes, at(r, v), valid(variant, v), place);
      return value = splat(k, k.widen(value, element), width);
    };
    for (int64_t r = 0; r < variant.rows; ++r)
      for (int64_t v = 0; v < nv; ++v)
        sums[r * nv + v] = k.multiplyAdd(get(0, r, v), get(1, r, v), sums[r * nv + v]);
    return sums;
  };
  SmallVector<Value> start(variant.rows * nv, k.zero(VectorType::get({width}, element)));
  SmallVector<Value> sums = k.nest(ArrayRef(reduced).drop_back(reduced.empty() ? 0 : 1), point, start, [&](ValueRange carried) {
    if (reduced.empty())
      return step(carried);
    // The innermost k loop makes kStep steps at a time, in order.
    int64_t inner = reduced.back(), size = k.dims[inner], whole = size / kStep * kStep;
    SmallVector<Value> sums(carried);
    if (whole > 0)
      sums = k.loop(k.index(0), k.index(whole), k.index(kStep), sums, [&](Value i, ValueRange acc) {
        SmallVector<Value> sums(acc);
        for (int64_t u = 0; u < kStep; ++u) {
          point[inner] = k.add(i, k.index(u));
          sums = step(sums);
        }
        return sums;
      });
    for (int64_t i = whole; i < size; ++i) {
      point[inner] = k.index(i);
      sums = step(sums);
    }
    return sums;
  });
  for (int64_t d : reduced)
    point[d] = k.index(0);
  return sums;
}

void ContractEmitter::emitEpilogue(Variant variant, ArrayRef<Value> sums) {
  Block &epilogue = op.getEpilogue().front();
  int64_t nv = vectors(variant);
  for (int64_t r = 0; r < variant.rows; ++r)
    for (int64_t v = 0; v < nv; ++v) {
      SmallVector<Value> here = at(r, v);
      BodyEmitter body(k, here, width, lanesDim);
      body.set(epilogue.getArgument(0), sums[r * nv + v]);
      body.argument = [&](BlockArgument argument) {
        return loadLanes(k, extras[argument.getArgNumber() - 1], here, valid(variant, v));
      };
      SmallVector<Value> values;
      for (Value yielded : epilogue.back().getOperands())
        values.push_back(body.get(yielded));
      for (auto [i, value] : llvm::enumerate(values)) {
        if (addsUp(i)) {
          Value old = loadLanes(k, outs[i], here, valid(variant, v));
          value = isa<FloatType>(getElementTypeOrSelf(old.getType()))
                      ? arith::AddFOp::create(k.b, k.loc, old, value).getResult()
                      : arith::AddIOp::create(k.b, k.loc, old, value).getResult();
        }
        storeLanes(k, outs[i], here, value, valid(variant, v));
      }
    }
}

/// Tile-sized operands of the epilogue (a weight that is updated) come from beyond L1: asked for before the sums start.
void ContractEmitter::prefetchExtras(Variant variant) {
  for (const LaneAccess &extra : extras) {
    if (extra.kind != LaneKind::Contiguous || extra.access.padded)
      continue;
    bool usesRows = rowsDim >= 0 && extra.access.place.isFunctionOfDim(rowsDim);
    for (int64_t r = 0; r < (usesRows ? variant.rows : 1); ++r)
      for (int64_t v = 0; v < vectors(variant); ++v)
        memref::PrefetchOp::create(k.b, k.loc, extra.access.memory, ValueRange{k.apply(extra.access.place, at(r, v))},
                                   /*isWrite=*/false, /*localityHint=*/3, /*isDataCache=*/true);
  }
}

void ContractEmitter::emitTile(Variant variant) {
  prefetchExtras(variant);
  emitEpilogue(variant, emitSums(variant));
}

/// When the broadcast factor's rows lie side by side and its k steps lines apart, and one row tile meets many lane tiles in
/// turn, the tile is copied once into [k][rows] on the stack: packed reads stay in L1. Returns the factor to copy from;
/// the sums then read the copy.
std::optional<Factor> ContractEmitter::preparePacking(int64_t laneTiles, int64_t bigRows) {
  constexpr int64_t kLine = 64, kMostBytes = 32 << 10, kFewestUses = 3;
  if (laneTiles < kFewestUses || order.empty() || order.back() != lanesDim || reduced.empty())
    return std::nullopt;
  for (Factor &factor : factors) {
    const Access &access = factor.lanes.access;
    if (!factor.byParts || !factor.usesRows || factor.rowStride != 1 || factor.lanes.kind != LaneKind::Uniform ||
        access.type.getElementType() != element)
      continue;
    int64_t bytes = access.type.getElementBytes(), steps = 1, stride = llvm::alignTo(bigRows, width);
    for (int64_t d : reduced)
      steps *= k.dims[d];
    std::optional<int64_t> step = getStride(factor.inner, reduced.back(), k.dims[reduced.back()], k.dims);
    if (!step || *step * bytes < kLine || steps * stride * bytes > kMostBytes || steps == 0)
      continue;
    Factor source = factor;
    factor.packed = true;
    factor.lanes.access.memory = memref::AllocaOp::create(k.b, k.loc, MemRefType::get({steps * stride}, element),
                                                          k.b.getI64IntegerAttr(kLine));
    factor.base = factor.inner = getAffineConstantExpr(0, op.getContext());
    for (int64_t d : reduced)
      factor.inner = factor.inner * k.dims[d] + getAffineDimExpr(d, op.getContext());
    factor.inner = factor.inner * stride;
    return source;
  }
  return std::nullopt;
}

/// Copies `rows` rows of `source` at the current tile.
void ContractEmitter::emitPacking(const Factor &source, int64_t rows) {
  const Factor &copy = source.usesRows && factors[0].packed ? factors[0] : factors[1];
  LaneAccess from = source.lanes;
  from.kind = LaneKind::Contiguous;
  from.dim = rowsDim;
  from.lanes = width;
  Value base = k.apply(source.base, point);
  k.nest(reduced, point, {}, [&](ValueRange) {
    Value place = k.add(base, k.apply(source.inner, point)), to = k.apply(copy.inner, point);
    for (int64_t r = 0; r < rows; r += width) {
      Value value = loadLanes(k, from, point, std::min(width, rows - r), k.add(place, k.index(r)));
      vector::StoreOp::create(k.b, k.loc, value, copy.lanes.access.memory, k.add(to, k.index(r)));
    }
    return SmallVector<Value>();
  });
  for (int64_t d : reduced)
    point[d] = k.index(0);
}

void ContractEmitter::emit() {
  int64_t laneCount = lanesDim >= 0 ? k.dims[lanesDim] : 1, rowCount = rowsDim >= 0 ? k.dims[rowsDim] : 1;
  kernel::RowSplit rows = kernel::splitRows(rowCount, mr);
  int64_t laneTiles = llvm::divideCeil(laneCount, nr), lastLanes = laneCount - (laneTiles - 1) * nr;
  auto sizeOf = [&](int64_t d) { return d == lanesDim ? laneTiles : d == rowsDim ? rows.tiles : k.dims[d]; };
  int64_t tiles = 1;
  for (int64_t d : order)
    tiles *= sizeOf(d);
  if (tiles == 0)
    return;
  std::optional<Factor> source = preparePacking(laneTiles, rows.big);
  bool sums = llvm::is_contained(op.getSums(), true);
  auto [begin, end] = k.part(sums ? laneTiles : tiles);
  if (sums) { // lane tiles are outermost
    Value last = arith::MinUIOp::create(k.b, k.loc, k.mul(end, nr), k.index(laneCount));
    for (auto [i, out] : llvm::enumerate(outs))
      if (addsUp(i))
        emitClear(out.access, k.mul(begin, nr), last);
    begin = k.mul(begin, tiles / laneTiles);
    end = k.mul(end, tiles / laneTiles);
  }
  SmallVector<Value> start;
  if (source)
    start.push_back(k.index(-1)); // the row tile that is packed: none
  k.loop(begin, end, k.index(1), start, [&](Value tile, ValueRange carried) {
    Value rest = tile, rowTile, laneTile;
    for (size_t i = order.size(); i-- > 0;) {
      int64_t size = sizeOf(order[i]);
      Value mine = size == 1 ? k.index(0)
                   : i == 0  ? rest
                             : arith::RemUIOp::create(k.b, k.loc, rest, k.index(size)).getResult();
      if (i > 0 && size != 1)
        rest = arith::DivUIOp::create(k.b, k.loc, rest, k.index(size));
      (order[i] == lanesDim ? laneTile : order[i] == rowsDim ? rowTile : point[order[i]]) = mine;
    }
    if (lanesDim >= 0)
      point[lanesDim] = k.mul(laneTile, nr);
    bool twoHeights = rowsDim >= 0 && rows.bigTiles < rows.tiles;
    if (rowsDim >= 0) {
      point[rowsDim] = k.mul(rowTile, rows.big);
      if (twoHeights) { // tiles from bigTiles on are one row lower
        Value over = arith::SubIOp::create(k.b, k.loc, rowTile, k.index(rows.bigTiles));
        over = arith::MaxSIOp::create(k.b, k.loc, over, k.index(0));
        point[rowsDim] = arith::SubIOp::create(k.b, k.loc, point[rowsDim], over);
      }
    }
    auto branch = [&](bool two, Value index, int64_t bound, const std::function<void(bool)> &emitSide) {
      if (!two) {
        emitSide(true);
        return;
      }
      Value first = arith::CmpIOp::create(k.b, k.loc, arith::CmpIPredicate::ult, index, k.index(bound));
      auto choice = scf::IfOp::create(k.b, k.loc, first, /*withElseRegion=*/true);
      OpBuilder::InsertionGuard guard(k.b);
      k.b.setInsertionPoint(choice.thenBlock()->getTerminator());
      emitSide(true);
      k.b.setInsertionPoint(choice.elseBlock()->getTerminator());
      emitSide(false);
    };
    SmallVector<Value> packed;
    if (source) { // lane tiles are innermost: all tiles of one quotient share their rows
      packed.push_back(arith::DivUIOp::create(k.b, k.loc, tile, k.index(laneTiles)));
      Value other = arith::CmpIOp::create(k.b, k.loc, arith::CmpIPredicate::ne, packed[0], carried[0]);
      auto renew = scf::IfOp::create(k.b, k.loc, other);
      OpBuilder::InsertionGuard guard(k.b);
      k.b.setInsertionPoint(renew.thenBlock()->getTerminator());
      branch(twoHeights, rowTile, rows.bigTiles, [&](bool big) { emitPacking(*source, big ? rows.big : rows.big - 1); });
    }
    bool twoWidths = laneTiles > 1 && lastLanes != nr;
    branch(twoWidths, laneTile, laneTiles - 1, [&](bool full) {
      int64_t lanes = full && (laneTiles > 1) ? nr : lastLanes;
      branch(twoHeights, rowTile, rows.bigTiles,
             [&](bool big) { emitTile({big ? rows.big : rows.big - 1, lanes}); });
    });
    return packed;
  });
}

/// True for schedules that name dims this op has.
static bool fits(kernel::ContractOp op, kernel::CpuScheduleAttr schedule) {
  int64_t parallel = op.getParallel(), lanes = schedule.getLanes(), rows = schedule.getRows();
  llvm::SmallSet<int64_t, 8> seen;
  for (int64_t d : schedule.getOrder())
    if (d < 0 || d >= parallel || !seen.insert(d).second)
      return false;
  return lanes >= 0 && lanes < parallel && rows < parallel && rows != lanes && schedule.getMr() > 0 &&
         schedule.getNr() > 0;
}

bool codegen::emitContract(Kernel &k, kernel::ContractOp op) {
  Type element = op.getEpilogue().front().getArgument(0).getType();
  if (!element.isF32() && !element.isF64() && !element.isInteger(32) && !element.isInteger(64))
    return false;
  if (op.getAlgorithm() && op.getAlgorithm()->getLanes() != 1)
    return false;
  kernel::CpuScheduleAttr schedule = op.getScheduleAttr();
  if (!schedule)
    schedule = kernel::chooseSchedule(k.target, op);
  if (!fits(op, schedule))
    return false;
  ContractEmitter emitter(k, op, schedule);
  if (llvm::is_contained(op.getSums(), true) && (llvm::is_contained(k.dims, 0) || !emitter.maySum()))
    return false;
  emitter.emit();
  return true;
}
