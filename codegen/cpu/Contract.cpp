//===- Contract.cpp - the tile grid of a contraction ------------------------------------------===//
//
// Threads take tiles of a fixed grid: the leading dims of the order are shared, the others are
// loops inside. Each class of row tiles, and the last lane tile, has code of its own. What gives no
// plan is not covered, and NaiveContract.cpp does it. Reading on: dialects/kernel/contract/Plan.h,
// ContractEmitter.h, dialects/kernel/contract/Cost.h (who chooses the tile).
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/cpu/ContractEmitter.h"
#include "dialects/kernel/CpuTarget.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::codegen;

ContractEmitter::ContractEmitter(EmitContext &k, kernel::ContractOp op, const ContractPlan &plan)
    : k(k), op(op), p(plan) {
  if (p.nothing)
    return;
  SmallVector<Value> buffers{op.getA(), op.getB()};
  llvm::append_range(buffers, op.getExtras());
  llvm::append_range(buffers, op.getOuts());
  auto accessOf = [&](size_t number) {
    auto map = cast<AffineMapAttr>(op.getMaps()[number]).getValue();
    Access access = k.access(buffers[number], map, false);
    access.address = p.addresses[number];
    return makeLaneAccess(k, access, p.lanesDim, p.width);
  };
  for (int f : {0, 1}) {
    static_cast<kernel::ContractFactor &>(factors[f]) = p.factors[f];
    factors[f].lanes = accessOf(p.factorNumbers[f]);
  }
  for (size_t i = 0; i < op.getExtras().size(); ++i)
    extras.push_back(accessOf(2 + i));
  for (size_t i = 0; i < op.getOuts().size(); ++i)
    outs.push_back(accessOf(2 + extras.size() + i));
  point.assign(p.dims.size(), k.index(0));
  tileIndex.assign(p.dims.size(), k.index(0));
  for (auto [d, value] : p.fixed)
    point[d] = k.index(value);
}

/// First point of the tile along `dim`.
void ContractEmitter::bindDim(int64_t dim) {
  Value index = tileIndex[dim];
  if (dim == p.lanesDim) {
    point[dim] = k.mul(index, p.nr);
    return;
  }
  point[dim] = index;
  for (const RowDim &row : p.rows) {
    if (row.dim != dim)
      continue;
    point[dim] = k.mul(index, row.split.big);
    if (row.balanced &&
        row.split.bigTiles < row.split.tiles) { // tiles from bigTiles on are one row lower
      Value over = arith::SubIOp::create(k.b, k.loc, index, k.index(row.split.bigTiles));
      over = arith::MaxSIOp::create(k.b, k.loc, over, k.index(0));
      point[dim] = arith::SubIOp::create(k.b, k.loc, point[dim], over);
    }
  }
}

/// Indices of the dims `over` of tile number `tile`, row-major.
void ContractEmitter::decode(Value tile, ArrayRef<int64_t> over) {
  SmallVector<int64_t> sizes;
  for (int64_t d : over)
    sizes.push_back(p.tilesOf(d));
  for (auto [d, index] : llvm::zip_equal(over, k.decode(tile, sizes))) {
    tileIndex[d] = index;
    bindDim(d);
  }
}

void ContractEmitter::overRest(ArrayRef<int64_t> rest, const std::function<void()> &body) {
  if (rest.empty()) {
    body();
    return;
  }
  k.forEach(0, p.tilesOf(rest.front()), [&](Value i) {
    tileIndex[rest.front()] = i;
    bindDim(rest.front());
    overRest(rest.drop_front(), body);
  });
}

/// `body` for the variant that the current tile is.
void ContractEmitter::overVariants(const std::function<void(const Tile &)> &body) {
  Tile tile;
  std::function<void(size_t, size_t)> overRows = [&](size_t i, size_t from) {
    if (i == p.rows.size()) {
      body(tile);
      return;
    }
    const RowDim &row = p.rows[i];
    if (from + 1 == row.classes.size()) {
      tile.classes.push_back(&row.classes[from]);
      overRows(i + 1, 0);
      tile.classes.pop_back();
      return;
    }
    k.branch(tileIndex[row.dim], row.classes[from + 1].first, row.split.tiles, [&](bool first) {
      if (!first) {
        overRows(i, from + 1);
        return;
      }
      tile.classes.push_back(&row.classes[from]);
      overRows(i + 1, 0);
      tile.classes.pop_back();
    });
  };
  int64_t last = p.laneCount - (p.laneTiles - 1) * p.nr;
  int64_t full = last == p.nr ? p.laneTiles : p.laneTiles - 1;
  k.branch(p.acrossLanes ? k.index(0) : tileIndex[p.lanesDim], full, p.laneTiles, [&](bool isFull) {
    tile.lanes = isFull ? p.nr : last;
    overRows(0, 0);
  });
}

void ContractEmitter::emitTile(const Tile &tile) {
  prefetchExtras(tile);
  emitEpilogue(tile, emitSums(tile, SmallVector<Value>(tile.rows() * vectors(tile), zeroSum())));
}

/// Sets the partial sums of the tiles [begin, end) of the owned dims to zero.
void ContractEmitter::clearSums(Value begin, Value end, ArrayRef<int64_t> over) {
  MLIRContext *context = op.getContext();
  for (auto [number, out] : llvm::enumerate(outs)) {
    if (!sumsUp(number))
      continue;
    const Access &access = out.access;
    ArrayRef<int64_t> shape = access.type.getShape();
    k.forEach(begin, end, 1, [&](Value tile) {
      decode(tile, over);
      EmitContext inner(k.b, k.loc, k.target, shape); // the domain is the buffer
      AffineMap identity = AffineMap::getMultiDimIdentityMap(shape.size(), context);
      Access own{access.memory, access.type, identity, access.type.getLinearMap().getResult(0),
                 false};
      SmallVector<Value> at(shape.size(), k.index(0));
      std::function<void(size_t)> clear = [&](size_t i) {
        if (i == shape.size()) {
          inner.store(own, at, k.zero(access.type.getElementType()));
          return;
        }
        Value low = k.index(0), high = k.index(shape[i]);
        for (int64_t d : over) {
          if (access.logical.getResult(i) != getAffineDimExpr(d, context))
            continue;
          Value saved = tileIndex[d];
          low = point[d];
          tileIndex[d] = k.add(saved, k.index(1)); // where the next tile begins
          bindDim(d);
          high = arith::MinUIOp::create(k.b, k.loc, point[d], k.index(p.dims[d]));
          tileIndex[d] = saved;
          bindDim(d);
        }
        k.forEach(low, high, 1, [&](Value j) {
          at[i] = j;
          clear(i + 1);
        });
      };
      clear(0);
    });
  }
}

/// When the broadcast factor's rows lie side by side and its k steps lines apart, and one row tile
/// meets many lane tiles in turn, the tile is copied once into [k][rows] on the stack: packed reads
/// stay in L1. Returns the factor to copy from; the sums then read the copy.
std::optional<Factor> ContractEmitter::preparePacking() {
  constexpr int64_t kLine = 64, kMostBytes = 32 << 10, kFewestUses = 3;
  if (p.acrossLanes || p.rows.size() != 1 || p.laneTiles < kFewestUses ||
      p.order.back() != p.lanesDim || p.reduced.empty() || !p.bounds.empty() || !p.splits.empty() ||
      p.chunkLevel >= 0 || p.sums)
    return std::nullopt;
  const RowDim &row = p.rows.front();
  for (Factor &factor : factors) {
    const Access &access = factor.lanes.access;
    int64_t bytes = access.type.getElementBytes(), steps = 1,
            stride = llvm::alignTo(row.split.big, p.width);
    bool sideBySide =
        factor.lanes.kind == LaneKind::Uniform && access.type.getElementType() == p.element;
    for (const RowClass &one : row.classes) {
      sideBySide &= one.taps.empty();
      for (int64_t s = 0; s < one.height; ++s)
        sideBySide &= kernel::getDelta(factor.base, row.dim, one.begins(), s, p.dims.size()) == s;
    }
    for (int64_t d : p.reduced)
      steps *= p.dims[d];
    if (!sideBySide || row.split.big == 1 || factor.step[p.reduced.back()] * bytes < kLine ||
        steps * stride * bytes > kMostBytes)
      continue;
    Factor source = factor;
    factor.packed = true;
    factor.lanes.access.memory = memref::AllocaOp::create(
        k.b, k.loc, MemRefType::get({steps * stride}, p.element), k.b.getI64IntegerAttr(kLine));
    for (int64_t d : llvm::reverse(p.reduced)) {
      factor.step[d] = stride;
      stride *= p.dims[d];
    }
    return source;
  }
  return std::nullopt;
}

/// Copies `rows` rows of `source` at the current tile.
void ContractEmitter::emitPacking(const Factor &source, int64_t rows) {
  const Factor &copy = factors[0].packed ? factors[0] : factors[1];
  LaneAccess from = source.lanes;
  from.kind = LaneKind::Contiguous;
  from.dim = p.rows.front().dim;
  from.lanes = p.width;
  Value base = k.apply(source.base, point);
  std::function<void(size_t, Value, Value)> walk = [&](size_t level, Value address, Value to) {
    if (level < p.reduced.size()) {
      int64_t d = p.reduced[level];
      k.forEach(0, p.dims[d], [&](Value i) {
        walk(level + 1, k.add(address, k.mul(i, source.step[d])),
             k.add(to, k.mul(i, copy.step[d])));
      });
      return;
    }
    for (int64_t r = 0; r < rows; r += p.width) {
      Value value =
          loadLanes(k, from, point, std::min(p.width, rows - r), k.add(address, k.index(r)));
      vector::StoreOp::create(k.b, k.loc, value, copy.lanes.access.memory, k.add(to, k.index(r)));
    }
  };
  walk(0, base, k.index(0));
}

int64_t ContractEmitter::mostRows() const {
  int64_t most = 1;
  for (const RowDim &row : p.rows)
    most *= row.split.big;
  return most;
}

int64_t ContractEmitter::countTiles(ArrayRef<int64_t> over) const {
  int64_t tiles = 1;
  for (int64_t d : over)
    tiles *= p.tilesOf(d);
  return tiles;
}

/// True when threads share all dims but the lanes, which are the outermost loop: each then reads
/// its own part of what the rows read and write, which neighbouring kernels give to the same
/// thread, and all of the other factor. Where that factor is the larger one, threads share the
/// lanes.
bool ContractEmitter::sharesRows() const {
  constexpr int64_t kFewestPieces = 32; // even shares for a few threads
  if (p.acrossLanes || p.sums || p.owned != p.order.size() || p.order.front() != p.lanesDim ||
      p.laneTiles == 1)
    return false;
  int64_t own = 0, all = 0;
  for (const Factor &factor : factors)
    (factor.lanes.kind == LaneKind::Uniform ? own : all) += factor.lanes.access.type.getBytes();
  for (const LaneAccess &out : outs)
    own += out.access.type.getBytes();
  return countTiles(ArrayRef(p.order).drop_front()) >= kFewestPieces && own >= all;
}

void ContractEmitter::emit() {
  if (p.nothing)
    return;
  if (p.chunkLevel >= 0 && p.group > 0) {
    emitGroups();
    return;
  }
  if (sharesRows()) {
    ArrayRef<int64_t> lanes = ArrayRef(p.order).take_front(), rows = ArrayRef(p.order).drop_front();
    auto [begin, end] = k.part(countTiles(rows));
    overRest(lanes, [&, begin = begin, end = end] {
      k.forEach(begin, end, 1, [&](Value tile) {
        decode(tile, rows);
        overVariants([&](const Tile &variant) { emitTile(variant); });
      });
    });
    return;
  }
  // Enough pieces for any number of threads, then loops inside.
  constexpr int64_t kPieces = 256;
  std::optional<Factor> source = preparePacking();
  size_t shared = 0;
  int64_t pieces = 1;
  for (; shared < p.owned && (source || p.sums || pieces < kPieces); ++shared)
    pieces *= p.tilesOf(p.order[shared]);
  ArrayRef<int64_t> outer = ArrayRef(p.order).take_front(shared),
                    rest = ArrayRef(p.order).drop_front(shared);
  auto [begin, end] = k.part(pieces);
  if (p.sums)
    clearSums(begin, end, outer);
  SmallVector<Value> start;
  if (source)
    start.push_back(k.index(-1)); // the row tile that is packed: none
  k.loop(begin, end, k.index(1), start, [&](Value tile, ValueRange carried) {
    decode(tile, outer);
    SmallVector<Value> packed;
    if (source) { // lane tiles are innermost: all tiles of one quotient share their rows
      const RowDim &row = p.rows.front();
      packed.push_back(arith::DivUIOp::create(k.b, k.loc, tile, k.index(p.laneTiles)));
      Value other =
          arith::CmpIOp::create(k.b, k.loc, arith::CmpIPredicate::ne, packed[0], carried[0]);
      int64_t low = row.classes.back().height;
      int64_t firstLow = row.classes.size() == 1 ? row.split.tiles : row.classes.back().first;
      k.where(other, [&] {
        k.branch(tileIndex[row.dim], firstLow, row.split.tiles,
                 [&](bool high) { emitPacking(*source, high ? row.split.big : low); });
      });
    }
    overRest(rest, [&] { overVariants([&](const Tile &variant) { emitTile(variant); }); });
    return packed;
  });
}

/// Room on the stack for the accumulators of as many tiles as the last dims of the order have.
ContractEmitter::Group ContractEmitter::makeGroup() {
  constexpr int64_t kMostBytes = 128 << 10;
  Group group;
  int64_t bytes = kernel::getElementBytes(p.element);
  group.stride = mostRows() * llvm::divideCeil(p.nr, p.width) * p.width;
  for (size_t i = p.order.size(); i-- > p.order.size() - p.group;) {
    int64_t tiles = p.tilesOf(p.order[i]), larger = group.size * tiles;
    if (int64_t parts = llvm::divideCeil(larger * group.stride * bytes, kMostBytes); parts > 1) {
      if (group.size == 1) // one dim alone is too many: even parts of it
        group.size = llvm::divideCeil(tiles, parts);
      break;
    }
    group.size = larger;
  }
  group.memory =
      memref::AllocaOp::create(k.b, k.loc, MemRefType::get({group.size * group.stride}, p.element),
                               k.b.getI64IntegerAttr(64));
  return group;
}

/// Where the accumulators of tile number `tile` wait.
Value ContractEmitter::slotOf(const Group &group, Value tile) {
  return k.mul(arith::SubIOp::create(k.b, k.loc, tile, group.base), group.stride);
}

SmallVector<Value> ContractEmitter::loadSums(const Group &group, const Tile &tile, Value from) {
  SmallVector<Value> sums;
  for (int64_t i = 0; i < tile.rows() * vectors(tile); ++i)
    sums.push_back(vector::LoadOp::create(k.b, k.loc, VectorType::get({p.width}, p.element),
                                          group.memory, k.add(from, k.index(i * p.width))));
  return sums;
}

/// `body` for every tile of the group that is this thread's, with the place of its accumulators.
void ContractEmitter::overTiles(const Group &group,
                                const std::function<void(const Tile &, Value)> &body) {
  k.forEach(group.low, group.high, 1, [&](Value tile) {
    decode(tile, p.order);
    Value from = slotOf(group, tile);
    overVariants([&](const Tile &variant) { body(variant, from); });
  });
}

/// The k loops from `level` on that run outside of the group's tiles.
void ContractEmitter::overChunks(const Group &group, int64_t level) {
  if (level > p.chunkLevel) {
    overTiles(group, [&](const Tile &variant, Value from) {
      SmallVector<Value> sums = emitSums(variant, loadSums(group, variant, from));
      for (auto [i, sum] : llvm::enumerate(sums))
        vector::StoreOp::create(k.b, k.loc, sum, group.memory, k.add(from, k.index(i * p.width)));
    });
    return;
  }
  int64_t d = p.reduced[level], block = level == p.chunkLevel ? p.chunkBlock : 1;
  k.forEach(k.index(0), k.index(p.dims[d]), block, [&](Value i) {
    Value stop = k.add(i, k.index(block));
    if (p.dims[d] % block)
      stop = arith::MinUIOp::create(k.b, k.loc, stop, k.index(p.dims[d]));
    chunks[d] = {i, stop};
    overChunks(group, level + 1);
  });
  chunks.erase(d);
}

/// Sums in chunks: all tiles of a group take a chunk of the k loops in turn, so that its operands
/// stay in the nearest cache; their accumulators wait on the stack in between, unchanged (D1).
void ContractEmitter::emitGroups() {
  Group group = makeGroup();
  auto vector = VectorType::get({p.width}, p.element);
  auto [begin, end] = k.part(countTiles(p.order));
  Value first = arith::DivUIOp::create(k.b, k.loc, begin, k.index(group.size));
  Value last = arith::CeilDivUIOp::create(k.b, k.loc, end, k.index(group.size));
  k.forEach(first, last, 1, [&, begin = begin, end = end](Value g) {
    group.base = k.mul(g, group.size);
    group.low = arith::MaxUIOp::create(k.b, k.loc, begin, group.base);
    group.high = arith::MinUIOp::create(k.b, k.loc, end, k.add(group.base, k.index(group.size)));
    k.forEach(slotOf(group, group.low), slotOf(group, group.high), p.width, [&](Value i) {
      vector::StoreOp::create(k.b, k.loc, k.zero(vector), group.memory, i);
    });
    overChunks(group, 0);
    overTiles(group, [&](const Tile &variant, Value from) {
      emitEpilogue(variant, loadSums(group, variant, from));
    });
  });
}

bool codegen::emitContract(EmitContext &k, kernel::ContractOp op) {
  kernel::CpuScheduleAttr schedule = kernel::getSchedule(getCpu(k), op);
  std::vector<ContractPlan> plans =
      kernel::makePlans(getCpu(k), kernel::getContraction(op), kernel::ContractWalk::of(schedule));
  SmallVector<int64_t> dims = k.dims;
  for (const ContractPlan &plan : plans) {
    k.dims = plan.dims;
    ContractEmitter(k, op, plan).emit();
  }
  k.dims = dims;
  return !plans.empty();
}
