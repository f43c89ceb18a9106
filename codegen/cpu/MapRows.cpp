//===- MapRows.cpp - map kernels with the lanes inside a row ----------------------------------===//
//
// A row is swept once for each level of reductions (the sums of x and of x², then what needs their
// results), and once for what is stored at every point. What is dear (an exponential, a random
// number) and needed by several sweeps is computed by the first of them and kept on the stack.
// Short rows are written out instead and keep all values in registers. Reading on: MapEmitter.h,
// Reduce.h.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/cpu/MapEmitter.h"
#include "dialects/kernel/Cost.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::codegen;

/// Rows of up to this many vectors are written out.
static constexpr int64_t kShortRow = 4;

/// Accumulators of a reduction: more canonical lanes than a vector has are so many, which take
/// turns.
static int64_t countTurns(kernel::ReduceOp reduce) {
  auto map = cast<kernel::MapOp>(reduce->getParentOp());
  return isArgmax(reduce) ? 1 : std::max<int64_t>(1, map.getAlgorithmAttr().getLanes() / kLanes);
}

/// Those of one level share a sweep while their accumulators leave registers for the work.
SmallVector<MapEmitter::RowSweep> MapEmitter::planSweeps() {
  auto countRegisters = [&](kernel::ReduceOp reduce) {
    int64_t vector = getCpu(k).getVectorLanes(reduce.getType());
    return countTurns(reduce) * countStates(reduce) * llvm::divideCeil(kLanes, vector);
  };
  SmallVector<RowSweep> sweeps;
  for (int64_t level = 1, last = countLevels(); level <= last; ++level) {
    int64_t registers = getCpu(k).getVectorRegisters(); // of the sweep that is open: full
    for (kernel::ReduceOp reduce : reduces) {
      if (levelOf(reduce.getResult()) != level)
        continue;
      int64_t more = countRegisters(reduce);
      bool alike = registers + more <= getCpu(k).getVectorRegisters() / 2 &&
                   isArgmax(sweeps.back().group.front()) == isArgmax(reduce);
      if (!alike) {
        sweeps.emplace_back();
        registers = 0;
      }
      sweeps.back().group.push_back(reduce);
      registers += more;
    }
  }
  sweeps.emplace_back(); // what is stored
  return sweeps;
}

/// Finds what the sweeps keep for later ones.
void MapEmitter::planKept(SmallVector<RowSweep> &sweeps) {
  constexpr int64_t kMostBytes = 32 << 10; // in L1, and a small part of any stack
  if (inner.size() > 1)
    return;
  int64_t points = static_cast<int64_t>(llvm::alignTo(k.dims[lanesDim], kLanes)), bytes = 0;
  auto yielded = op.getBody().front().back().getOperands();
  llvm::DenseMap<Value, size_t> firstSweep;
  llvm::DenseMap<Value, bool> isDear; // itself, or what it is made of in its sweep
  std::function<bool(Value)> findDear = [&](Value value) {
    Operation *made = value.getDefiningOp();
    if (!made || isa<kernel::ReduceOp>(made))
      return false;
    auto [it, fresh] = isDear.try_emplace(value, false);
    if (!fresh)
      return it->second;
    bool dear = !kernel::isPlainStep(made) && !isa<kernel::IndexOp>(made);
    for (Value operand : made->getOperands())
      dear |= findDear(operand);
    return isDear[value] = dear;
  };
  llvm::DenseSet<Value> seen;
  std::function<void(size_t, Value)> visit = [&](size_t sweep, Value value) {
    Operation *made = value.getDefiningOp();
    if (!findDear(value) || !seen.insert(value).second)
      return;
    auto [first, fresh] = firstSweep.try_emplace(value, sweep);
    // What only widens is kept as what it is made of, and so are conditions.
    Type type = value.getType();
    bool narrow = !type.isInteger(1) && !isa<arith::ExtFOp>(made);
    int64_t more = points * static_cast<int64_t>(type.getIntOrFloatBitWidth()) / 8;
    if (!fresh && first->second < sweep && narrow && bytes + more <= kMostBytes) {
      auto &kept = sweeps[first->second].kept;
      if (!llvm::is_contained(llvm::make_first_range(kept), value)) {
        auto memory = MemRefType::get({points}, type);
        kept.push_back(
            {value, memref::AllocaOp::create(k.b, k.loc, memory, k.b.getI64IntegerAttr(64))});
        bytes += more;
      }
      return;
    }
    for (Value operand : made->getOperands())
      visit(sweep, operand);
  };
  for (auto [number, sweep] : llvm::enumerate(sweeps)) {
    seen.clear();
    for (kernel::ReduceOp reduce : sweep.group)
      visit(number, reduce.getInput());
    for (size_t i = 0; sweep.group.empty() && i < outs.size(); ++i)
      if (!oncePerRow(i))
        visit(number, yielded[i]);
  }
}

/// Runs `body` at every vector of the row with carried values; `point[lanesDim]` is its first
/// element. Vectors take `turns` turns.
SmallVector<Value> MapEmitter::sweepRow(const Row &row, int64_t turns, ValueRange init,
                                        const Sweep &body) {
  SmallVector<int64_t> outer(ArrayRef(inner).drop_back());
  int64_t rounds = row.full / turns;
  auto visit = [&](Value first, int64_t number, int64_t valid, ArrayRef<Value> state) {
    point[lanesDim] = k.add(first, k.index(number * kLanes));
    return body(number % turns, valid, state);
  };
  return k.nest(outer, point, init, [&](ValueRange carried) {
    SmallVector<Value> state(carried);
    if (rounds > 0)
      state = k.loop(k.index(0), k.index(rounds * turns * kLanes), k.index(turns * kLanes), state,
                     [&](Value i, ValueRange inside) {
                       SmallVector<Value> next(inside);
                       for (int64_t turn = 0; turn < turns; ++turn)
                         next = visit(i, turn, kLanes, next);
                       return next;
                     });
    for (int64_t number = rounds * turns; number < row.full; ++number)
      state = visit(k.index(0), number, kLanes, state);
    if (row.tail > 0)
      state = visit(k.index(0), row.full, row.tail, state);
    return state;
  });
}

/// The body at `point` in sweep `number`, with what earlier ones kept.
BodyEmitter MapEmitter::bodyOf(ArrayRef<RowSweep> sweeps, size_t number, int64_t valid) {
  BodyEmitter body = vectors(point, valid);
  for (const RowSweep &earlier : sweeps.take_front(number))
    for (auto [value, memory] : earlier.kept) {
      auto type = VectorType::get({kLanes}, value.getType());
      body.set(value, vector::LoadOp::create(k.b, k.loc, type, memory, point[lanesDim]));
    }
  return body;
}

void MapEmitter::keep(const RowSweep &sweep, BodyEmitter &body) {
  for (auto [value, memory] : sweep.kept)
    vector::StoreOp::create(k.b, k.loc, splat(k, body.get(value), kLanes), memory, point[lanesDim]);
}

/// The reductions of one sweep over the row at `point`.
void MapEmitter::reduceRow(ArrayRef<RowSweep> sweeps, size_t number, Row &row) {
  const RowSweep &sweep = sweeps[number];
  SmallVector<kernel::ReduceOp> group = sweep.group;
  kernel::ReduceOp first = group.front();
  int64_t turns = countTurns(first);
  size_t width = countStates(first); // values that a turn of one has
  auto visit = [&](BodyEmitter &body, int64_t turn, ValueRange carried, int64_t valid) {
    SmallVector<Value> state(carried);
    for (auto [i, reduce] : llvm::enumerate(group)) {
      Value at;
      if (isArgmax(reduce))
        at = numberLanes(k, rowNumber(), reduce.getType(), true);
      size_t begin = (i * turns + turn) * width;
      llvm::copy(stepLanes(k, reduce, ArrayRef(state).slice(begin, width),
                           body.get(reduce.getInput()), at, valid),
                 state.begin() + begin);
    }
    return state;
  };
  SmallVector<Value> state;
  for (kernel::ReduceOp reduce : group)
    for (int64_t turn = 0; turn < turns; ++turn)
      state.append(startLanes(k, reduce));
  for (auto [chunk, body] : llvm::enumerate(row.bodies)) {
    point = row.points[chunk];
    state = visit(body, chunk % turns, state, row.valid(chunk));
  }
  if (row.bodies.empty())
    state = sweepRow(row, turns, state, [&](int64_t turn, int64_t valid, ValueRange carried) {
      BodyEmitter body = bodyOf(sweeps, number, valid);
      SmallVector<Value> next = visit(body, turn, carried, valid);
      keep(sweep, body);
      return next;
    });
  for (auto [i, reduce] : llvm::enumerate(group)) {
    SmallVector<Value> own(ArrayRef(state).slice(i * turns * width, turns * width));
    Value result = finishLanes(
        k, reduce, isArgmax(reduce) ? own : SmallVector<Value>{combineTree(own, reduce)});
    reduced[reduce.getResult()] = result;
    for (BodyEmitter &body : row.bodies)
      body.set(reduce.getResult(), result);
  }
}

/// The row at `point`: its reductions, then what is stored once a row and what is stored at every
/// point.
void MapEmitter::emitRow(ArrayRef<RowSweep> sweeps) {
  int64_t size = k.dims[lanesDim];
  Row row;
  row.full = size / kLanes;
  row.tail = size % kLanes;
  reduced.clear();
  for (int64_t c = 0; isShortRow() && c * kLanes < size; ++c) {
    point[lanesDim] = k.index(c * kLanes);
    row.points.push_back(point);
    row.bodies.push_back(vectors(point, row.valid(c)));
  }
  for (size_t number = 0; number + 1 < sweeps.size(); ++number)
    reduceRow(sweeps, number, row);
  for (int64_t d : inner)
    point[d] = k.index(0);
  if (anyOut(true)) {
    BodyEmitter scalars = vectors(point, 1, /*lanes=*/0);
    storeRow(scalars, point, 1, true);
  }
  if (!anyOut(false))
    return;
  for (auto [chunk, body] : llvm::enumerate(row.bodies))
    storeRow(body, row.points[chunk], row.valid(chunk), false);
  if (row.bodies.empty())
    sweepRow(row, 1, {}, [&](int64_t, int64_t valid, ValueRange) {
      BodyEmitter body = bodyOf(sweeps, sweeps.size() - 1, valid);
      storeRow(body, point, valid, false);
      return SmallVector<Value>();
    });
}

bool MapEmitter::isShortRow() const {
  return inner.size() == 1 && llvm::divideCeil(k.dims[lanesDim], kLanes) <= kShortRow;
}

void MapEmitter::emitInside() {
  prepareLanes();
  SmallVector<RowSweep> sweeps = planSweeps();
  if (!isShortRow())
    planKept(sweeps);
  k.shareDims(rows, point, [&] { emitRow(sweeps); });
}
