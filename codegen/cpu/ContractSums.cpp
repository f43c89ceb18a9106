//===- ContractSums.cpp - the k loops of a contraction ----------------------------------------===//
//
// Reduced dims are walked in row-major order. A loop is cut into pieces in which the same tile rows
// take part (borders), and clipped at run time where the grid decides. Addresses move by constants.
// Reading on: ContractEmitter.h.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/cpu/ContractEmitter.h"
#include "dialects/kernel/contract/Registers.h"

#include <set>

using namespace mlir;
using namespace sinter;
using namespace sinter::codegen;

SmallVector<int64_t> Tile::steps(int64_t r) const {
  SmallVector<int64_t> result(classes.size(), 0);
  for (size_t i = classes.size(); i-- > 0;) {
    result[i] = r % classes[i]->height;
    r /= classes[i]->height;
  }
  return result;
}

TileAddresses::TileAddresses(ContractEmitter &emitter, AffineExpr address, const Tile &tile,
                             bool isPacked)
    : e(emitter), address(address), tile(tile) {
  const ContractPlan &p = e.p;
  int64_t count = e.vectors(tile);
  if (isPacked) {
    packed = e.k.index(0);
    return;
  }
  for (auto [row, rowClass] : llvm::zip(p.rows, tile.classes)) {
    auto &deltas = rowDelta.emplace_back();
    for (int64_t s = 0; s < rowClass->height; ++s)
      deltas.push_back(kernel::getDelta(address, row.dim, rowClass->begins(), s, p.dims.size()));
  }
  // Tiles of all lanes, or the last one.
  kernel::Progression starts{0, p.nr, p.laneCount / p.nr};
  if (tile.lanes != p.nr)
    starts = {(p.laneTiles - 1) * p.nr, p.nr, 1};
  for (int64_t v = 0; v < count; ++v)
    laneDelta.push_back(kernel::getDelta(address, p.lanesDim, starts, v * p.width, p.dims.size()));
}

TileAddresses::Address TileAddresses::get(int64_t r, int64_t v) {
  SmallVector<int64_t> steps = tile.steps(r);
  if (packed)
    return {packed, steps.front()};
  int64_t offset = 0;
  SmallVector<int64_t> key;
  SmallVector<Value> point(e.point);
  for (auto [i, step] : llvm::enumerate(steps)) {
    std::optional<int64_t> delta = rowDelta[i][step];
    offset += delta.value_or(0);
    key.push_back(delta ? 0 : step);
    if (!delta)
      point[e.p.rows[i].dim] = e.k.add(point[e.p.rows[i].dim], e.k.index(step));
  }
  offset += laneDelta[v].value_or(0);
  key.push_back(laneDelta[v] ? 0 : v);
  if (!laneDelta[v])
    point[e.p.lanesDim] = e.k.add(point[e.p.lanesDim], e.k.index(v * e.p.width));
  Value &base = bases[key];
  if (!base)
    base = e.k.apply(address, point);
  return {base, offset};
}

Value TileAddresses::single() {
  for (int64_t r = 0; r < tile.rows(); ++r)
    for (int64_t v = 0; v < e.vectors(tile); ++v)
      get(r, v);
  return packed ? packed : bases.size() == 1 ? bases.begin()->second : Value();
}

bool TileAddresses::rowsMayMeet() const {
  return llvm::any_of(rowDelta, [](ArrayRef<std::optional<int64_t>> deltas) {
    return llvm::is_contained(deltas, std::nullopt);
  });
}

/// The point `r` rows and `v` vectors into the tile.
SmallVector<Value> ContractEmitter::at(const Tile &tile, int64_t r, int64_t v) {
  SmallVector<Value> result = point;
  SmallVector<int64_t> steps = tile.steps(r);
  for (auto [row, step] : llvm::zip(p.rows, steps))
    result[row.dim] = k.add(point[row.dim], k.index(step));
  if (v > 0)
    result[p.lanesDim] = k.add(point[p.lanesDim], k.index(v * p.width));
  return result;
}

/// Intervals of k loops that depend on the grid's indices.
void ContractEmitter::findLimits() {
  MLIRContext *context = op.getContext();
  limits.clear();
  guard = {};
  for (const kernel::Bound &bound : p.bounds) {
    int64_t dim = -1, by = 0;
    for (int64_t d : p.reduced)
      if (bound.expr.isFunctionOfDim(d))
        dim = d;
    if (dim < 0) { // unsigned: a negative index is a huge one
      Value ok = arith::CmpIOp::create(k.b, k.loc, arith::CmpIPredicate::ult,
                                       k.apply(bound.expr, point), k.index(bound.size));
      guard = guard ? arith::AndIOp::create(k.b, k.loc, guard, ok).getResult() : ok;
      continue;
    }
    by = kernel::getLinear(bound.expr, p.dims.size())->by[dim];
    AffineExpr rest = kernel::simplifyInRange(
        bound.expr.replace(getAffineDimExpr(dim, context), getAffineConstantExpr(0, context)),
        p.dims);
    // The same as getInterval, at run time.
    AffineExpr low = by > 0 ? (-rest).ceilDiv(by) : (rest - (bound.size - 1)).ceilDiv(-by);
    AffineExpr high = (by > 0 ? (getAffineConstantExpr(bound.size - 1, context) - rest).floorDiv(by)
                              : rest.floorDiv(-by)) +
                      1;
    auto &limit = limits[dim];
    if (!limit.first)
      limit = {k.index(0), k.index(p.dims[dim])};
    if (getBounds(low, p.dims).second > 0)
      limit.first = arith::MaxSIOp::create(k.b, k.loc, limit.first, k.apply(low, point));
    if (getBounds(high, p.dims).first < p.dims[dim])
      limit.second = arith::MinSIOp::create(k.b, k.loc, limit.second, k.apply(high, point));
  }
}

ContractEmitter::Cursor ContractEmitter::advance(const Cursor &cursor, int64_t dim, Value value) {
  Cursor next = cursor;
  for (int f : {0, 1})
    if (int64_t step = factors[f].step[dim]) {
      Value moved = k.mul(value, step);
      next.inner[f] = cursor.inner[f] ? k.add(cursor.inner[f], moved) : moved;
    }
  point[dim] = value;
  return next;
}

ContractEmitter::Cursor ContractEmitter::advance(const Cursor &cursor, int64_t dim, int64_t value) {
  Cursor next = cursor;
  for (int f : {0, 1})
    next.fixed[f] += factors[f].step[dim] * value;
  point[dim] = k.index(value);
  return next;
}

SmallVector<Value> ContractEmitter::emitSums(const Tile &tile, SmallVector<Value> start) {
  if (p.empty)
    return start;
  now = &tile;
  Cursor cursor;
  for (int f : {0, 1}) {
    addresses[f] = std::make_unique<TileAddresses>(*this, factors[f].base, tile, factors[f].packed);
    cursor.inner[f] = addresses[f]->single();
  }
  extents.assign(p.dims.begin(), p.dims.end());
  findLimits();
  fenced = exceedsRegisters();
  SmallVector<Value> sums = emitLevel(0, std::move(start), cursor, Rows(tile.rows(), true));
  for (int64_t d : p.reduced)
    point[d] = k.index(0);
  addresses[0].reset();
  addresses[1].reset();
  now = nullptr;
  return sums;
}

/// Whether steps written out one after the other share more than registers hold: where windows
/// overlap, LLVM would keep what it read from step to step.
bool ContractEmitter::exceedsRegisters() {
  constexpr int64_t kFar = 8;
  if (p.reduced.empty())
    return false;
  kernel::RegisterBudget budget(getCpu(k), p.element, p.laneCount);
  int64_t each = budget.getRegisters(p.width), held = 0;
  bool share = false;
  for (int f : {0, 1}) {
    const Factor &factor = factors[f];
    bool uniform = factor.lanes.kind == LaneKind::Uniform;
    int64_t step = factor.step[p.reduced.back()], distance = 0;
    if (step == 0) // read once for all steps
      return false;
    std::set<std::pair<void *, int64_t>> read;
    for (int64_t r = 0; r < now->rows(); ++r)
      for (int64_t v = 0; v < (uniform ? 1 : vectors(*now)); ++v) {
        TileAddresses::Address from = addresses[f]->get(r, v);
        read.insert({from.base.getAsOpaquePointer(), from.offset});
      }
    for (int64_t far = kFar; far > 0; --far)
      if (llvm::any_of(read,
                       [&](auto &at) { return read.count({at.first, at.second + far * step}); }))
        distance = far;
    share |= distance > 0;
    int64_t values = static_cast<int64_t>(read.size());
    held += distance ? values * distance * (uniform ? 1 : each) : uniform ? 1 : values * each;
  }
  return share && !budget.fits(now->rows() * vectors(*now) * each, held);
}

/// Rows of `active` for which every step of `segment` lies inside the border.
ContractEmitter::Rows ContractEmitter::rowsInside(int64_t dim, Interval segment, Rows active) {
  for (int64_t r = 0; r < now->rows(); ++r) {
    SmallVector<int64_t> steps = now->steps(r);
    for (auto [rowClass, step] : llvm::zip(now->classes, steps)) {
      auto found = rowClass->taps.find(dim);
      if (found != rowClass->taps.end())
        active[r] = active[r] && found->second[step].first <= segment.first &&
                    segment.second <= found->second[step].second;
    }
  }
  return active;
}

/// `segment` of the reduced dim at `level`, cut by what run time says: limits of the border, of the
/// chunk, and the guard. Null when only constants say it.
std::pair<Value, Value> ContractEmitter::clipSegment(size_t level, Interval segment) {
  int64_t dim = p.reduced[level], size = extents[dim];
  Value begin, end;
  auto clip = [&](Value low, Value high) {
    auto signedMax = [&](Value x, Value y) -> Value {
      return arith::MaxSIOp::create(k.b, k.loc, x, y);
    };
    auto signedMin = [&](Value x, Value y) -> Value {
      return arith::MinSIOp::create(k.b, k.loc, x, y);
    };
    begin = begin               ? signedMax(begin, low)
            : segment.first > 0 ? signedMax(low, k.index(segment.first))
                                : low;
    end = end                     ? signedMin(end, high)
          : segment.second < size ? signedMin(high, k.index(segment.second))
                                  : high;
  };
  if (auto limit = limits.find(dim); limit != limits.end())
    clip(limit->second.first, limit->second.second);
  if (auto chunk = chunks.find(dim); chunk != chunks.end())
    clip(chunk->second.first, chunk->second.second);
  if (level == 0 && guard) {
    Value none = k.index(0), all = k.index(size);
    clip(none, arith::SelectOp::create(k.b, k.loc, guard, all, none));
  }
  return {begin, end};
}

SmallVector<Value> ContractEmitter::emitLevel(size_t level, SmallVector<Value> sums,
                                              const Cursor &cursor, const Rows &active) {
  if (level == p.reduced.size())
    return emitStep(std::move(sums), cursor, active);
  int64_t dim = p.reduced[level], size = extents[dim];
  for (Interval segment : kernel::getSegments(p, dim, size, now->classes)) {
    Rows mine = rowsInside(dim, segment, active);
    if (llvm::none_of(mine, [](bool x) { return x; }))
      continue;
    auto [begin, end] = clipSegment(level, segment);
    std::optional<int64_t> innerDim, saved;
    for (const kernel::Split &s : p.splits)
      if (s.outer == dim && segment.first == size - 1) { // the ragged block
        innerDim = s.inner;
        saved = extents[s.inner];
        extents[s.inner] = s.tail;
      }
    if (level + 1 == p.reduced.size()) {
      sums = emitInner(segment, begin, end, std::move(sums), cursor, mine);
    } else if (!begin && segment.second - segment.first == 1) {
      sums = emitLevel(level + 1, std::move(sums), advance(cursor, dim, segment.first), mine);
    } else {
      Value from = begin ? begin : k.index(segment.first), to = end ? end : k.index(segment.second);
      sums = k.loop(from, to, k.index(1), sums, [&](Value i, ValueRange carried) {
        return emitLevel(level + 1, SmallVector<Value>(carried), advance(cursor, dim, i), mine);
      });
    }
    if (innerDim)
      extents[*innerDim] = *saved;
  }
  return sums;
}

/// The innermost loop: short ones are written out, longer ones make p.unroll steps at a time, in
/// order.
SmallVector<Value> ContractEmitter::emitInner(Interval segment, Value begin, Value end,
                                              SmallVector<Value> sums, const Cursor &cursor,
                                              const Rows &active) {
  constexpr int64_t kWhole = 8, kWholeAdds = 128;
  int64_t dim = p.reduced.back(), size = segment.second - segment.first;
  auto steps = [&](Value from, Value to, int64_t count) {
    sums = k.loop(from, to, k.index(count), sums, [&](Value i, ValueRange carried) {
      SmallVector<Value> acc(carried);
      Cursor here = advance(cursor, dim, i);
      for (int64_t u = 0; u < count; ++u) {
        Cursor step = here;
        for (int f : {0, 1})
          step.fixed[f] += u * factors[f].step[dim];
        for (int f : {0, 1}) // between the steps: LLVM then loads no vector of the next one early
          emitPrefetch(f, step);
        point[dim] = k.add(i, k.index(u));
        acc = emitStep(std::move(acc), step, active);
      }
      return acc;
    });
  };
  if (begin) {
    if (p.unroll > 1) {
      Value count = arith::MaxSIOp::create(
          k.b, k.loc, arith::SubIOp::create(k.b, k.loc, end, begin), k.index(0));
      Value rest = arith::RemUIOp::create(k.b, k.loc, count, k.index(p.unroll));
      Value middle = k.add(begin, arith::SubIOp::create(k.b, k.loc, count, rest));
      steps(begin, middle, p.unroll);
      begin = middle;
    }
    steps(begin, end, 1);
    return sums;
  }
  int64_t adds = llvm::count(active, true) * vectors(*now);
  if (size == 1 || (size <= kWhole && size * adds <= kWholeAdds && p.unroll > 1)) {
    for (int64_t i = segment.first; i < segment.second; ++i)
      sums = emitStep(std::move(sums), advance(cursor, dim, i), active);
    return sums;
  }
  int64_t whole = segment.first + size / p.unroll * p.unroll;
  steps(k.index(segment.first), k.index(whole), p.unroll);
  for (int64_t i = whole; i < segment.second; ++i)
    sums = emitStep(std::move(sums), advance(cursor, dim, i), active);
  return sums;
}

/// Asks for the lines that a factor will read kAhead k steps later, when every k step begins new
/// ones: strides of more than 2 KiB are beyond the hardware's prefetchers, and even unit streams
/// gain (measured: 5 % packed, 16 % strided).
void ContractEmitter::emitPrefetch(int f, const Cursor &cursor) {
  constexpr int64_t kAhead = 8, kLine = 64;
  const Factor &factor = factors[f];
  int64_t size = p.dims[p.reduced.back()], bytes = factor.lanes.access.type.getElementBytes();
  int64_t stride = factor.step[p.reduced.back()];
  if (factor.packed || size < 2 * kAhead || stride * bytes < kLine || !addresses[f]->single())
    return;
  bool vector = factor.lanes.kind == LaneKind::Contiguous;
  int64_t rows = now->rows(), last = 0;
  if (vector)
    last = now->lanes - 1;
  else if (p.rows.size() == 1 && rows > 1 &&
           addresses[f]->get(1, 0).offset - addresses[f]->get(0, 0).offset == 1)
    last = rows - 1;
  else
    return;
  SmallVector<int64_t> offsets;
  for (int64_t offset = 0; offset < last; offset += kLine / bytes)
    for (int64_t r = 0; r < (vector ? rows : 1); ++r)
      offsets.push_back(vector ? addresses[f]->get(r, offset / p.width).offset : offset);
  if (!vector || offsets.empty()) // rows need not begin at a line
    offsets.push_back(last);
  llvm::sort(offsets);
  offsets.erase(llvm::unique(offsets), offsets.end());
  // What a later row of a window reads now, this one reads soon.
  SmallVector<int64_t> all = offsets;
  llvm::erase_if(offsets, [&](int64_t offset) {
    return llvm::any_of(all, [&](int64_t other) {
      return other > offset && (other - offset) % stride == 0 && other - offset < kAhead * stride;
    });
  });
  if (offsets.size() > 6) // too many streams to ask for
    return;
  for (int64_t offset : offsets)
    memref::PrefetchOp::create(
        k.b, k.loc, factor.lanes.access.memory,
        ValueRange{k.add(cursor.inner[f], k.index(offset + cursor.fixed[f] + kAhead * stride))},
        /*isWrite=*/false, /*localityHint=*/3, /*isDataCache=*/true);
}

SmallVector<Value> ContractEmitter::emitStep(SmallVector<Value> sums, const Cursor &cursor,
                                             const Rows &active) {
  int64_t nv = vectors(*now);
  std::map<std::tuple<int, void *, int64_t>, Value> loaded;
  Value whole[2] = {addresses[0]->single(), addresses[1]->single()};
  auto get = [&](int f, int64_t r, int64_t v) -> Value {
    const Factor &factor = factors[f];
    if (factor.lanes.kind == LaneKind::Uniform)
      v = 0;
    TileAddresses::Address from = addresses[f]->get(r, v);
    Value &value = loaded[{f, from.base.getAsOpaquePointer(), from.offset}];
    if (value)
      return value;
    Value address = whole[f]          ? cursor.inner[f]
                    : cursor.inner[f] ? k.add(from.base, cursor.inner[f])
                                      : from.base;
    address = k.add(address, k.index(from.offset + cursor.fixed[f]));
    bool scattered = factor.lanes.kind == LaneKind::Scattered && !factor.lanes.stride;
    value = loadLanes(k, factor.lanes, scattered ? at(*now, r, v) : point, valid(*now, v), address);
    return value = splat(k, k.widen(value, p.element), p.width);
  };
  for (int64_t r = 0; r < now->rows(); ++r)
    for (int64_t v = 0; v < nv && active[r]; ++v)
      sums[r * nv + v] = k.multiplyAdd(get(0, r, v), get(1, r, v), sums[r * nv + v]);
  if (fenced)
    k.schedulingFence();
  return sums;
}
