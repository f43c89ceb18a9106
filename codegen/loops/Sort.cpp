//===- Sort.cpp - the order of the elements of rows -------------------------------------------===//
//
// Threads share rows. A row's positions are sorted bottom up by merging, from one half of the row's
// memory into the other; a position of the left run goes first unless the right one's element comes
// before its own, so the sort is stable, and bits depend on nothing but the row. When only the
// first few are wanted no run grows longer than that, so that each level costs less. Reading on:
// dialects/kernel/Sort.cpp.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/loops/Emit.h"
#include "dialects/kernel/Rows.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::codegen;

namespace {
class SortEmitter {
public:
  SortEmitter(EmitContext &k, kernel::SortOp op);
  void run();

private:
  void sortRow(Value row);
  Value sortPositions();
  void merge(Value left, Value width, Value source, Value target);
  Value isBefore(Value x, Value y);

  /// Positions as they lie in memory, as indices; elements of the row at hand.
  Value loadPosition(Value address) {
    Value position = memref::LoadOp::create(k.b, k.loc, work, address);
    return arith::IndexCastOp::create(k.b, k.loc, k.b.getIndexType(), position);
  }
  void storePosition(Value position, Value address) {
    position = arith::IndexCastOp::create(k.b, k.loc, stored, position);
    memref::StoreOp::create(k.b, k.loc, position, work, address);
  }
  Value loadElement(Value position) {
    return memref::LoadOp::create(k.b, k.loc, in, k.add(first, k.mul(position, extents.inner)));
  }
  Value least(Value x, Value y) { return arith::MinUIOp::create(k.b, k.loc, x, y); }
  Value isBelow(Value x, Value y) {
    return arith::CmpIOp::create(k.b, k.loc, arith::CmpIPredicate::ult, x, y);
  }
  Value select(Value condition, Value x, Value y) {
    return arith::SelectOp::create(k.b, k.loc, condition, x, y);
  }

  EmitContext &k;
  kernel::SortOp op;
  kernel::RowExtents extents;
  int64_t count;
  Value in, out, work;
  Type stored; ///< of positions in `work`
  Value first; ///< address of the row's first element
  Value half;  ///< address of its memory
};
} // namespace

SortEmitter::SortEmitter(EmitContext &k, kernel::SortOp op)
    : k(k), op(op), extents(kernel::getRowExtents(op.getDomain(), op.getAxis())),
      count(op.getCount()), in(k.memory.lookup(op.getIn())), out(k.memory.lookup(op.getOuts()[0])),
      work(k.memory.lookup(op.getOuts()[1])),
      stored(cast<MemRefType>(work.getType()).getElementType()) {}

void SortEmitter::run() {
  int64_t rows = extents.outer * extents.inner;
  if (rows == 0 || count == 0)
    return;
  k.share(rows, [&](Value row) { sortRow(row); });
}

void SortEmitter::sortRow(Value row) {
  SmallVector<Value> at = k.decode(row, {extents.outer, extents.inner});
  first = k.add(k.mul(at[0], extents.length * extents.inner), at[1]);
  half = k.mul(row, 2 * extents.length);
  k.forEach(k.index(0), k.index(extents.length), 1,
            [&](Value i) { storePosition(i, k.add(half, i)); });
  Value sorted = sortPositions();
  Value to = k.add(k.mul(at[0], count * extents.inner), at[1]);
  k.forEach(k.index(0), k.index(count), 1, [&](Value i) {
    Value position =
        arith::IndexCastOp::create(k.b, k.loc, k.b.getI64Type(), loadPosition(k.add(sorted, i)));
    memref::StoreOp::create(k.b, k.loc, position, out, k.add(to, k.mul(i, extents.inner)));
  });
}

/// Levels of runs twice as long as before; returns the address of the sorted positions.
Value SortEmitter::sortPositions() {
  auto levels = static_cast<int64_t>(llvm::Log2_64_Ceil(extents.length));
  if (levels == 0)
    return half;
  Value other = k.add(half, k.index(extents.length));
  SmallVector<Value> start{k.index(1), half, other};
  return k.loop(0, levels, start, [&](Value, ValueRange carried) {
    Value width = carried[0], source = carried[1], target = carried[2], twice = k.mul(width, 2);
    k.loop(k.index(0), k.index(extents.length), twice, {}, [&](Value left, ValueRange) {
      merge(left, width, source, target);
      return SmallVector<Value>();
    });
    return SmallVector<Value>{twice, target, source};
  })[1];
}

/// The runs that begin at `left` and `width` behind it become one.
void SortEmitter::merge(Value left, Value width, Value source, Value target) {
  Value length = k.index(extents.length), limit = k.index(count);
  Value kept = least(width, limit), right = least(k.add(left, width), length);
  Value leftEnd = least(k.add(left, kept), right), rightEnd = least(k.add(right, kept), length);
  Value size = arith::AddIOp::create(k.b, k.loc, arith::SubIOp::create(k.b, k.loc, leftEnd, left),
                                     arith::SubIOp::create(k.b, k.loc, rightEnd, right));
  SmallVector<Value> start{left, right};
  k.loop(k.index(0), least(size, limit), k.index(1), start, [&](Value i, ValueRange carried) {
    Value a = carried[0], b = carried[1];
    Value hasA = isBelow(a, leftEnd), hasB = isBelow(b, rightEnd);
    // What is not there is read where something is.
    Value x = loadPosition(k.add(source, select(hasA, a, left)));
    Value y = loadPosition(k.add(source, select(hasB, b, left)));
    Value before = isBefore(loadElement(y), loadElement(x));
    Value takesB = select(hasA, arith::AndIOp::create(k.b, k.loc, hasB, before), hasB);
    storePosition(select(takesB, y, x), k.add(target, k.add(left, i)));
    Value one = k.index(1), none = k.index(0);
    return SmallVector<Value>{
        arith::AddIOp::create(k.b, k.loc, a, select(takesB, none, one)).getResult(),
        arith::AddIOp::create(k.b, k.loc, b, select(takesB, one, none)).getResult()};
  });
}

/// True when `x` has to stand before `y` whatever their positions: NaN is larger than every number.
Value SortEmitter::isBefore(Value x, Value y) {
  if (op.getDescending())
    std::swap(x, y);
  if (!isa<FloatType>(x.getType()))
    return arith::CmpIOp::create(k.b, k.loc, arith::CmpIPredicate::slt, x, y);
  auto compare = [&](arith::CmpFPredicate predicate, Value a, Value b) {
    return arith::CmpFOp::create(k.b, k.loc, predicate, a, b).getResult();
  };
  Value less = compare(arith::CmpFPredicate::OLT, x, y);
  Value onlyY = arith::AndIOp::create(k.b, k.loc, compare(arith::CmpFPredicate::ORD, x, x),
                                      compare(arith::CmpFPredicate::UNO, y, y));
  return arith::OrIOp::create(k.b, k.loc, less, onlyY);
}

void codegen::emitSort(EmitContext &k, kernel::SortOp op) { SortEmitter(k, op).run(); }
