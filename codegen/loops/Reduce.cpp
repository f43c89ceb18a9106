//===- Reduce.cpp - start values and steps of kernel.reduce -----------------------------------===//
//
// See Reduce.h.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/loops/Reduce.h"
#include "dialects/kernel/Combine.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::codegen;
using kernel::ReduceKind;

bool codegen::isOrdered(ReduceKind kind) {
  return kind == ReduceKind::Sum || kind == ReduceKind::Prod;
}

Value codegen::getReduceStart(EmitContext &k, ReduceKind kind, Type element) {
  if (auto type = dyn_cast<FloatType>(element)) {
    double value = kind == ReduceKind::Sum    ? 0.0
                   : kind == ReduceKind::Prod ? 1.0
                   : kind == ReduceKind::Min  ? INFINITY
                                              : -INFINITY;
    return k.constant(k.b.getFloatAttr(type, value));
  }
  unsigned width = element.isIndex() ? 64 : element.getIntOrFloatBitWidth();
  bool isUnsigned = kernel::isUnsigned(element);
  llvm::APInt least =
      isUnsigned ? llvm::APInt::getMinValue(width) : llvm::APInt::getSignedMinValue(width);
  llvm::APInt most =
      isUnsigned ? llvm::APInt::getMaxValue(width) : llvm::APInt::getSignedMaxValue(width);
  llvm::APInt value = kind == ReduceKind::Sum    ? llvm::APInt(width, 0)
                      : kind == ReduceKind::Prod ? llvm::APInt(width, 1)
                      : kind == ReduceKind::Min  ? most
                                                 : least;
  return k.constant(IntegerAttr::get(element, value));
}

Value codegen::combineReduce(EmitContext &k, ReduceKind kind, Value x, Value y) {
  return kernel::combine(k.b, k.loc, kind, x, y);
}

Value codegen::isBetter(EmitContext &k, Value x, Value y) {
  if (!isa<FloatType>(getElementTypeOrSelf(x.getType())))
    return arith::CmpIOp::create(k.b, k.loc,
                                 kernel::isUnsigned(getElementTypeOrSelf(x.getType()))
                                     ? arith::CmpIPredicate::ugt
                                     : arith::CmpIPredicate::sgt,
                                 y, x);
  // Not (y <= x) and x not NaN: y is greater or the first NaN.
  Value greater = arith::CmpFOp::create(k.b, k.loc, arith::CmpFPredicate::UGT, y, x);
  Value number = arith::CmpFOp::create(k.b, k.loc, arith::CmpFPredicate::ORD, x, x);
  return arith::AndIOp::create(k.b, k.loc, greater, number);
}
