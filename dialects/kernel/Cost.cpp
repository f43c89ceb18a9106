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

double estimateTraffic(TargetInterface target, int64_t bytes) {
  return static_cast<double>(bytes) / target.getBytesPerCycle(bytes);
}

bool isPlainStep(Operation *step) {
  return isa<arith::ArithDialect>(step->getDialect()) &&
         !isa<arith::DivFOp, arith::RemFOp, arith::DivSIOp, arith::RemSIOp>(step);
}

TargetInterface getTarget(Operation *op) {
  for (Operation *at = op; at; at = at->getParentOp())
    if (auto target = at->getAttrOfType<TargetInterface>("kernel.target"))
      return target;
  return CpuTargetAttr::get(op->getContext(), "cpu:x86-64", "x86_64-unknown-linux-gnu", "x86-64",
                            "", 128, 16, 1, 32768, 262144, 4194304, false, 2, 4);
}

} // namespace sinter::kernel
