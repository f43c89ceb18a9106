//===- Prefix.cpp - kernel.prefix: verifier, facts, schedule ----------------------------------===//
//
// Reading on: Kernel.td (PrefixOp), codegen/cpu/Prefix.cpp (its code).
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/kernel/CpuTarget.h"
#include "dialects/kernel/Rows.h"
#include "dialects/kernel/Verify.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace sinter::kernel;

LogicalResult PrefixOp::verify() {
  if (failed(verifyRows(*this, getIn().getType(), getAxis())))
    return failure();
  if (getOuts().size() != 1 || getOuts()[0].getType() != getIn().getType())
    return emitOpError() << "expects one out of the type of its in, " << getIn().getType();
  if (getKind() == ReduceKind::Argmax)
    return emitOpError() << "expects sum, prod, max or min, got argmax";
  bool hasStart = getKind() == ReduceKind::Sum || getKind() == ReduceKind::Prod;
  if (getExclusive() && !hasStart)
    return emitOpError() << "expects `exclusive` with sum or prod, got "
                         << stringifyReduceKind(getKind()) << ": there is no extreme of nothing";
  return success();
}

ArrayRef<int64_t> PrefixOp::getDomain() { return getIn().getType().getShape(); }

AffineMap PrefixOp::getAccess(unsigned) {
  return AffineMap::getMultiDimIdentityMap(getDomain().size(), getContext());
}

int64_t PrefixOp::getFlops() { return getIn().getType().getPhysicalElements(); }

Type PrefixOp::getChainType() {
  Type element = getIn().getType().getElementType();
  bool rounds = getKind() == ReduceKind::Sum || getKind() == ReduceKind::Prod;
  return rounds && isa<FloatType>(element) ? Float64Type::get(getContext()) : element;
}

namespace sinter::kernel {

LogicalResult verifyRows(Operation *op, BufferType type, int64_t axis) {
  if (failed(verifyDims(op, type.getShape())))
    return failure();
  if (axis < 0 || axis >= type.getRank())
    return op->emitOpError() << "expects an axis of " << type << ", got " << axis;
  if (type.getElementType().isInteger(1))
    return op->emitOpError() << "expects numbers, got " << type;
  for (Type operand : op->getOperandTypes())
    if (LayoutAttr layout = cast<BufferType>(operand).getLayout(); layout && !layout.isRowMajor())
      return op->emitOpError() << "expects row-major buffers, got " << operand;
  return success();
}

RowExtents getRowExtents(ArrayRef<int64_t> shape, int64_t axis) {
  RowExtents extents;
  for (auto [d, size] : llvm::enumerate(shape)) {
    int64_t &part = static_cast<int64_t>(d) < axis    ? extents.outer
                    : static_cast<int64_t>(d) == axis ? extents.length
                                                      : extents.inner;
    part *= size;
  }
  return extents;
}

/// Vectors side by side, and rows where there are none: the latency of additions is about as many
/// of them, and a group of vectors is as many lines of cache, so that few columns are still work
/// for several threads.
static constexpr int64_t kVectors = 2, kRows = 4;

CpuScheduleAttr chooseSchedule(CpuTargetAttr target, PrefixOp op) {
  RowExtents extents = getRowExtents(op.getDomain(), op.getAxis());
  int64_t lanes = target.getVectorLanes(op.getIn().getType().getElementType());
  if (extents.inner == 1)
    return CpuScheduleAttr::get(op.getContext(), -1, -1, kRows, 1, 0, -1, 1, 0, {});
  int64_t nr =
      std::min(kVectors * lanes,
               static_cast<int64_t>(llvm::alignTo(std::max<int64_t>(1, extents.inner), lanes)));
  return CpuScheduleAttr::get(op.getContext(), static_cast<int64_t>(op.getDomain().size()) - 1, -1,
                              1, nr, 0, -1, 1, 0, {});
}

} // namespace sinter::kernel
