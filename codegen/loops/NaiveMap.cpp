//===- NaiveMap.cpp - map kernels as plain loops ----------------------------------------------===//
//
// Covers every map kernel. A row runs in phases: one loop over the inner dims a kernel.reduce, then
// one that stores. Each phase computes again what it needs, so a row needs no memory of its own.
// Reading on: Map.cpp (the fast one).
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/loops/Body.h"
#include "codegen/loops/Reduce.h"
#include "dialects/kernel/Algorithm.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::codegen;

/// One map kernel being written.
struct NaiveMap {
  EmitContext &k;
  kernel::MapOp op;
  SmallVector<Access> ins, outs;
  SmallVector<int64_t> inner, rows;
  SmallVector<Value> point;
  llvm::DenseMap<Value, Value> reduced; ///< results of finished phases of the row
  /// Accumulators in memory of an ordered reduction: of a chunk or the whole, and of the chunks.
  llvm::DenseMap<Operation *, std::pair<Value, Value>> lanes;

  NaiveMap(EmitContext &k, kernel::MapOp op) : k(k), op(op) {}

  BodyEmitter at() {
    BodyEmitter body(k, point);
    for (auto [value, emitted] : reduced)
      body.set(value, emitted);
    body.argument = [this](BlockArgument argument) {
      return k.load(ins[argument.getArgNumber()], point);
    };
    return body;
  }
  Value elementNumber() { return k.apply(k.rowMajor(inner), point); }
  void clear(kernel::ReduceOp reduce, Value memory);
  void add(kernel::ReduceOp reduce, Value memory, Value number, Value value);
  Value combine(kernel::ReduceOp reduce, Value memory);
  Value emitReduce(kernel::ReduceOp reduce);
  void emitChunked(kernel::ReduceOp reduce, Value part, Value joined);
  Value emitArgmax(kernel::ReduceOp reduce);
  void emitRow();
};

Value NaiveMap::emitArgmax(kernel::ReduceOp reduce) {
  Type element = reduce.getInput().getType(), indexType = reduce.getType();
  Value start = getReduceStart(k, kernel::ReduceKind::Max, element);
  return k.nest(inner, point, {start, k.zero(indexType)}, [&](ValueRange best) {
    Value value = at().get(reduce.getInput());
    Value better = isBetter(k, best[0], value);
    Value number = arith::IndexCastOp::create(k.b, k.loc, indexType, elementNumber());
    return SmallVector<Value>{arith::SelectOp::create(k.b, k.loc, better, value, best[0]),
                              arith::SelectOp::create(k.b, k.loc, better, number, best[1])};
  })[1];
}

static int64_t countLanes(Value memory) { return cast<MemRefType>(memory.getType()).getDimSize(0); }

static Type elementOf(Value memory) { return cast<MemRefType>(memory.getType()).getElementType(); }

void NaiveMap::clear(kernel::ReduceOp reduce, Value memory) {
  Value start = getReduceStart(k, reduce.getKind(), elementOf(memory));
  for (int64_t lane = 0; lane < countLanes(memory); ++lane)
    memref::StoreOp::create(k.b, k.loc, start, memory, k.index(lane));
}

/// Element `number` goes to its lane, in the lane's type.
void NaiveMap::add(kernel::ReduceOp reduce, Value memory, Value number, Value value) {
  Value lane = arith::RemUIOp::create(k.b, k.loc, number, k.index(countLanes(memory)));
  Value acc = memref::LoadOp::create(k.b, k.loc, memory, lane);
  value = k.widen(value, elementOf(memory));
  memref::StoreOp::create(k.b, k.loc, combineReduce(k, reduce.getKind(), acc, value), memory, lane);
}

Value NaiveMap::combine(kernel::ReduceOp reduce, Value memory) {
  auto vector = VectorType::get({countLanes(memory)}, elementOf(memory));
  Value all = vector::LoadOp::create(k.b, k.loc, vector, memory, k.index(0));
  return k.combineLanes(all,
                        [&](Value x, Value y) { return combineReduce(k, reduce.getKind(), x, y); });
}

/// One element after the other; where a chunk begins, the one before is put to the others.
void NaiveMap::emitChunked(kernel::ReduceOp reduce, Value part, Value joined) {
  kernel::AlgorithmAttr algorithm = op.getAlgorithmAttr();
  clear(reduce, joined);
  k.nest(inner, point, [&] {
    Value number = elementNumber(), length = k.index(algorithm.getLength());
    Value inside = arith::RemUIOp::create(k.b, k.loc, number, length);
    Value chunk = arith::DivUIOp::create(k.b, k.loc, number, length);
    Value begins = arith::CmpIOp::create(k.b, k.loc, arith::CmpIPredicate::eq, inside, k.index(0));
    Value later = arith::CmpIOp::create(k.b, k.loc, arith::CmpIPredicate::ne, chunk, k.index(0));
    Value ends = arith::AndIOp::create(k.b, k.loc, begins, later);
    k.where(ends, [&] {
      Value before = arith::SubIOp::create(k.b, k.loc, chunk, k.index(1));
      add(reduce, joined, before, combine(reduce, part));
      clear(reduce, part);
    });
    add(reduce, part, inside, at().get(reduce.getInput()));
  });
  add(reduce, joined, k.index(algorithm.getChunks() - 1), combine(reduce, part));
}

Value NaiveMap::emitReduce(kernel::ReduceOp reduce) {
  kernel::ReduceKind kind = reduce.getKind();
  if (kind == kernel::ReduceKind::Argmax)
    return emitArgmax(reduce);
  auto [part, joined] = lanes.lookup(reduce);
  if (!part)
    return k.nest(inner, point, getReduceStart(k, kind, reduce.getType()), [&](ValueRange acc) {
      return SmallVector<Value>{combineReduce(k, kind, acc[0], at().get(reduce.getInput()))};
    })[0];
  clear(reduce, part);
  if (joined) {
    emitChunked(reduce, part, joined);
    return k.widen(combine(reduce, joined), reduce.getType());
  }
  k.nest(inner, point, [&] { add(reduce, part, elementNumber(), at().get(reduce.getInput())); });
  return combine(reduce, part);
}

void NaiveMap::emitRow() {
  reduced.clear();
  for (Operation &inside : op.getBody().front())
    if (auto reduce = dyn_cast<kernel::ReduceOp>(inside))
      reduced[reduce.getResult()] = emitReduce(reduce);
  auto yielded = op.getBody().front().back().getOperands();
  auto oncePerRow = [&](size_t i) {
    return llvm::none_of(inner, [&](int64_t d) { return outs[i].isFunctionOfDim(d); });
  };
  auto storeWhere = [&](bool once) {
    BodyEmitter body = at();
    SmallVector<std::pair<size_t, Value>> values;
    for (size_t i = 0; i < outs.size(); ++i)
      if (oncePerRow(i) == once)
        values.push_back({i, body.get(yielded[i])});
    for (auto [i, value] : values)
      if (op.addsTo(i))
        k.accumulate(outs[i], point, value);
      else
        k.store(outs[i], point, value);
  };
  // Once-a-row values first: they may read what the row's stores replace.
  auto each = llvm::seq<size_t>(0, outs.size());
  for (int64_t d : inner)
    point[d] = k.index(0);
  bool anyOnce = llvm::any_of(each, oncePerRow), anyEach = !llvm::all_of(each, oncePerRow);
  if (anyOnce)
    storeWhere(true);
  if (anyEach)
    k.nest(inner, point, [&] { storeWhere(false); });
}

void codegen::emitNaiveMap(EmitContext &k, kernel::MapOp op) {
  NaiveMap map(k, op);
  MapAccesses all = k.accesses(op);
  map.ins = std::move(all.ins);
  map.outs = std::move(all.outs);
  map.inner.assign(op.getInner().begin(), op.getInner().end());
  for (int64_t d = 0; d < static_cast<int64_t>(k.dims.size()); ++d)
    if (!llvm::is_contained(map.inner, d))
      map.rows.push_back(d);
  map.point.assign(k.dims.size(), k.index(0));
  auto memoryOf = [&](int64_t lanes, Type type) -> Value {
    return memref::AllocaOp::create(k.b, k.loc, MemRefType::get({lanes}, type));
  };
  for (Operation &inside : op.getBody().front()) {
    auto reduce = dyn_cast<kernel::ReduceOp>(inside);
    if (!reduce || !isOrdered(reduce.getKind()))
      continue;
    kernel::AlgorithmAttr algorithm = op.getAlgorithmAttr();
    if (algorithm.isCut())
      map.lanes[reduce] = {memoryOf(algorithm.getLanes(), reduce.getType()),
                           memoryOf(algorithm.getJoin(), kernel::getJoinType(reduce.getType()))};
    else if (algorithm.getLanes() > 1)
      map.lanes[reduce].first = memoryOf(algorithm.getLanes(), reduce.getType());
  }
  k.shareDims(map.rows, map.point, [&] { map.emitRow(); });
}
