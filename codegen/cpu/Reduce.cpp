//===- Reduce.cpp - start values and steps of kernel.reduce -----------------------------------------===//
//
// See Reduce.h.
//
//===----------------------------------------------------------------------------------------------===//
#include "codegen/cpu/Reduce.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::codegen;

bool codegen::isOrdered(StringRef kind) { return kind == "sum" || kind == "prod"; }

Value codegen::getReduceStart(Kernel &k, StringRef kind, Type element) {
  if (auto type = dyn_cast<FloatType>(element)) {
    double value = kind == "sum" ? 0.0 : kind == "prod" ? 1.0 : kind == "min" ? INFINITY : -INFINITY;
    return k.constant(k.b.getFloatAttr(type, value));
  }
  unsigned width = element.isIndex() ? 64 : element.getIntOrFloatBitWidth();
  // An i1 is 0 or 1, unsigned.
  llvm::APInt least = width == 1 ? llvm::APInt(1, 0) : llvm::APInt::getSignedMinValue(width);
  llvm::APInt most = width == 1 ? llvm::APInt(1, 1) : llvm::APInt::getSignedMaxValue(width);
  llvm::APInt value = kind == "sum"    ? llvm::APInt(width, 0)
                      : kind == "prod" ? llvm::APInt(width, 1)
                      : kind == "min"  ? most
                                       : least;
  return k.constant(IntegerAttr::get(element, value));
}

Value codegen::combineReduce(Kernel &k, StringRef kind, Value x, Value y) {
  Type element = getElementTypeOrSelf(x.getType());
  if (isa<FloatType>(element)) {
    if (kind == "sum")
      return arith::AddFOp::create(k.b, k.loc, x, y);
    if (kind == "prod")
      return arith::MulFOp::create(k.b, k.loc, x, y);
    if (kind == "max")
      return arith::MaximumFOp::create(k.b, k.loc, x, y);
    return arith::MinimumFOp::create(k.b, k.loc, x, y);
  }
  if (kind == "sum")
    return arith::AddIOp::create(k.b, k.loc, x, y);
  if (kind == "prod")
    return arith::MulIOp::create(k.b, k.loc, x, y);
  if (element.isInteger(1))
    return kind == "max" ? arith::OrIOp::create(k.b, k.loc, x, y).getResult()
                         : arith::AndIOp::create(k.b, k.loc, x, y).getResult();
  if (kind == "max")
    return arith::MaxSIOp::create(k.b, k.loc, x, y);
  return arith::MinSIOp::create(k.b, k.loc, x, y);
}

Value codegen::isBetter(Kernel &k, Value x, Value y) {
  if (!isa<FloatType>(getElementTypeOrSelf(x.getType())))
    return arith::CmpIOp::create(k.b, k.loc,
                                 getElementTypeOrSelf(x.getType()).isInteger(1) ? arith::CmpIPredicate::ugt
                                                                                : arith::CmpIPredicate::sgt,
                                 y, x);
  // Not (y <= x) and x not NaN: y is greater or the first NaN.
  Value greater = arith::CmpFOp::create(k.b, k.loc, arith::CmpFPredicate::UGT, y, x);
  Value number = arith::CmpFOp::create(k.b, k.loc, arith::CmpFPredicate::ORD, x, x);
  return arith::AndIOp::create(k.b, k.loc, greater, number);
}
