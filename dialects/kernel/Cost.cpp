//===- Cost.cpp - what the machine makes of bytes and lanes -----------------------------------===//
//
// See Cost.h.
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/kernel/Cost.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace sinter::kernel {

int64_t getVectorLanes(TargetAttr target, Type element) {
  unsigned bits = element.isIntOrFloat() ? std::max(8u, element.getIntOrFloatBitWidth()) : 64;
  return std::max<int64_t>(1, target.getVectorBits() / bits);
}

int64_t getContiguousDim(ArrayRef<int64_t> shape, LayoutAttr layout) {
  if (shape.empty())
    return -1;
  SmallVector<int64_t> order;
  if (layout) {
    order.append(layout.getPerm().begin(), layout.getPerm().end());
    if (!layout.getBlock().empty())
      return layout.getBlock().back();
  } else {
    order = llvm::to_vector(llvm::seq<int64_t>(0, shape.size()));
  }
  // Trailing dims of size 1 do not separate neighbours.
  for (int64_t dim : llvm::reverse(order))
    if (shape[dim] != 1)
      return dim;
  return order.back();
}

bool isContiguousAlong(AffineMap map, int64_t dim, ArrayRef<int64_t> shape, LayoutAttr layout) {
  int64_t inner = getContiguousDim(shape, layout);
  for (auto [i, expr] : llvm::enumerate(map.getResults())) {
    if (!expr.isFunctionOfDim(dim))
      continue;
    if (static_cast<int64_t>(i) != inner)
      return false;
    // dim + something without dim: unit stride.
    AffineExpr step = expr.replace(getAffineDimExpr(dim, map.getContext()),
                                   getAffineDimExpr(dim, map.getContext()) + 1) -
                      expr;
    auto constant = dyn_cast<AffineConstantExpr>(
        simplifyAffineExpr(step, map.getNumDims(), map.getNumSymbols()));
    if (!constant || constant.getValue() != 1)
      return false;
  }
  return true;
}

double getBytesPerCycle(TargetAttr target, int64_t bytes) {
  // Below L1 the load ports bound; the others are measured by `codegen_bench cost`.
  return bytes <= target.getL1()   ? 64
         : bytes <= target.getL2() ? 24
         : bytes <= target.getL3() ? 8
                                   : 4;
}

double getCacheRoom(TargetAttr target) { return 0.75 * static_cast<double>(target.getL2()); }

double estimateTraffic(TargetAttr target, int64_t bytes) {
  return static_cast<double>(bytes) / getBytesPerCycle(target, bytes);
}

bool isPlainStep(Operation *step) {
  return isa<arith::ArithDialect>(step->getDialect()) &&
         !isa<arith::DivFOp, arith::RemFOp, arith::DivSIOp, arith::RemSIOp>(step);
}

TargetAttr getTarget(Operation *op) {
  for (Operation *at = op; at; at = at->getParentOp())
    if (auto target = at->getAttrOfType<TargetAttr>("kernel.target"))
      return target;
  return TargetAttr::get(op->getContext(), "cpu:x86-64", "x86_64-unknown-linux-gnu", "x86-64", "",
                         128, 16, 1, 32768, 262144, 4194304, false, 2, 4);
}

static BufferType getType(Value buffer) { return cast<BufferType>(buffer.getType()); }

CpuScheduleAttr chooseSchedule(TargetAttr target, MapOp op) {
  ArrayRef<int64_t> dims = op.getDims();
  auto maps = llvm::to_vector(op.getMaps().getAsValueRange<AffineMapAttr>());
  SmallVector<Value> buffers = llvm::to_vector(op.getIns());
  llvm::append_range(buffers, op.getOuts());
  // Terms of a reduction that other dims repeat are read again for each of their values.
  auto countReads = [&](AffineMap map) {
    double reads = 1;
    if (llvm::any_of(op.getInner(), [&](int64_t d) { return map.isFunctionOfDim(d); }))
      for (auto [d, size] : llvm::enumerate(dims))
        reads *= map.isFunctionOfDim(d) ? 1.0 : static_cast<double>(size);
    return reads;
  };
  double points = 1;
  for (int64_t size : dims)
    points *= static_cast<double>(size);
  // The dim that most bytes are contiguous along and fewest are gathered along; ties go to the last
  // one.
  int64_t lanes = -1;
  double most = 0;
  for (int64_t d = dims.size() - 1; d >= 0; --d) {
    double score = 0;
    for (auto [map, buffer] : llvm::zip_equal(maps, buffers)) {
      BufferType type = getType(buffer);
      auto bytes = static_cast<double>(type.getBytes());
      double apart = bytes * countReads(map);
      if (map.getNumSymbols()) // indices from another buffer: a point reads one element, wherever
        bytes = apart =
            points * bytes / static_cast<double>(std::max<int64_t>(1, type.getPhysicalElements()));
      if (map.isFunctionOfDim(d))
        score += isContiguousAlong(map, d, type.getShape(), type.getLayout()) ? bytes : -apart;
    }
    if (dims[d] > 1 && (lanes < 0 || score > most)) {
      most = score;
      lanes = d;
    }
  }
  if (lanes < 0)
    lanes = static_cast<int64_t>(dims.size()) - 1;
  Type element = buffers.empty() ? Type(Float32Type::get(op.getContext()))
                                 : getType(buffers.back()).getElementType();
  SmallVector<int64_t> order = llvm::to_vector(llvm::seq<int64_t>(0, dims.size()));
  return CpuScheduleAttr::get(op.getContext(), lanes, -1, 1, getVectorLanes(target, element), 0, -1,
                              1, 0, order);
}

} // namespace sinter::kernel
