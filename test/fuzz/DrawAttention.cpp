//===- DrawAttention.cpp - softmax between two products, as attention has it ------------------===//
//
// Mostly what the compiler does block by block; now and then what it must leave alone: scores that
// a second op reads, a bias that is trained. Reading on: Generator.h, passes/graph/FormStreams.cpp.
//
//===------------------------------------------------------------------------------------------===//
#include "test/fuzz/Generator.h"

using namespace sinter;
using namespace sinter::test;

/// Scores that a query may not see become small: by the order of keys, or by a value of each key.
int Generator::maskScores(int scores) {
  const Dims dims = type(scores).dims;
  int64_t queries = dims[dims.size() - 2], keys = dims.back();
  auto indices = [&](Dims shape, int64_t axis) {
    return op("iota", {}, 0, 64, {{"axis", axis}}, {ElementType::I32, shape});
  };
  int seen = once(2) ? op("compare", {indices({1, keys}, 1), indices({queries, 1}, 0)}, 0, 1,
                          {{"predicate", std::string("le")}})
                     : op("compare",
                          {source("input", once(2) ? Dims{keys} : Dims{queries, keys}), number(0)},
                          0, 1, {{"predicate", std::string("gt")}});
  return op("select", {seen, scores, number(-30)}, -30, std::max(high(scores), -30.));
}

void Generator::drawAttention() {
  // Half of them large enough to be streamed.
  bool large = once(2);
  int64_t queries = 33 + random.below(40);
  int q = large ? source("input", {1 + random.below(3), queries, drawSize()}) : pickRanked(2);
  const Dims dims = type(q).dims;
  int64_t rank = dims.size(), depth = dims[rank - 1];
  Dims keys = dims, values = dims;
  if (large || once(2))
    keys[rank - 2] = values[rank - 2] = large ? 4096 / queries + 1 + random.below(9) : drawSize();
  values[rank - 1] = drawSize();
  if (keys[rank - 2] == 0)
    return;
  q = bounded(q, 20.0 / std::max<int64_t>(depth, 1));
  int k = keys == dims && once(2) ? q : parameter(keys), v = parameter(values);
  double m = magnitude(q) * magnitude(k) * static_cast<double>(depth);
  int scores = op("matmul", {q, k}, -m, m, {{"transpose_a", false}, {"transpose_b", true}});
  if (scores >= 0 && once(2))
    scores = op("mul", {scores, number(0.5)}, -m / 2, m / 2);
  if (scores >= 0 && once(4))
    scores = op("tanh", {scores}, -1, 1);
  if (scores >= 0 && once(6))
    scores = op("add", {scores, bias({keys[rank - 2]})}, low(scores) - 2, high(scores) + 2);
  if (scores >= 0 && once(2))
    scores = maskScores(scores);
  if (scores < 0)
    return;
  int weights = op("softmax", {scores}, 0, 1, {{"axis", rank - 1}});
  if (weights >= 0)
    op("matmul", {weights, v}, -magnitude(v), magnitude(v),
       {{"transpose_a", false}, {"transpose_b", false}});
}
