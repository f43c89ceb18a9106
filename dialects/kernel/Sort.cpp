//===- Sort.cpp - kernel.sort: verifier, facts ------------------------------------------------===//
//
// Reading on: Kernel.td (SortOp), codegen/cpu/Sort.cpp (its code).
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/kernel/Rows.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace sinter::kernel;

BufferType SortOp::getWorkType(BufferType in, int64_t axis) {
  RowExtents extents = getRowExtents(in.getShape(), axis);
  unsigned width = extents.length > INT32_MAX ? 64 : 32;
  return BufferType::get(in.getContext(), {extents.outer * extents.inner, 2, extents.length},
                         IntegerType::get(in.getContext(), width), {});
}

int64_t SortOp::getCount() {
  return cast<BufferType>(getOuts()[0].getType()).getShape()[getAxis()];
}

LogicalResult SortOp::verify() {
  BufferType in = getIn().getType();
  auto axis = static_cast<int64_t>(getAxis());
  if (failed(verifyRows(*this, in, axis)))
    return failure();
  if (getOuts().size() != 2)
    return emitOpError() << "expects positions and memory to work in as outs, got "
                         << getOuts().size();
  auto out = cast<BufferType>(getOuts()[0].getType());
  SmallVector<int64_t> shape(in.getShape());
  bool fits = out.getRank() == in.getRank() && out.getShape()[axis] <= shape[axis];
  if (fits)
    shape[axis] = out.getShape()[axis];
  if (!fits || out.getShape() != ArrayRef<int64_t>(shape) || !out.getElementType().isInteger(64))
    return emitOpError() << "expects i64 positions in the shape of " << in
                         << ", along the axis no more than there are, got " << out;
  if (BufferType work = getWorkType(in, axis); getOuts()[1].getType() != work)
    return emitOpError() << "expects " << work << " to work in, got " << getOuts()[1].getType();
  return success();
}

ArrayRef<int64_t> SortOp::getDomain() { return getIn().getType().getShape(); }

AffineMap SortOp::getAccess(unsigned i) {
  ArrayRef<int64_t> shape = getDomain();
  SmallVector<AffineExpr> dims, sizes;
  SmallVector<int64_t> rows;
  for (int64_t d = 0; d < static_cast<int64_t>(shape.size()); ++d) {
    bool isAxis = d == static_cast<int64_t>(getAxis());
    dims.push_back(isAxis ? getAffineConstantExpr(0, getContext())
                          : getAffineDimExpr(d, getContext()));
    rows.push_back(isAxis ? 1 : shape[d]);
  }
  if (i == 2) { // the number of the row
    AffineExpr zero = getAffineConstantExpr(0, getContext());
    dims = {getRowMajor(getContext(), dims, rows), zero, zero};
  }
  return AffineMap::get(shape.size(), 0, dims, getContext());
}

/// About what a merge sort compares and moves.
int64_t SortOp::getFlops() {
  RowExtents extents = getRowExtents(getDomain(), getAxis());
  int64_t levels = llvm::Log2_64_Ceil(std::max<int64_t>(1, extents.length));
  return getIn().getType().getPhysicalElements() * (1 + 4 * levels);
}
