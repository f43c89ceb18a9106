//===- Matmul.cpp - the oracle's matrix product -----------------------------------------------===//
//
// The textbook triple loop under broadcast batch axes, one f64 sum an element.
// Reading on: Registry.h; dialects/rules/include/sinter/rules/matmul.h for the types.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/interpret/Registry.h"

using namespace sinter;
using namespace sinter::interpret;
using llvm::LogicalResult;
using llvm::success;

// A matrix inside a stack: element (row, column) after the optional transposition.
static double element(const Tensor &stack, int64_t matrix, int64_t row, int64_t column,
                      bool transposed) {
  int64_t rows = stack.dims()[stack.dims().size() - 2], columns = stack.dims().back();
  if (transposed)
    std::swap(row, column);
  return stack.reals[(matrix * rows + row) * columns + column];
}

void interpret::addProducts(Tensor &result, const Tensor &a, bool transposeA, const Tensor &b,
                            bool transposeB) {
  Dims batch(result.dims().begin(), result.dims().end() - 2);
  Dims batchA(a.dims().begin(), a.dims().end() - 2), batchB(b.dims().begin(), b.dims().end() - 2);
  int64_t m = result.dims()[result.dims().size() - 2], n = result.dims().back();
  int64_t k = a.dims()[a.dims().size() - (transposeA ? 2 : 1)];
  forEachIndex(batch, [&](const Dims &index, int64_t s) {
    int64_t sa = broadcastPosition(batchA, index), sb = broadcastPosition(batchB, index);
    for (int64_t i = 0; i < m; ++i)
      for (int64_t j = 0; j < n; ++j) {
        double &sum = result.reals[(s * m + i) * n + j];
        for (int64_t p = 0; p < k; ++p)
          sum += element(a, sa, i, p, transposeA) * element(b, sb, p, j, transposeB);
      }
  });
}

static LogicalResult matmul(Call &call) {
  addProducts(call.result(), call.operand(0), call.flag("transpose_a"), call.operand(1),
              call.flag("transpose_b"));
  return success();
}

void interpret::registerMatmul(Registry &registry) { registry["sinter.matmul"] = matmul; }
