//===- NaivePrefix.cpp - prefix sums, products, maxima and minima as plain loops --------------===//
//
// Every row is one chain, in the order of its elements (D1); threads share the rows. Reading on:
// codegen/cpu/Prefix.cpp (rows side by side).
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/loops/Reduce.h"
#include "dialects/kernel/Rows.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::codegen;

void codegen::emitNaivePrefix(EmitContext &k, kernel::PrefixOp op) {
  kernel::RowExtents extents = kernel::getRowExtents(op.getDomain(), op.getAxis());
  Value from = k.memory.lookup(op.getIn()), to = k.memory.lookup(op.getOuts()[0]);
  Type element = op.getIn().getType().getElementType(), total = op.getChainType();
  k.share(extents.outer * extents.inner, [&](Value row) {
    SmallVector<Value> at = k.decode(row, {extents.outer, extents.inner});
    Value first = k.add(k.mul(at[0], extents.length * extents.inner), at[1]);
    k.loop(0, extents.length, getReduceStart(k, op.getKind(), total),
           [&](Value i, ValueRange carried) {
             if (op.getReverse())
               i = arith::SubIOp::create(k.b, k.loc, k.index(extents.length - 1), i);
             Value address = k.add(first, k.mul(i, extents.inner));
             // An element is read before it is written: in and out may be one.
             Value value = k.widen(memref::LoadOp::create(k.b, k.loc, from, address), total);
             Value next = combineReduce(k, op.getKind(), carried[0], value);
             Value stored = k.widen(op.getExclusive() ? carried[0] : next, element);
             memref::StoreOp::create(k.b, k.loc, stored, to, address);
             return SmallVector<Value>{next};
           });
  });
}
