//===- Contraction.cpp - sums of products of the graph, as kernels see them -------------------===//
//
// See Contraction.h.
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/sinter/Contraction.h"

using namespace mlir;

namespace sinter::ir {

kernel::ContractAccess getAccess(Value tensor, AffineMap map) {
  auto type = cast<RankedTensorType>(tensor.getType());
  return {map, llvm::to_vector(type.getShape()), type.getElementType(), {}};
}

kernel::Contraction getContraction(ContractionOpInterface op) {
  kernel::Contraction c;
  c.dims = op.getContractionDomain();
  c.parallel = op.getParallelDims();
  c.sumLanes = op.getSumLanes();
  c.padded = op.readsPadded();
  c.accumulator = cast<RankedTensorType>(op->getResult(0).getType()).getElementType();
  for (unsigned i : {0, 1})
    c.factors[i] = getAccess(op->getOperand(i), op.getOperandAccess(i));
  c.results = {getAccess(op->getResult(0), op.getResultAccess())};
  return c;
}

} // namespace sinter::ir
