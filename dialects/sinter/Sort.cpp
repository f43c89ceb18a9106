//===- Sort.cpp - the order of elements along an axis -----------------------------------------===//
//
// Reading on: Sort.td; codegen/interpret/Sort.cpp (the same by definition).
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/sinter/Sinter.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::ir;

void ArgsortOp::buildKernel(OpBuilder &builder, StringRef name, IntegerAttr number,
                            ValueRange operands, ValueRange outs) {
  kernel::SortOp::create(builder, getLoc(), name, number, getAxis(), getDescending(), operands[0],
                         outs);
}

SmallVector<kernel::BufferType> ArgsortOp::getWorkTypes() {
  auto in = kernel::BufferType::get(getContext(), shapeOf(getInput()),
                                    getElementTypeOrSelf(getInput().getType()), {});
  return {kernel::SortOp::getWorkType(in, getAxis())};
}
