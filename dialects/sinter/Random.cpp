//===- Random.cpp - counter-based random numbers ----------------------------------------------===//
//
// Invariant: a number depends on seed, step, stream and the logical row-major index only (D2),
// never on layout or thread. Reading on: kernel.philox in Kernel.td.
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/sinter/GradBuilder.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::ir;

SmallVector<int64_t> RandomUniformOp::getMapDomain() {
  return llvm::to_vector(shapeOf(getResult()));
}
AffineMap RandomUniformOp::getOperandAccess(unsigned) {
  return AffineMap::get(getMapDomain().size(), 0, {}, getContext());
}
AffineMap RandomUniformOp::getResultAccess(unsigned) { return getIdentityAccess(*this); }
void RandomUniformOp::buildBody(OpBuilder &b, Location loc, ValueRange operands,
                                SmallVectorImpl<Value> &results) {
  // Row-major element index of the logical tensor (D2).
  Type i64 = b.getI64Type();
  Value element = arith::ConstantOp::create(b, loc, b.getI64IntegerAttr(0));
  for (auto [dim, size] : llvm::enumerate(shapeOf(getResult()))) {
    if (size == 1)
      continue;
    Value scale = arith::ConstantOp::create(b, loc, b.getI64IntegerAttr(size));
    element = arith::MulIOp::create(b, loc, element, scale);
    element = arith::AddIOp::create(b, loc, element, kernel::IndexOp::create(b, loc, i64, dim));
  }
  results.push_back(kernel::PhiloxOp::create(b, loc, getElementTypeOrSelf(getResult().getType()),
                                             operands[0], operands[1], element, getStream()));
}
