//===- Loss.cpp - the oracle's softmax family -------------------------------------------------===//
//
// Rows are shifted by their largest element, so nothing overflows; sums are plain f64.
// Reading on: Registry.h; dialects/rules/include/sinter/rules/loss.h for the types.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/interpret/Registry.h"

#include <cmath>

using namespace sinter;
using namespace sinter::interpret;
using llvm::failed;
using llvm::failure;
using llvm::LogicalResult;
using llvm::success;

namespace {
// The lines of a tensor along one axis: element e of line l is at start(l) + e * stride.
struct Lines {
  int64_t count, length, stride;
  Lines(const Dims &dims, int64_t axis)
      : count(0), length(dims[axis]), stride(stridesOf(dims)[axis]) {
    int64_t total = countOf(dims);
    count = length == 0 ? 0 : total / length;
  }
  int64_t start(int64_t line) const { return line / stride * stride * length + line % stride; }
};
} // namespace

// log(sum(exp(line))) in the shifted form.
static double logSumExp(const Tensor &a, const Lines &lines, int64_t line) {
  double largest = -INFINITY, sum = 0.0;
  for (int64_t e = 0; e < lines.length; ++e)
    largest = std::fmax(largest, a.reals[lines.start(line) + e * lines.stride]);
  for (int64_t e = 0; e < lines.length; ++e)
    sum += std::exp(a.reals[lines.start(line) + e * lines.stride] - largest);
  return largest + std::log(sum);
}

static Function softmax(bool logarithm) {
  return [logarithm](Call &call) -> LogicalResult {
    const Tensor &a = call.operand(0);
    Tensor &r = call.result();
    Lines lines(a.dims(), call.integer("axis"));
    for (int64_t line = 0; line < lines.count; ++line) {
      double total = logSumExp(a, lines, line);
      for (int64_t e = 0; e < lines.length; ++e) {
        int64_t at = lines.start(line) + e * lines.stride;
        r.reals[at] = logarithm ? a.reals[at] - total : std::exp(a.reals[at] - total);
      }
    }
    return success();
  };
}

static LogicalResult softmaxCrossEntropy(Call &call) {
  const Tensor &logits = call.operand(0), &labels = call.operand(1); // f[N…,C], i32[N…]
  Tensor &r = call.result();                                         // f[N…]
  Lines lines(logits.dims(), logits.dims().size() - 1);
  for (int64_t row = 0; row < r.size(); ++row) {
    int64_t label = labels.integers[row];
    if (failed(checkIndex(call, label, lines.length, row)))
      return failure();
    r.reals[row] = logSumExp(logits, lines, row) - logits.reals[lines.start(row) + label];
  }
  return success();
}

void interpret::registerLoss(Registry &registry) {
  registry["sinter.softmax"] = softmax(false);
  registry["sinter.log_softmax"] = softmax(true);
  registry["sinter.softmax_cross_entropy"] = softmaxCrossEntropy;
}
