//===- KernelRows.cpp - kernels along the rows of an axis -------------------------------------===//
//
// Reading on: KernelRows.h; dialects/kernel/Kernel.td (what the ops mean).
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/interpret/KernelRows.h"

#include "codegen/interpret/Registry.h"
#include "dialects/kernel/Kernel.h"

#include <algorithm>
#include <cmath>

using namespace sinter;
using namespace sinter::interpret;

// `x` folded into `total`; NaN goes through max and min.
static double combine(kernel::ReduceKind kind, double total, double x) {
  switch (kind) {
  case kernel::ReduceKind::Sum:
    return total + x;
  case kernel::ReduceKind::Prod:
    return total * x;
  case kernel::ReduceKind::Max:
    return std::isnan(x) || x > total ? x : total;
  default:
    return std::isnan(x) || x < total ? x : total;
  }
}

static int64_t combine(kernel::ReduceKind kind, int64_t total, int64_t x) {
  switch (kind) {
  case kernel::ReduceKind::Sum:
    return wrapAdd(total, x);
  case kernel::ReduceKind::Prod:
    return wrapMul(total, x);
  case kernel::ReduceKind::Max:
    return std::max(total, x);
  default:
    return std::min(total, x);
  }
}

static void runPrefix(kernel::PrefixOp op, const Tensor &in, Tensor &out) {
  kernel::ReduceKind kind = op.getKind();
  bool hasStart = kind == kernel::ReduceKind::Sum || kind == kernel::ReduceKind::Prod;
  forEachRow(in.dims(), op.getAxis(), [&](Dims row) {
    if (op.getReverse())
      std::reverse(row.begin(), row.end());
    double real = kind == kernel::ReduceKind::Prod;
    int64_t integer = kind == kernel::ReduceKind::Prod;
    for (auto [i, at] : llvm::enumerate(row)) {
      bool first = i == 0 && !hasStart;
      double realBefore = real;
      int64_t integerBefore = integer;
      if (in.isReal())
        real = first ? in.reals[at] : combine(kind, real, in.reals[at]);
      else
        integer = first ? in.integers[at]
                        : wrapped(in.type.element, combine(kind, integer, in.integers[at]));
      if (in.isReal())
        out.reals[at] = op.getExclusive() ? realBefore : real;
      else
        out.integers[at] = op.getExclusive() ? integerBefore : integer;
    }
  });
}

void interpret::runRowKernel(mlir::Operation *op, const Tensor &in, std::vector<Tensor> &outs) {
  if (auto prefix = llvm::dyn_cast<kernel::PrefixOp>(op))
    runPrefix(prefix, in, outs[0]);
  else if (auto sort = llvm::dyn_cast<kernel::SortOp>(op))
    sortRows(in, sort.getAxis(), sort.getDescending(), outs[0]);
}
