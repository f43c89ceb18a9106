//===- NaiveContract.cpp - contractions as plain loops ----------------------------------------===//
//
// Covers every contraction: any access, padding, element type and algorithm. The fast emitter must
// give the same bits. Terms read outside a padded operand are left out, points written outside are
// skipped. Threads share the points of the parallel dims; with partial sums one thread does all, in
// row-major order (D1).
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/cpu/Body.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::codegen;

/// Emits `body` where all `accesses` are inside their shapes; carried values pass by elsewhere.
static SmallVector<Value> emitInside(EmitContext &k, ArrayRef<Access> accesses,
                                     ArrayRef<Value> point, ValueRange carried,
                                     function_ref<SmallVector<Value>(ValueRange)> body) {
  Value inside;
  for (const Access &access : accesses)
    if (Value ok = k.inside(access, point))
      inside = inside ? arith::AndIOp::create(k.b, k.loc, inside, ok).getResult() : ok;
  if (!inside)
    return body(carried);
  auto choice = scf::IfOp::create(k.b, k.loc, carried.getTypes(), inside,
                                  /*withElseRegion=*/!carried.empty());
  OpBuilder::InsertionGuard guard(k.b);
  if (carried.empty()) {
    k.b.setInsertionPoint(choice.thenBlock()->getTerminator());
    body(carried);
    return {};
  }
  k.b.setInsertionPointToStart(choice.thenBlock());
  scf::YieldOp::create(k.b, k.loc, body(carried));
  k.b.setInsertionPointToStart(choice.elseBlock());
  scf::YieldOp::create(k.b, k.loc, carried);
  return SmallVector<Value>(choice.getResults());
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
  auto product = [&](Value acc) {
    return k.multiplyAdd(k.widen(k.load(inA, point), type), k.widen(k.load(inB, point), type), acc);
  };
  if (!lanesMemory)
    return k.nest(reduced, point, k.zero(type), [&](ValueRange carried) {
      return emitInside(k, {a, b}, point, carried,
                        [&](ValueRange acc) { return SmallVector<Value>{product(acc[0])}; });
    })[0];
  // Element i of the row-major reduced dims goes to lane i mod their number.
  int64_t count = cast<MemRefType>(lanesMemory.getType()).getDimSize(0);
  auto vector = VectorType::get({count}, type);
  vector::StoreOp::create(k.b, k.loc, k.zero(vector), lanesMemory, k.index(0));
  auto addProduct = [&](ValueRange) {
    AffineExpr number = getAffineConstantExpr(0, op.getContext());
    for (int64_t d : reduced)
      number = number * k.dims[d] + getAffineDimExpr(d, op.getContext());
    Value lane = k.apply(number % count, point);
    Value acc = memref::LoadOp::create(k.b, k.loc, lanesMemory, lane);
    memref::StoreOp::create(k.b, k.loc, product(acc), lanesMemory, lane);
    return SmallVector<Value>();
  };
  k.nest(reduced, point, {},
         [&](ValueRange) { return emitInside(k, {a, b}, point, {}, addProduct); });
  Value lanes = vector::LoadOp::create(k.b, k.loc, vector, lanesMemory, k.index(0));
  return k.combineLanes(lanes, [&](Value x, Value y) -> Value {
    if (isa<FloatType>(type))
      return arith::AddFOp::create(k.b, k.loc, x, y);
    return arith::AddIOp::create(k.b, k.loc, x, y);
  });
}

/// Sets an out that adds up to zero; its padding stays as it is.
static void emitClear(EmitContext &k, const Access &out) {
  ArrayRef<int64_t> shape = out.type.getShape();
  EmitContext over(k.b, k.loc, k.target, shape); // the domain is the buffer
  AffineMap identity = AffineMap::getMultiDimIdentityMap(shape.size(), k.b.getContext());
  Access access{out.memory, out.type, identity, out.type.getLinearMap().getResult(0), false};
  SmallVector<Value> point(shape.size(), k.index(0));
  over.nest(llvm::to_vector(llvm::seq<int64_t>(0, shape.size())), point, {}, [&](ValueRange) {
    over.store(access, point, over.zero(out.type.getElementType()));
    return SmallVector<Value>();
  });
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
  auto emitWhole = [&](ValueRange) -> SmallVector<Value> {
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
      if (addsUp(i)) {
        Access here = outs[i];
        here.padded = false; // asked already
        Value old = k.load(here, point);
        value = isa<FloatType>(old.getType())
                    ? arith::AddFOp::create(k.b, k.loc, old, value).getResult()
                    : arith::AddIOp::create(k.b, k.loc, old, value).getResult();
      }
      k.store(outs[i], point, value);
    }
    return {};
  };
  auto emitPoint = [&] { emitInside(k, outs, point, {}, emitWhole); };
  if (llvm::none_of(llvm::seq<size_t>(0, outs.size()), addsUp)) {
    k.shareDims(parallel, point, emitPoint);
    return;
  }
  Value first = arith::CmpIOp::create(k.b, k.loc, arith::CmpIPredicate::eq, k.thread, k.index(0));
  auto only = scf::IfOp::create(k.b, k.loc, first);
  OpBuilder::InsertionGuard guard(k.b);
  k.b.setInsertionPoint(only.thenBlock()->getTerminator());
  for (size_t i = 0; i < outs.size(); ++i)
    if (addsUp(i))
      emitClear(k, outs[i]);
  k.nest(parallel, point, {}, [&](ValueRange) {
    emitPoint();
    return SmallVector<Value>();
  });
}
