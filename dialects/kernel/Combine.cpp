//===- Combine.cpp - what a reduction makes of two values -------------------------------------===//
//
// See Combine.h.
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/kernel/Combine.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::kernel;

bool kernel::isUnsigned(Type element) { return element.isInteger(8) || element.isInteger(1); }

static Value combineFloats(OpBuilder &b, Location loc, ReduceKind kind, Value x, Value y) {
  switch (kind) {
  case ReduceKind::Sum:
    return arith::AddFOp::create(b, loc, x, y);
  case ReduceKind::Prod:
    return arith::MulFOp::create(b, loc, x, y);
  case ReduceKind::Max:
    return arith::MaximumFOp::create(b, loc, x, y);
  default:
    return arith::MinimumFOp::create(b, loc, x, y);
  }
}

Value kernel::combine(OpBuilder &b, Location loc, ReduceKind kind, Value x, Value y) {
  Type element = getElementTypeOrSelf(x.getType());
  if (isa<FloatType>(element))
    return combineFloats(b, loc, kind, x, y);
  if (kind == ReduceKind::Sum)
    return arith::AddIOp::create(b, loc, x, y);
  if (kind == ReduceKind::Prod)
    return arith::MulIOp::create(b, loc, x, y);
  bool isMax = kind == ReduceKind::Max;
  if (element.isInteger(1))
    return isMax ? arith::OrIOp::create(b, loc, x, y).getResult()
                 : arith::AndIOp::create(b, loc, x, y).getResult();
  if (isUnsigned(element))
    return isMax ? arith::MaxUIOp::create(b, loc, x, y).getResult()
                 : arith::MinUIOp::create(b, loc, x, y).getResult();
  return isMax ? arith::MaxSIOp::create(b, loc, x, y).getResult()
               : arith::MinSIOp::create(b, loc, x, y).getResult();
}
