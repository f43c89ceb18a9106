//===- Attention.cpp - the oracle's attention and its gradient --------------------------------===//
//
// By the definition, with the whole matrix of scores: products, the region, softmax over keys. The
// gradient is that of softmax, pᵢ (dyᵢ - Σ p dy), from p itself; it reads neither the statistics
// nor delta. Reading on: Registry.h; dialects/sinter/Attention.td.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/interpret/Registry.h"

#include <cmath>

using namespace sinter;
using namespace sinter::interpret;
using llvm::failure;
using llvm::FailureOr;
using llvm::LogicalResult;
using llvm::success;

namespace {
/// A stack of matrices.
struct Matrices {
  int64_t rows, columns;
  explicit Matrices(const Tensor &t)
      : rows(t.dims()[t.dims().size() - 2]), columns(t.dims().back()) {}
  int64_t at(int64_t matrix, int64_t row, int64_t column) const {
    return (matrix * rows + row) * columns + column;
  }
};
} // namespace

/// a bᵀ of every matrix.
static Tensor timesTransposed(const Tensor &a, const Tensor &b) {
  Matrices x(a), y(b);
  rules::Type type = a.type;
  type.dims.back() = y.rows;
  Tensor r(type);
  for (int64_t i = 0; i < r.size(); ++i) {
    int64_t row = i / y.rows, matrix = row / x.rows;
    for (int64_t d = 0; d < x.columns; ++d)
      r.reals[i] += a.reals[row * x.columns + d] * b.reals[y.at(matrix, i % y.rows, d)];
  }
  return r;
}

/// What the region yields for the scores of the call and the operands from `first` on.
static FailureOr<std::vector<Tensor>> runScore(Call &call, size_t first) {
  std::vector<Tensor> arguments{timesTransposed(call.operand(0), call.operand(1))};
  for (size_t i = first; i < call.operands.size(); ++i)
    arguments.push_back(call.operand(i));
  return call.runRegion(call.op->getRegion(0), arguments);
}

/// Softmax over the last axis in place; `statistics`, if any, get max + log(sum).
static void normalise(Tensor &scores, Tensor *statistics) {
  int64_t keys = scores.dims().back();
  for (int64_t start = 0; start < scores.size(); start += keys) {
    double *row = scores.reals.data() + start, most = -INFINITY, sum = 0;
    for (int64_t i = 0; i < keys; ++i)
      most = std::isnan(most) || row[i] <= most ? most : row[i];
    for (int64_t i = 0; i < keys; ++i)
      sum += row[i] = std::exp(row[i] - most);
    for (int64_t i = 0; i < keys; ++i)
      row[i] /= sum;
    if (statistics)
      statistics->reals[start / keys] = most + std::log(sum);
  }
}

/// result[row, column] += weight[row, i] * factor[i, column] of every matrix; with `transposed`,
/// weight[i, row].
static void addProducts(Tensor &result, const Tensor &weight, bool transposed,
                        const Tensor &factor) {
  Matrices r(result), w(weight), f(factor);
  for (int64_t at = 0; at < result.size(); ++at) {
    int64_t matrix = at / (r.rows * r.columns), row = at / r.columns % r.rows;
    for (int64_t i = 0; i < f.rows; ++i)
      result.reals[at] += weight.reals[transposed ? w.at(matrix, i, row) : w.at(matrix, row, i)] *
                          factor.reals[f.at(matrix, i, at % r.columns)];
  }
}

static LogicalResult attention(Call &call) {
  FailureOr<std::vector<Tensor>> scores = runScore(call, 3);
  if (failed(scores))
    return failure();
  normalise((*scores)[0], &call.result(1));
  addProducts(call.result(0), (*scores)[0], false, call.operand(2));
  return success();
}

static LogicalResult attentionGradient(Call &call) {
  FailureOr<std::vector<Tensor>> scores = runScore(call, 6);
  if (failed(scores))
    return failure();
  Tensor &p = (*scores)[0];
  normalise(p, nullptr);
  const Tensor &slope = (*scores)[1];
  Tensor dscore = timesTransposed(call.operand(4), call.operand(2));
  int64_t keys = p.dims().back();
  for (int64_t start = 0; start < p.size(); start += keys) {
    double mean = 0;
    for (int64_t i = start; i < start + keys; ++i)
      mean += p.reals[i] * dscore.reals[i];
    for (int64_t i = start; i < start + keys; ++i)
      dscore.reals[i] = p.reals[i] * (dscore.reals[i] - mean) * slope.reals[i];
  }
  addProducts(call.result(0), dscore, false, call.operand(1));
  addProducts(call.result(1), dscore, true, call.operand(0));
  addProducts(call.result(2), p, true, call.operand(4));
  return success();
}

void interpret::registerAttention(Registry &registry) {
  registry["sinter.attention"] = attention;
  registry["sinter.attention_gradient"] = attentionGradient;
}
