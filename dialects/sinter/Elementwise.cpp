//===- Elementwise.cpp - folds of elementwise ops ---------------------------------------------===//
//
// Only identities that hold for every float, NaN and signed zero included.
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/sinter/Sinter.h"

using namespace mlir;
using namespace sinter::ir;

static bool isSplatOf(Attribute attribute, double value) {
  auto splat = dyn_cast_or_null<SplatElementsAttr>(attribute);
  if (!splat)
    return false;
  if (isa<FloatType>(splat.getElementType()))
    return splat.getSplatValue<APFloat>().isExactlyValue(value) &&
           !splat.getSplatValue<APFloat>().isNegZero();
  return splat.getSplatValue<APInt>() == uint64_t(int64_t(value));
}

OpFoldResult MulOp::fold(FoldAdaptor adaptor) {
  if (isSplatOf(adaptor.getRhs(), 1) && getLhs().getType() == getType())
    return getLhs();
  if (isSplatOf(adaptor.getLhs(), 1) && getRhs().getType() == getType())
    return getRhs();
  return {};
}
OpFoldResult NegOp::fold(FoldAdaptor) {
  auto inner = getInput().getDefiningOp<NegOp>();
  return inner && inner.getInput().getType() == getType() ? OpFoldResult(inner.getInput())
                                                          : OpFoldResult();
}
OpFoldResult CastOp::fold(FoldAdaptor) {
  return getInput().getType() == getType() ? OpFoldResult(getInput()) : OpFoldResult();
}
OpFoldResult DivOp::fold(FoldAdaptor adaptor) {
  return isSplatOf(adaptor.getRhs(), 1) && getLhs().getType() == getType() ? OpFoldResult(getLhs())
                                                                           : OpFoldResult();
}
OpFoldResult SubOp::fold(FoldAdaptor adaptor) {
  return isSplatOf(adaptor.getRhs(), 0) && getLhs().getType() == getType() ? OpFoldResult(getLhs())
                                                                           : OpFoldResult();
}
