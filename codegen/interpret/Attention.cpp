//===- Attention.cpp - the oracle's attention and its gradient --------------------------------===//
//
// By the definition, with the whole matrix of scores: products, the region, softmax over keys. The
// gradient is that of softmax, pᵢ (dyᵢ - Σ p dy), from p itself; it reads neither the statistics
// nor delta. Reading on: Registry.h; dialects/sinter/Attention.td.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/interpret/Registry.h"

using namespace sinter;
using namespace sinter::interpret;
using llvm::failure;
using llvm::FailureOr;
using llvm::LogicalResult;
using llvm::success;

/// a bᵀ of every matrix.
static Tensor timesTransposed(const Tensor &a, const Tensor &b) {
  rules::Type type = a.type;
  type.dims.back() = b.dims()[b.dims().size() - 2];
  Tensor result(type);
  addProducts(result, a, false, b, true);
  return result;
}

/// What the region yields for the scores of the call and the operands from `first` on.
static FailureOr<std::vector<Tensor>> runScore(Call &call, size_t first) {
  std::vector<Tensor> arguments{timesTransposed(call.operand(0), call.operand(1))};
  for (size_t i = first; i < call.operands.size(); ++i)
    arguments.push_back(call.operand(i));
  return call.runRegion(call.op->getRegion(0), arguments);
}

/// Softmax over the last axis in place; `statistics`, if any, get max + log(sum).
static void normaliseRows(Tensor &scores, Tensor *statistics) {
  int64_t keys = scores.dims().back();
  for (int64_t start = 0; start < scores.size(); start += keys) {
    double total = normalise(llvm::MutableArrayRef(scores.reals).slice(start, keys));
    if (statistics)
      statistics->reals[start / keys] = total;
  }
}

static LogicalResult attention(Call &call) {
  FailureOr<std::vector<Tensor>> scores = runScore(call, 3);
  if (failed(scores))
    return failure();
  normaliseRows((*scores)[0], &call.result(1));
  addProducts(call.result(0), (*scores)[0], false, call.operand(2), false);
  return success();
}

static LogicalResult attentionGradient(Call &call) {
  FailureOr<std::vector<Tensor>> scores = runScore(call, 6);
  if (failed(scores))
    return failure();
  Tensor &p = (*scores)[0];
  normaliseRows(p, nullptr);
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
  addProducts(call.result(0), dscore, false, call.operand(1), false);
  addProducts(call.result(1), dscore, true, call.operand(0), false);
  addProducts(call.result(2), p, true, call.operand(4), false);
  return success();
}

void interpret::registerAttention(Registry &registry) {
  registry["sinter.attention"] = attention;
  registry["sinter.attention_gradient"] = attentionGradient;
}
