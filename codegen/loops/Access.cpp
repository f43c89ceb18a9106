//===- Access.cpp - elements of buffers, as scalars -------------------------------------------===//
//
// A direct access is known but for the point; an indirect one has values of the data in its index.
// Those are looked at before they are used: outside of the axis nothing is read or written, and the
// run is told. Reading on: Emit.h, Lanes.cpp (the same as vectors).
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/loops/Reduce.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::codegen;

bool Access::isFunctionOfDim(int64_t dim) const {
  return (logical && logical.isFunctionOfDim(dim)) ||
         llvm::any_of(indices, [&](const Access &index) { return index.isFunctionOfDim(dim); });
}

Access EmitContext::access(Value buffer, AffineMap map, bool padded) const {
  auto type = cast<kernel::BufferType>(buffer.getType());
  AffineMap address = simplifyAffineMap(type.getLinearMap().compose(map));
  Access result{memory.lookup(buffer), type, map, address.getResult(0)};
  for (auto [expr, size] : llvm::zip(map.getResults(), type.getShape())) {
    auto [low, high] = getBounds(expr, dims);
    result.padded |= padded && (low < 0 || high >= size);
  }
  return result;
}

MapAccesses EmitContext::accesses(kernel::MapOp op) const {
  MapAccesses result;
  auto maps = llvm::to_vector(op.getMaps().getAsValueRange<AffineMapAttr>());
  size_t count = op.getIns().size(), line = 0;
  for (auto [i, in] : llvm::enumerate(op.getIns()))
    result.ins.push_back(access(in, maps[i], op.getPadded() || maps[i].getNumSymbols() != 0));
  for (auto [i, out] : llvm::enumerate(op.getOuts()))
    result.outs.push_back(access(out, maps[count + i], maps[count + i].getNumSymbols() != 0));
  for (auto *list : {&result.ins, &result.outs})
    for (Access &indirect : *list) {
      unsigned symbols = indirect.logical.getNumSymbols();
      if (symbols == 0)
        continue;
      indirect.line = lines[line++];
      for (unsigned n = 0; n < symbols; ++n)
        indirect.indices.push_back(indirect.logical.isFunctionOfSymbol(n) ? result.ins[n]
                                                                          : Access());
    }
  return result;
}

/// Values of the symbols, as far as the access uses them.
SmallVector<Value> EmitContext::symbolsOf(const Access &access, ArrayRef<Value> point) {
  SmallVector<Value> symbols(access.indices.size());
  for (auto [n, index] : llvm::enumerate(access.indices))
    if (access.logical.isFunctionOfSymbol(n))
      symbols[n] = arith::IndexCastOp::create(b, loc, b.getIndexType(), load(index, point));
  return symbols;
}

Value EmitContext::address(const Access &access, ArrayRef<Value> point) {
  return apply(access.address, point, symbolsOf(access, point));
}

void EmitContext::where(Value condition, const std::function<void()> &body) {
  if (!condition)
    return body();
  auto branch = scf::IfOp::create(b, loc, condition, /*withElseRegion=*/false);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPoint(branch.thenBlock()->getTerminator());
  body();
}

void EmitContext::reportIndex(const Access &access, const Access &index, ArrayRef<Value> point,
                              Value value, int64_t size) {
  AffineExpr position =
      kernel::getRowMajor(b.getContext(), index.logical.getResults(), index.type.getShape());
  auto number = [&](Value x) -> Value {
    return arith::IndexCastOp::create(b, loc, b.getI64Type(), x);
  };
  report(access.line, number(value), number(apply(position, point)), number(this->index(size)));
}

Value EmitContext::indexOf(const Access &access, unsigned position, ArrayRef<Value> point) {
  return apply(access.logical.getResult(position), point, symbolsOf(access, point));
}

Value EmitContext::inside(const Access &access, ArrayRef<Value> point,
                          std::optional<unsigned> besides) {
  Value inside;
  if (!access.padded)
    return inside;
  SmallVector<Value> symbols = symbolsOf(access, point);
  for (auto [i, expr] : llvm::enumerate(access.logical.getResults())) {
    int64_t size = access.type.getShape()[i];
    auto [low, high] = getBounds(expr, dims);
    if (i == besides || (low >= 0 && high < size))
      continue;
    // Unsigned: a negative index is a huge one.
    Value at = apply(expr, point, symbols);
    Value ok = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ult, at, index(size));
    if (auto symbol = dyn_cast<AffineSymbolExpr>(expr))
      where(arith::CmpIOp::create(b, loc, arith::CmpIPredicate::uge, at, index(size)),
            [&] { reportIndex(access, access.indices[symbol.getPosition()], point, at, size); });
    inside = inside ? arith::AndIOp::create(b, loc, inside, ok).getResult() : ok;
  }
  return inside;
}

Value EmitContext::load(const Access &access, ArrayRef<Value> point) {
  Type element = access.type.getElementType();
  if (access.type.getPhysicalElements() == 0) {
    inside(access, point); // there is no index into nothing
    return zero(element);
  }
  Value address = this->address(access, point), isInside = inside(access, point);
  if (isInside)
    address = arith::SelectOp::create(b, loc, isInside, address, index(0));
  Value value = memref::LoadOp::create(b, loc, access.memory, address);
  if (element.isInteger(1))
    value = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ne, value, zero(value.getType()));
  if (isInside)
    value = arith::SelectOp::create(b, loc, isInside, value, zero(element));
  return value;
}

void EmitContext::store(const Access &access, ArrayRef<Value> point, Value value) {
  if (value.getType().isInteger(1))
    value = arith::ExtUIOp::create(b, loc, b.getI8Type(), value);
  memref::StoreOp::create(b, loc, value, access.memory, address(access, point));
}

void EmitContext::accumulate(const Access &access, ArrayRef<Value> point, Value value) {
  where(inside(access, point), [&] {
    Value at = address(access, point);
    Value old = memref::LoadOp::create(b, loc, access.memory, at);
    Value sum = combineReduce(*this, kernel::ReduceKind::Sum, old, value);
    memref::StoreOp::create(b, loc, sum, access.memory, at);
  });
}
