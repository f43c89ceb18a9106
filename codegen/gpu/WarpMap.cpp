//===- WarpMap.cpp - rows that the threads of a warp reduce together --------------------------===//
//
// A warp takes a row, so that neighbouring threads read neighbouring elements. Canonical lanes of a
// sum are spread over the threads: thread t has lanes t, t + 32, …, which is how elements reach
// them, and the tree over lanes (D1) is first a tree over a thread's own, then shuffles. So sums
// have the bits of the plain loops. What no order binds (maxima, argmax) is any thread's. Reading
// on: codegen/loops/NaiveMap.cpp (the same in one thread), dialects/kernel/Kernel.td (algorithm).
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/gpu/Kernels.h"
#include "codegen/loops/Body.h"
#include "codegen/loops/Reduce.h"
#include "dialects/kernel/Algorithm.h"

#include "mlir/Dialect/LLVMIR/NVVMDialect.h"

#include "llvm/Support/SaveAndRestore.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::codegen;
using kernel::ReduceKind;

namespace {
class WarpMap {
public:
  WarpMap(EmitContext &k, kernel::MapOp op);
  /// Whether rows are long enough to share, and all their reductions can be.
  bool covers();
  void run();

private:
  /// Elements [0, count) of a run of the row that begins at `first`.
  struct Run {
    Value first, count;
    int64_t most; ///< of count, which it has unless it is a last chunk
    bool whole;   ///< known to be `most`
  };
  using Values = SmallVector<Value>;

  BodyEmitter at();
  void setPoint(Value number);
  Value valueAt(kernel::ReduceOp reduce, Value number);
  Value shuffle(Value value, int64_t offset, NVVM::ShflKind kind);
  /// What each lane makes of the elements that are its own, of `lanes` lanes.
  Values accumulate(const Run &run, int64_t lanes, const Values &start,
                    llvm::function_ref<Values(Value number, ValueRange carried)> step);
  Value joinLanes(Values lanes, int64_t count, ReduceKind kind);
  Value sumRun(kernel::ReduceOp reduce, const Run &run, int64_t lanes, Type type);
  Value sumChunks(kernel::ReduceOp reduce);
  Run wholeRow() { return {k.index(0), k.index(elements), elements, true}; }
  Value findArgmax(kernel::ReduceOp reduce);
  Value reduceRow(kernel::ReduceOp reduce);
  void storeRow();
  void runRow();

  EmitContext &k;
  kernel::MapOp op;
  MapAccesses accesses;
  SmallVector<int64_t> inner, rows;
  int64_t elements = 1; ///< of a row
  Value lane;           ///< this thread's number in its warp
  SmallVector<Value> point;
  llvm::DenseMap<Value, Value> reduced; ///< results of the row's finished reductions
};
} // namespace

WarpMap::WarpMap(EmitContext &k, kernel::MapOp op)
    : k(k), op(op), inner(op.getInner().begin(), op.getInner().end()) {
  for (int64_t d = 0; d < static_cast<int64_t>(k.dims.size()); ++d)
    if (!llvm::is_contained(inner, d))
      rows.push_back(d);
  for (int64_t d : inner)
    elements *= k.dims[d];
}

/// Lanes that threads can share out evenly.
static bool isShared(int64_t lanes) {
  return lanes > 1 && (lanes < kWarp ? kWarp % lanes == 0 : lanes % kWarp == 0);
}

bool WarpMap::covers() {
  if (elements < kWarp || llvm::is_contained(op.getAdds(), true))
    return false;
  bool any = false;
  for (auto reduce : op.getBody().front().getOps<kernel::ReduceOp>()) {
    any = true;
    kernel::AlgorithmAttr algorithm = op.getAlgorithmAttr();
    if (!isOrdered(reduce.getKind()))
      continue;
    if (!isShared(algorithm.getLanes()))
      return false;
    if (algorithm.isCut() && algorithm.getJoin() > 1 && !isShared(algorithm.getJoin()))
      return false;
  }
  return any;
}

BodyEmitter WarpMap::at() {
  BodyEmitter body(k, point);
  for (auto [value, emitted] : reduced)
    body.set(value, emitted);
  body.argument = [this](BlockArgument argument) {
    return k.load(accesses.ins[argument.getArgNumber()], point);
  };
  return body;
}

/// The point of a row's element, by its number in row-major order.
void WarpMap::setPoint(Value number) {
  SmallVector<int64_t> sizes;
  for (int64_t d : inner)
    sizes.push_back(k.dims[d]);
  for (auto [dim, index] : llvm::zip_equal(inner, k.decode(number, sizes)))
    point[dim] = index;
}

Value WarpMap::valueAt(kernel::ReduceOp reduce, Value number) {
  setPoint(number);
  return at().get(reduce.getInput());
}

/// The value of another lane: of the one `offset` across, or of lane `offset`. Of any type, in
/// words of 32 bits.
Value WarpMap::shuffle(Value value, int64_t offset, NVVM::ShflKind kind) {
  Type type = value.getType(), i32 = k.b.getI32Type(), i64 = k.b.getI64Type();
  auto constant = [&](int32_t number) { return k.constant(k.b.getI32IntegerAttr(number)); };
  auto move = [&](Value word) -> Value {
    return NVVM::ShflOp::create(k.b, k.loc, word.getType(), constant(-1), word,
                                constant(static_cast<int32_t>(offset)), constant(kWarp - 1), kind,
                                UnitAttr());
  };
  if (type.isF32() || type.isInteger(32))
    return move(value);
  if (type.isIndex())
    return arith::IndexCastOp::create(
        k.b, k.loc, type,
        shuffle(arith::IndexCastOp::create(k.b, k.loc, i64, value), offset, kind));
  if (type.isF64())
    return arith::BitcastOp::create(
        k.b, k.loc, type, shuffle(arith::BitcastOp::create(k.b, k.loc, i64, value), offset, kind));
  if (!type.isInteger(64)) // narrower
    return arith::TruncIOp::create(
        k.b, k.loc, type, shuffle(arith::ExtUIOp::create(k.b, k.loc, i32, value), offset, kind));
  Value half = k.constant(k.b.getI64IntegerAttr(32));
  Value low = move(arith::TruncIOp::create(k.b, k.loc, i32, value));
  Value high = move(
      arith::TruncIOp::create(k.b, k.loc, i32, arith::ShRUIOp::create(k.b, k.loc, value, half)));
  Value up = arith::ShLIOp::create(k.b, k.loc, arith::ExtUIOp::create(k.b, k.loc, i64, high), half);
  return arith::OrIOp::create(k.b, k.loc, up, arith::ExtUIOp::create(k.b, k.loc, i64, low));
}

WarpMap::Values
WarpMap::accumulate(const Run &run, int64_t lanes, const Values &start,
                    llvm::function_ref<Values(Value number, ValueRange carried)> step) {
  int64_t own = std::max<int64_t>(1, lanes / kWarp); // lanes of a thread
  size_t each = start.size() / own;                  // values of a lane
  auto visit = [&](Value first, ValueRange carried, bool inside) {
    Values next(carried.begin(), carried.end());
    for (int64_t r = 0; r < own; ++r) {
      Value offset = k.add(first, k.add(lane, k.index(kWarp * r)));
      auto mine = ValueRange(carried).slice(r * each, each);
      Values values;
      if (inside) {
        values = step(k.add(run.first, offset), mine);
      } else {
        Value valid =
            arith::CmpIOp::create(k.b, k.loc, arith::CmpIPredicate::ult, offset, run.count);
        if (lanes < kWarp) {
          Value active =
              arith::CmpIOp::create(k.b, k.loc, arith::CmpIPredicate::ult, lane, k.index(lanes));
          valid = arith::AndIOp::create(k.b, k.loc, valid, active);
        }
        auto choice = scf::IfOp::create(k.b, k.loc, mine.getTypes(), valid, /*withElse=*/true);
        OpBuilder::InsertionGuard guard(k.b);
        k.b.setInsertionPointToStart(choice.thenBlock());
        scf::YieldOp::create(k.b, k.loc, step(k.add(run.first, offset), mine));
        k.b.setInsertionPointToStart(choice.elseBlock());
        scf::YieldOp::create(k.b, k.loc, mine);
        values.assign(choice.result_begin(), choice.result_end());
      }
      std::copy(values.begin(), values.end(), next.begin() + r * each);
    }
    return next;
  };
  bool even = lanes >= kWarp && run.whole; // whole rounds need no questions
  int64_t rounds = even ? run.most / lanes * lanes : 0;
  Values carried = start;
  if (rounds > 0)
    carried = k.loop(k.index(0), k.index(rounds), k.index(lanes), carried,
                     [&](Value first, ValueRange now) { return visit(first, now, true); });
  if (even && rounds == run.most)
    return carried;
  return k.loop(k.index(rounds), run.count, k.index(lanes), carried,
                [&](Value first, ValueRange now) { return visit(first, now, false); });
}

/// The tree over `count` lanes, of which this thread has every 32nd; all threads get the result.
Value WarpMap::joinLanes(Values lanes, int64_t count, ReduceKind kind) {
  for (size_t half = lanes.size() / 2; half > 0; half /= 2)
    for (size_t i = 0; i < half; ++i)
      lanes[i] = combineReduce(k, kind, lanes[i], lanes[i + half]);
  Value value = lanes[0];
  for (int64_t across = std::min(count, kWarp) / 2; across > 0; across /= 2)
    value = combineReduce(k, kind, value, shuffle(value, across, NVVM::ShflKind::bfly));
  return count < kWarp ? shuffle(value, 0, NVVM::ShflKind::idx) : value;
}

Value WarpMap::sumRun(kernel::ReduceOp reduce, const Run &run, int64_t lanes, Type type) {
  ReduceKind kind = reduce.getKind();
  Values start(std::max<int64_t>(1, lanes / kWarp), getReduceStart(k, kind, type));
  Values sums = accumulate(run, lanes, start, [&](Value number, ValueRange carried) {
    return Values{combineReduce(k, kind, carried[0], valueAt(reduce, number))};
  });
  return joinLanes(sums, lanes, kind);
}

/// Chunk after chunk, each by all threads; the sum of a chunk goes to its lane of the joining.
Value WarpMap::sumChunks(kernel::ReduceOp reduce) {
  kernel::AlgorithmAttr algorithm = op.getAlgorithmAttr();
  ReduceKind kind = reduce.getKind();
  int64_t length = algorithm.getLength(), join = algorithm.getJoin();
  Type wide = kernel::getJoinType(reduce.getType());
  Values start(std::max<int64_t>(1, join / kWarp), getReduceStart(k, kind, wide));
  Values joined = k.loop(0, algorithm.getChunks(), start, [&](Value chunk, ValueRange carried) {
    Value first = k.mul(chunk, length),
          rest = arith::SubIOp::create(k.b, k.loc, k.index(elements), first);
    bool whole = elements % length == 0;
    Value count = whole ? k.index(length)
                        : arith::MinUIOp::create(k.b, k.loc, rest, k.index(length)).getResult();
    Value sum = k.widen(
        sumRun(reduce, {first, count, length, whole}, algorithm.getLanes(), reduce.getType()),
        wide);
    Values next;
    for (auto [r, before] : llvm::enumerate(carried)) {
      Value added = combineReduce(k, kind, before, sum);
      if (join == 1) {
        next.push_back(added);
        continue;
      }
      Value turn = arith::RemUIOp::create(k.b, k.loc, chunk, k.index(join));
      Value own = k.add(lane, k.index(kWarp * static_cast<int64_t>(r)));
      Value mine = arith::CmpIOp::create(k.b, k.loc, arith::CmpIPredicate::eq, turn, own);
      next.push_back(arith::SelectOp::create(k.b, k.loc, mine, added, before));
    }
    return next;
  });
  return k.widen(join == 1 ? joined[0] : joinLanes(joined, join, kind), reduce.getType());
}

/// The best value and its number; of equals the first.
Value WarpMap::findArgmax(kernel::ReduceOp reduce) {
  Type element = reduce.getInput().getType(), indexType = reduce.getType();
  Values start{getReduceStart(k, ReduceKind::Max, element), k.zero(indexType)};
  Values best = accumulate(wholeRow(), kWarp, start, [&](Value number, ValueRange carried) {
    Value value = valueAt(reduce, number), better = isBetter(k, carried[0], value);
    Value where = arith::IndexCastOp::create(k.b, k.loc, indexType, number);
    return Values{arith::SelectOp::create(k.b, k.loc, better, value, carried[0]),
                  arith::SelectOp::create(k.b, k.loc, better, where, carried[1])};
  });
  for (int64_t across = kWarp / 2; across > 0; across /= 2) {
    Value value = shuffle(best[0], across, NVVM::ShflKind::bfly),
          where = shuffle(best[1], across, NVVM::ShflKind::bfly);
    Value better = isBetter(k, best[0], value), worse = isBetter(k, value, best[0]);
    Value earlier = arith::CmpIOp::create(k.b, k.loc, arith::CmpIPredicate::slt, where, best[1]);
    Value no = k.constant(k.b.getBoolAttr(false));
    Value equalsEarlier = arith::SelectOp::create(k.b, k.loc, worse, no, earlier);
    Value takes = arith::OrIOp::create(k.b, k.loc, better, equalsEarlier);
    best = {arith::SelectOp::create(k.b, k.loc, takes, value, best[0]),
            arith::SelectOp::create(k.b, k.loc, takes, where, best[1])};
  }
  return best[1];
}

Value WarpMap::reduceRow(kernel::ReduceOp reduce) {
  if (reduce.getKind() == ReduceKind::Argmax)
    return findArgmax(reduce);
  kernel::AlgorithmAttr algorithm = op.getAlgorithmAttr();
  bool ordered = isOrdered(reduce.getKind());
  if (ordered && algorithm.isCut())
    return sumChunks(reduce);
  return sumRun(reduce, wholeRow(), ordered ? algorithm.getLanes() : kWarp, reduce.getType());
}

/// What depends on the row alone is stored by one thread, before the others store the rest.
void WarpMap::storeRow() {
  auto yielded = op.getBody().front().back().getOperands();
  auto store = [&](bool once) {
    BodyEmitter body = at();
    SmallVector<std::pair<size_t, Value>> values;
    for (size_t i = 0; i < accesses.outs.size(); ++i)
      if (once ==
          llvm::none_of(inner, [&](int64_t d) { return accesses.outs[i].isFunctionOfDim(d); }))
        values.push_back({i, body.get(yielded[i])});
    for (auto [i, value] : values)
      k.store(accesses.outs[i], point, value);
    return !values.empty();
  };
  setPoint(k.index(0));
  Value first = arith::CmpIOp::create(k.b, k.loc, arith::CmpIPredicate::eq, lane, k.index(0));
  k.where(first, [&] { store(true); });
  NVVM::SyncWarpOp::create(k.b, k.loc, k.constant(k.b.getI32IntegerAttr(-1)));
  bool rest = llvm::any_of(accesses.outs, [&](const Access &out) {
    return llvm::any_of(inner, [&](int64_t d) { return out.isFunctionOfDim(d); });
  });
  if (rest)
    k.forEach(lane, k.index(elements), kWarp, [&](Value number) {
      setPoint(number);
      store(false);
    });
}

void WarpMap::runRow() {
  reduced.clear();
  for (auto reduce : op.getBody().front().getOps<kernel::ReduceOp>())
    reduced[reduce.getResult()] = reduceRow(reduce);
  storeRow();
}

void WarpMap::run() {
  accesses = k.accesses(op);
  point.assign(k.dims.size(), k.index(0));
  lane = arith::RemUIOp::create(k.b, k.loc, k.thread, k.index(kWarp));
  {
    auto warpOf = [&](Value thread) -> Value {
      return arith::DivUIOp::create(k.b, k.loc, thread, k.index(kWarp));
    };
    llvm::SaveAndRestore warp(k.thread, warpOf(k.thread)), warps(k.threads, warpOf(k.threads));
    k.shareDims(rows, point, [&] { runRow(); });
  }
  k.pieces *= kWarp;
}

bool codegen::emitWarpMap(EmitContext &k, kernel::MapOp op) {
  WarpMap map(k, op);
  if (!map.covers())
    return false;
  map.run();
  return true;
}
