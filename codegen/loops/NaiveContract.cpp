//===- NaiveContract.cpp - contractions as plain loops ----------------------------------------===//
//
// Covers every contraction: any access, padding, element type and algorithm. The fast emitter must
// give the same bits. Terms read outside a padded operand are left out, points written outside are
// skipped. Threads share the points of the parallel dims; with partial sums one thread does all, in
// row-major order (D1).
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/loops/Body.h"
#include "codegen/loops/Reduce.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::codegen;

/// Whether all `accesses` are inside their shapes; null: they always are.
static Value areInside(EmitContext &k, ArrayRef<Access> accesses, ArrayRef<Value> point) {
  Value inside;
  for (const Access &access : accesses)
    if (Value ok = k.inside(access, point))
      inside = inside ? arith::AndIOp::create(k.b, k.loc, inside, ok).getResult() : ok;
  return inside;
}

/// What `step` makes of `value` where `condition` holds (null: always); elsewhere `value` itself.
static Value stepWhere(EmitContext &k, Value condition, Value value,
                       function_ref<Value(Value)> step) {
  if (!condition)
    return step(value);
  auto choice = scf::IfOp::create(k.b, k.loc, value.getType(), condition, /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(k.b);
  k.b.setInsertionPointToStart(choice.thenBlock());
  scf::YieldOp::create(k.b, k.loc, step(value));
  k.b.setInsertionPointToStart(choice.elseBlock());
  scf::YieldOp::create(k.b, k.loc, value);
  return choice.getResult(0);
}

/// The sum at one point in the order that `algorithm` names.
static Value emitSum(EmitContext &k, kernel::ContractOp op, const Access &a, const Access &b,
                     SmallVector<Value> &point, Value lanesMemory) {
  Type type = op.getEpilogue().front().getArgument(0).getType();
  SmallVector<int64_t> reduced;
  for (int64_t d = op.getParallel(); d < static_cast<int64_t>(k.dims.size()); ++d)
    reduced.push_back(d);
  // Inside is asked once for both; the reads themselves need not ask.
  Access inA = a, inB = b;
  inA.padded = inB.padded = false;
  auto product = [&](Value acc) -> Value {
    return k.multiplyAdd(k.widen(k.load(inA, point), type), k.widen(k.load(inB, point), type), acc);
  };
  if (!lanesMemory)
    return k.nest(reduced, point, k.zero(type), [&](ValueRange carried) {
      Value inside = areInside(k, {a, b}, point);
      return SmallVector<Value>{stepWhere(k, inside, carried[0], product)};
    })[0];
  // Element i of the row-major reduced dims goes to lane i mod their number.
  int64_t count = cast<MemRefType>(lanesMemory.getType()).getDimSize(0);
  auto vector = VectorType::get({count}, type);
  vector::StoreOp::create(k.b, k.loc, k.zero(vector), lanesMemory, k.index(0));
  auto addProduct = [&] {
    Value lane = k.apply(k.rowMajor(reduced) % count, point);
    Value acc = memref::LoadOp::create(k.b, k.loc, lanesMemory, lane);
    memref::StoreOp::create(k.b, k.loc, product(acc), lanesMemory, lane);
  };
  k.nest(reduced, point, [&] { k.where(areInside(k, {a, b}, point), addProduct); });
  Value lanes = vector::LoadOp::create(k.b, k.loc, vector, lanesMemory, k.index(0));
  return k.combineLanes(
      lanes, [&](Value x, Value y) { return combineReduce(k, kernel::ReduceKind::Sum, x, y); });
}

/// Sets an out that adds up to zero; its padding stays as it is.
static void emitClear(EmitContext &k, const Access &out) {
  ArrayRef<int64_t> shape = out.type.getShape();
  EmitContext over(k.b, k.loc, k.target, shape); // the domain is the buffer
  AffineMap identity = AffineMap::getMultiDimIdentityMap(shape.size(), k.b.getContext());
  Access access{out.memory, out.type, identity, out.type.getLinearMap().getResult(0), false};
  SmallVector<Value> point(shape.size(), k.index(0));
  over.nest(llvm::to_vector(llvm::seq<int64_t>(0, shape.size())), point,
            [&] { over.store(access, point, over.zero(out.type.getElementType())); });
}

void codegen::emitNaiveContract(EmitContext &k, kernel::ContractOp op) {
  Block &epilogue = op.getEpilogue().front();
  auto maps = llvm::to_vector(op.getMaps().getAsValueRange<AffineMapAttr>());
  Access a = k.access(op.getA(), maps[0], op.getPadded()),
         b = k.access(op.getB(), maps[1], op.getPadded());
  SmallVector<Access> extras, outs;
  for (auto [i, extra] : llvm::enumerate(op.getExtras()))
    extras.push_back(k.access(extra, maps[2 + i], false));
  for (auto [i, out] : llvm::enumerate(op.getOuts()))
    outs.push_back(k.access(out, maps[2 + extras.size() + i], op.getPadded()));
  auto addsUp = [&](size_t i) { return i < op.getSums().size() && op.getSums()[i]; };

  Value lanesMemory;
  if (int64_t lanes = op.getAlgorithmAttr().getLanes(); lanes > 1)
    lanesMemory = memref::AllocaOp::create(
        k.b, k.loc, MemRefType::get({lanes}, epilogue.getArgument(0).getType()));
  SmallVector<int64_t> parallel = llvm::to_vector(llvm::seq<int64_t>(0, op.getParallel()));
  SmallVector<Value> point(k.dims.size(), k.index(0));
  auto emitWhole = [&] {
    Value sum = emitSum(k, op, a, b, point, lanesMemory);
    std::fill(point.begin() + op.getParallel(), point.end(), k.index(0));
    BodyEmitter body(k, point);
    body.set(epilogue.getArgument(0), sum);
    body.argument = [&](BlockArgument argument) {
      return k.load(extras[argument.getArgNumber() - 1], point);
    };
    // All reads of a point come before its writes: an out may be one of the extras.
    SmallVector<Value> values;
    for (Value yielded : epilogue.back().getOperands())
      values.push_back(body.get(yielded));
    for (auto [i, value] : llvm::enumerate(values)) {
      Access here = outs[i];
      here.padded = false; // asked already
      if (addsUp(i))
        k.accumulate(here, point, value);
      else
        k.store(here, point, value);
    }
  };
  auto emitPoint = [&] { k.where(areInside(k, outs, point), emitWhole); };
  if (llvm::none_of(llvm::seq<size_t>(0, outs.size()), addsUp)) {
    k.shareDims(parallel, point, emitPoint);
    return;
  }
  Value first = arith::CmpIOp::create(k.b, k.loc, arith::CmpIPredicate::eq, k.thread, k.index(0));
  k.where(first, [&] {
    for (size_t i = 0; i < outs.size(); ++i)
      if (addsUp(i))
        emitClear(k, outs[i]);
    k.nest(parallel, point, emitPoint);
  });
}
