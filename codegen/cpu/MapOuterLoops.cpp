//===- MapOuterLoops.cpp - map kernels with a row on each lane --------------------------------===//
//
// 16 rows at a time. Loops run as the largest buffer lies in memory, the innermost one inside a
// thread's tile; rows of a few points (pooling windows) are written out and keep their values in
// registers from phase to phase. Reading on: MapEmitter.h.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/cpu/MapEmitter.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::codegen;

/// Number of the inner point in its row.
Value MapEmitter::rowNumber() { return k.apply(k.rowMajor(inner), point); }

/// The accumulators of the canonical lanes as one.
Value MapEmitter::combineTree(SmallVector<Value> lanes, kernel::ReduceOp reduce) {
  return k.combineLanes(std::move(lanes),
                        [&](Value x, Value y) { return combineReduce(k, reduce.getKind(), x, y); });
}

/// An ordered reduction in canonical lanes: accumulators in memory, a sweep of its own.
Value MapEmitter::reduceInMemory(kernel::ReduceOp reduce, int64_t valid) {
  Value slots = memory.lookup(reduce);
  auto value = [&] { return vectors(point, valid).get(reduce.getInput()); };
  auto type = VectorType::get({kLanes}, reduce.getType());
  Value first = startLanes(k, reduce)[0];
  int64_t lanes = countLanes();
  for (int64_t lane = 0; lane < lanes; ++lane)
    vector::StoreOp::create(k.b, k.loc, first, slots, k.index(lane * kLanes));
  k.nest(inner, point, [&] {
    Value slot = k.mul(arith::RemUIOp::create(k.b, k.loc, rowNumber(), k.index(lanes)), kLanes);
    Value old = vector::LoadOp::create(k.b, k.loc, type, slots, slot);
    vector::StoreOp::create(k.b, k.loc, combineReduce(k, reduce.getKind(), old, value()), slots,
                            slot);
  });
  SmallVector<Value> sums;
  for (int64_t lane = 0; lane < lanes; ++lane)
    sums.push_back(vector::LoadOp::create(k.b, k.loc, type, slots, k.index(lane * kLanes)));
  return combineTree(std::move(sums), reduce);
}

/// Tiles that are enough to share among threads.
static constexpr int64_t kFewestTiles = 64;

/// Rows of up to this many points are written out.
static constexpr int64_t kWindow = 16;

/// Points of a row.
int64_t MapEmitter::countInner() const {
  int64_t points = 1;
  for (int64_t d : inner)
    points *= k.dims[d];
  return points;
}

bool MapEmitter::isWindow() const {
  return !inner.empty() && countInner() <= kWindow && !chunkLoop;
}

/// The reduced value of a row whose points' values are all there.
Value MapEmitter::reduceWindow(kernel::ReduceOp reduce, ArrayRef<Value> values) {
  SmallVector<Value> state = startLanes(k, reduce);
  if (countLanes() > 1 && isOrdered(reduce.getKind())) {
    SmallVector<Value> lanes(countLanes(), state[0]);
    for (auto [i, value] : llvm::enumerate(values)) {
      Value &lane = lanes[i % lanes.size()];
      lane = combineReduce(k, reduce.getKind(), lane, value);
    }
    return combineTree(std::move(lanes), reduce);
  }
  for (auto [i, value] : llvm::enumerate(values)) {
    Value number;
    if (isArgmax(reduce))
      number = numberLanes(k, k.index(static_cast<int64_t>(i)), reduce.getType(), false);
    state = stepLanes(k, reduce, state, value, number, kLanes);
  }
  return state.back();
}

/// A row of a few points: every value is made once.
void MapEmitter::emitWindow(int64_t valid) {
  int64_t count = countInner();
  reduced.clear();
  SmallVector<BodyEmitter> bodies;
  SmallVector<SmallVector<Value>> points;
  for (int64_t i = 0; i < count; ++i) {
    int64_t rest = i;
    for (int64_t d : llvm::reverse(inner)) {
      point[d] = k.index(rest % k.dims[d]);
      rest /= k.dims[d];
    }
    points.push_back(point);
    bodies.push_back(vectors(point, valid));
  }
  for (kernel::ReduceOp reduce : reduces) {
    SmallVector<Value> values;
    for (BodyEmitter &body : bodies)
      values.push_back(body.get(reduce.getInput()));
    Value result = reduceWindow(reduce, values);
    for (BodyEmitter &body : bodies)
      body.set(reduce.getResult(), result);
  }
  storeRow(bodies[0], points[0], valid, true);
  for (int64_t i = 0; i < count; ++i)
    storeRow(bodies[i], points[i], valid, false);
  for (int64_t d : inner)
    point[d] = k.index(0);
}

void MapEmitter::emitAcrossChunk(int64_t valid) {
  if (isWindow()) {
    emitWindow(valid);
    return;
  }
  reduced.clear();
  // One sweep over the row a level of reductions; results that need no later level are stored on
  // the way.
  int64_t last = countLevels();
  auto yielded = op.getBody().front().back().getOperands();
  SmallVector<bool> stored(outs.size(), false);
  auto storesAt = [&](int64_t level) {
    SmallVector<size_t> now;
    for (size_t i = 0; i < outs.size(); ++i)
      if (!oncePerRow(i) && !stored[i] && levelOf(yielded[i]) < level &&
          (level > last || !mayBeRead(i))) {
        now.push_back(i);
        stored[i] = true;
      }
    return now;
  };
  for (int64_t level = 1; level <= last; ++level) {
    SmallVector<kernel::ReduceOp> group;
    for (kernel::ReduceOp reduce : reduces)
      if (levelOf(reduce.getResult()) == level) {
        if (memory.contains(reduce))
          reduced[reduce.getResult()] = reduceInMemory(reduce, valid);
        else
          group.push_back(reduce);
      }
    if (!group.empty())
      sweepAcross(group, storesAt(level), valid);
  }
  for (int64_t d : inner)
    point[d] = k.index(0);
  if (anyOut(true)) {
    BodyEmitter body = vectors(point, valid);
    storeRow(body, point, valid, true);
  }
  if (SmallVector<size_t> rest = storesAt(last + 1); !rest.empty())
    sweepAcross({}, rest, valid);
  for (int64_t d : inner)
    point[d] = k.index(0);
}

/// Reductions of reductions that a body value needs, itself counted.
int64_t MapEmitter::levelOf(Value value) {
  Operation *made = value.getDefiningOp();
  if (!made)
    return 0;
  auto [it, fresh] = levels.try_emplace(value, 0);
  if (!fresh)
    return it->second;
  int64_t level = 0;
  for (Value operand : made->getOperands())
    level = std::max(level, levelOf(operand));
  level += isa<kernel::ReduceOp>(made);
  levels[value] = level;
  return level;
}

int64_t MapEmitter::countLevels() {
  int64_t count = 0;
  for (kernel::ReduceOp reduce : reduces)
    count = std::max(count, levelOf(reduce.getResult()));
  return count;
}

/// True when some input may lie where out `i` does: it must not be written before the last sweep.
bool MapEmitter::mayBeRead(size_t out) {
  Value written = op.getOuts()[out];
  return k.shared.contains(written) || llvm::is_contained(op.getIns(), written);
}

/// The states of `group` after all inner points, which `step` takes one by one. In chunks, ordered
/// reductions begin anew in each, and are joined in one chain, floats in f64.
SmallVector<Value>
MapEmitter::reduceAcross(ArrayRef<kernel::ReduceOp> group, ValueRange start,
                         const std::function<SmallVector<Value>(ValueRange)> &step) {
  if (!chunkLoop || group.empty())
    return k.nest(inner, point, start, step);
  int64_t dim = inner[chunkLoop->level], size = k.dims[dim], slices = chunkLoop->slices;
  ArrayRef<int64_t> before = ArrayRef(inner).take_front(chunkLoop->level),
                    rest = ArrayRef(inner).drop_front(chunkLoop->level + 1);
  SmallVector<kernel::ReduceOp> owner; // of each value of the state
  for (kernel::ReduceOp reduce : group)
    owner.append(countStates(reduce), reduce);
  auto widen = [&](size_t i, Value value) {
    return isOrdered(owner[i].getKind()) ? k.widen(value, kernel::getJoinType(owner[i].getType()))
                                         : value;
  };
  auto emitChunk = [&](Value first, ValueRange joined) {
    Value end = k.add(first, k.index(slices));
    if (size % slices != 0)
      end = arith::MinUIOp::create(k.b, k.loc, end, k.index(size));
    SmallVector<Value> begin;
    for (auto [i, reduce] : llvm::enumerate(owner))
      begin.push_back(isOrdered(reduce.getKind()) ? start[i] : joined[i]);
    SmallVector<Value> state = k.loop(first, end, k.index(1), begin, [&](Value i, ValueRange in) {
      point[dim] = i;
      return k.nest(rest, point, in, step);
    });
    for (auto [i, reduce] : llvm::enumerate(owner))
      if (isOrdered(reduce.getKind()))
        state[i] = combineReduce(k, reduce.getKind(), joined[i], widen(i, state[i]));
    return state;
  };
  SmallVector<Value> wide;
  for (auto [i, value] : llvm::enumerate(start))
    wide.push_back(widen(i, value));
  SmallVector<Value> total = k.nest(before, point, wide, [&](ValueRange joined) {
    return k.loop(k.index(0), k.index(size), k.index(slices), joined, emitChunk);
  });
  for (auto [i, reduce] : llvm::enumerate(owner))
    if (isOrdered(reduce.getKind()))
      total[i] = k.widen(total[i], reduce.getType());
  return total;
}

/// The state of `reduce`, which begins at `at` of `carried`, with the point of `body` added.
SmallVector<Value> MapEmitter::stepReduce(kernel::ReduceOp reduce, BodyEmitter &body,
                                          ValueRange carried, size_t at) {
  Value number = isArgmax(reduce) ? numberLanes(k, rowNumber(), reduce.getType(), false) : Value();
  return stepLanes(k, reduce, SmallVector<Value>(carried.slice(at, countStates(reduce))),
                   body.get(reduce.getInput()), number, kLanes);
}

/// One pass over the inner points of 16 rows.
void MapEmitter::sweepAcross(ArrayRef<kernel::ReduceOp> group, ArrayRef<size_t> stores,
                             int64_t valid) {
  auto yielded = op.getBody().front().back().getOperands();
  SmallVector<Value> start;
  for (kernel::ReduceOp reduce : group)
    start.append(startLanes(k, reduce));
  SmallVector<Value> state = reduceAcross(group, start, [&](ValueRange carried) {
    BodyEmitter body = vectors(point, valid);
    SmallVector<Value> next;
    for (kernel::ReduceOp reduce : group)
      next.append(stepReduce(reduce, body, carried, next.size()));
    SmallVector<Value> values;
    for (size_t i : stores)
      values.push_back(body.get(yielded[i]));
    for (auto [i, value] : llvm::zip_equal(stores, values))
      storeOut(i, point, value, valid);
    return next;
  });
  size_t at = 0;
  for (kernel::ReduceOp reduce : group) {
    at += countStates(reduce);
    reduced[reduce.getResult()] = state[at - 1];
  }
}

/// Steps in memory, of the largest buffer of the rows, that a loop over `dim` makes.
static int64_t getStep(const EmitContext &k, const Access &access, int64_t dim, int64_t by) {
  auto at = [&](int64_t value) {
    SmallVector<AffineExpr> point(k.dims.size(),
                                  getAffineConstantExpr(0, access.address.getContext()));
    point[dim] = getAffineConstantExpr(value, access.address.getContext());
    return cast<AffineConstantExpr>(simplifyAffineExpr(access.address.replaceDims(point), 0, 0))
        .getValue();
  };
  return k.dims[dim] > by ? std::abs(at(by) - at(0)) : INT64_MAX;
}

/// The rows' dims, lanes included, in the order in which memory has them: outermost first.
SmallVector<int64_t> MapEmitter::orderLoops() {
  const Access *largest = nullptr;
  for (const auto *accesses : {&outs, &ins})
    for (const Access &access : *accesses)
      if (access.indices.empty() && // what lies anywhere has no order
          (!largest || access.type.getPhysicalElements() > largest->type.getPhysicalElements()))
        largest = &access;
  if (!largest)
    return rows;
  auto stepOf = [&](int64_t d) { return getStep(k, *largest, d, d == lanesDim ? kLanes : 1); };
  SmallVector<int64_t> order = rows;
  llvm::sort(order, [&](int64_t x, int64_t y) {
    return std::pair(-stepOf(x), x) < std::pair(-stepOf(y), y);
  });
  return order;
}

/// Vectors side by side that one sweep may take: rows apart in memory are then read by whole lines
/// that follow each other, and additions do not wait for each other. 1 unless all that is stored
/// are reductions of one level, whose states fit the registers.
int64_t MapEmitter::countStrip() {
  constexpr int64_t kMostStates = 16, kMostVectors = 8;
  if (reduces.empty() || isWindow() || !memory.empty() || anyOut(false))
    return 1;
  int64_t states = 0;
  for (kernel::ReduceOp reduce : reduces) {
    if (levelOf(reduce.getResult()) != 1)
      return 1;
    states += countStates(reduce);
  }
  auto isBeside = [](const LaneAccess &in) { return in.kind != LaneKind::Scattered; };
  return llvm::all_of(inLanes, isBeside)
             ? std::clamp<int64_t>(llvm::bit_floor<uint64_t>(kMostStates / states), 1, kMostVectors)
             : 1;
}

/// The rows of `count` whole vectors side by side, reduced in one sweep.
void MapEmitter::emitStrip(int64_t count) {
  SmallVector<SmallVector<Value>> points;
  for (int64_t i = 0; i < count; ++i) {
    points.push_back(point);
    points.back()[lanesDim] = k.add(point[lanesDim], k.index(i * kLanes));
  }
  reduced.clear();
  SmallVector<kernel::ReduceOp> group;
  SmallVector<Value> start;
  for (int64_t i = 0; i < count; ++i)
    for (kernel::ReduceOp reduce : reduces) {
      group.push_back(reduce);
      start.append(startLanes(k, reduce));
    }
  SmallVector<Value> state = reduceAcross(group, start, [&](ValueRange carried) {
    SmallVector<Value> next;
    for (int64_t i = 0; i < count; ++i) {
      point[lanesDim] = points[i][lanesDim];
      BodyEmitter body = vectors(point, kLanes);
      for (kernel::ReduceOp reduce : reduces)
        next.append(stepReduce(reduce, body, carried, next.size()));
    }
    return next;
  });
  for (int64_t d : inner)
    point[d] = k.index(0);
  size_t at = 0;
  for (int64_t i = 0; i < count; ++i) {
    point[lanesDim] = points[i][lanesDim];
    for (kernel::ReduceOp reduce : reduces) {
      at += countStates(reduce);
      reduced[reduce.getResult()] = state[at - 1];
    }
    BodyEmitter body = vectors(point, kLanes);
    storeRow(body, point, kLanes, true);
  }
}

void MapEmitter::prepareAcross() {
  prepareLanes();
  if (countLanes() > 1 && !isWindow())
    for (kernel::ReduceOp reduce : reduces)
      if (isOrdered(reduce.getKind()))
        memory[reduce] = memref::AllocaOp::create(
            k.b, k.loc, MemRefType::get({countLanes() * kLanes}, reduce.getType()));
}

void MapEmitter::emitChunks(Value begin, Value end) {
  int64_t size = k.dims[lanesDim], chunks = llvm::divideCeil(size, kLanes), full = size / kLanes;
  Value whole = arith::MinUIOp::create(k.b, k.loc, end, k.index(full));
  if (int64_t strip = countStrip(); strip > 1 && strip <= full) {
    Value left = arith::MaxSIOp::create(k.b, k.loc, k.index(0),
                                        arith::SubIOp::create(k.b, k.loc, whole, begin));
    Value strips = arith::DivUIOp::create(k.b, k.loc, left, k.index(strip));
    k.forEach(k.index(0), strips, 1, [&](Value number) {
      point[lanesDim] = k.mul(k.add(begin, k.mul(number, strip)), kLanes);
      emitStrip(strip);
    });
    begin = k.add(begin, k.mul(strips, strip));
  }
  k.forEach(begin, whole, 1, [&](Value chunk) {
    point[lanesDim] = k.mul(chunk, kLanes);
    emitAcrossChunk(kLanes);
  });
  if (full < chunks)
    k.forEach(arith::MaxUIOp::create(k.b, k.loc, begin, k.index(full)), end, 1, [&](Value) {
      point[lanesDim] = k.index(full * kLanes);
      emitAcrossChunk(size % kLanes);
    });
}

void MapEmitter::emitAcross() {
  prepareAcross();
  int64_t size = k.dims[lanesDim], chunks = llvm::divideCeil(size, kLanes), full = size / kLanes;
  SmallVector<int64_t> order = orderLoops();
  auto extentOf = [&](int64_t d) { return d == lanesDim ? chunks : k.dims[d]; };
  int64_t total = 1;
  SmallVector<int64_t> sizes;
  for (int64_t d : order)
    total *= sizes.emplace_back(extentOf(d));
  // The innermost loop is a plain one, without divisions, when the others are enough for all
  // threads.
  int64_t last = order.back();
  bool nested = order.size() > 1 && total / sizes.back() >= kFewestTiles;
  if (nested)
    total /= sizes.back();
  if (nested || order.size() == 1) {
    order.pop_back();
    sizes.pop_back();
  }
  auto overLast = [&](int64_t valid) {
    if (!nested)
      return emitAcrossChunk(valid);
    k.forEach(k.index(0), k.index(k.dims[last]), 1, [&](Value i) {
      point[last] = i;
      emitAcrossChunk(valid);
    });
  };
  auto [begin, end] = k.part(total);
  if (order.empty())
    return emitChunks(begin, end);
  k.forEach(begin, end, 1, [&](Value tile) {
    Value chunk;
    for (auto [d, at] : llvm::zip_equal(order, k.decode(tile, sizes)))
      (d == lanesDim ? chunk : point[d]) = at;
    if (nested && last == lanesDim)
      return emitChunks(k.index(0), k.index(chunks));
    point[lanesDim] = k.mul(chunk, kLanes);
    k.branch(chunk, full, chunks, [&](bool whole) { overLast(whole ? kLanes : size % kLanes); });
  });
}
