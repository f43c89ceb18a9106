//===- Attention.cpp - numeric rows of attention ----------------------------------------------===//
//
// The DSL's function, which the compiler does block by block, against the definition, one query at
// a time; and scores that are more than scaled. Reading on: Dsl.h;
// frontend/include/sinter/ops/attention.h.
//
//===------------------------------------------------------------------------------------------===//
#include "test/numeric/Dsl.h"

#include <sinter/runtime.h>
#include <sinter/sinter.h>

using namespace sinter::test;
namespace interpret = sinter::interpret;
using E = ElementType;

/// What a query gets: values weighted by exp(score), of the keys that have a score.
using Score = std::function<std::optional<double>(const Dims &at, double product)>;

/// `at` is an index of the scores.
static Tensor attend(const Tensor &q, const Tensor &k, const Tensor &v, const Score &score) {
  Dims outer(q.dims().begin(), q.dims().end() - 1);
  int64_t depth = q.dims().back(), keys = k.dims()[k.dims().size() - 2], width = v.dims().back();
  Dims result = outer;
  result.push_back(width);
  Tensor y({q.type.element, result});
  interpret::forEachIndex(outer, [&](const Dims &at, int64_t row) {
    int64_t stack = row / outer.back();
    std::vector<std::pair<int64_t, double>> scores;
    double total = 0, most = -INFINITY;
    for (int64_t key = 0; key < keys; ++key) {
      double product = 0;
      for (int64_t d = 0; d < depth; ++d)
        product += q.reals[row * depth + d] * k.reals[(stack * keys + key) * depth + d];
      Dims index = at;
      index.push_back(key);
      if (std::optional<double> x = score(index, product)) {
        scores.push_back({key, *x});
        most = std::max(most, *x);
      }
    }
    for (auto &[key, x] : scores)
      total += std::exp(x - most);
    for (auto &[key, x] : scores)
      for (int64_t e = 0; e < width; ++e)
        y.reals[row * width + e] +=
            std::exp(x - most) / total * v.reals[(stack * keys + key) * width + e];
  });
  return y;
}

/// The operand's element for an index of the scores, to which it broadcasts.
static double broadcast(const Tensor &operand, const Dims &at) {
  return operand.real(interpret::broadcastPosition(operand.dims(), at));
}

static double scaleOf(const Case &c) {
  double depth = static_cast<double>(c.operands[0].dims.back());
  return realOf(c, "scale", 1 / std::sqrt(depth));
}

/// attention of q, k, v and, with four operands, a mask.
static Row attentionRow(const char *name, Domain mask) {
  Row row{.name = name, .domains = {Domain::Any, Domain::Any, Domain::Any, mask}};
  row.build = fromDsl({[](const auto &x, const Case &c) {
    sinter::Attention options{.causal = flagOf(c, "causal"), .scale = realOf(c, "scale", 0)};
    if (x.size() > 3)
      options.mask = x[3];
    return attention(x[0], x[1], x[2], options);
  }});
  row.reference = [](const std::vector<Tensor> &x, const Case &c) {
    return attend(x[0], x[1], x[2], [&](const Dims &at, double product) -> std::optional<double> {
      int64_t query = at[at.size() - 2], key = at.back();
      double score = product * scaleOf(c);
      if (flagOf(c, "causal") && key > query)
        return {};
      if (x.size() < 4)
        return score;
      double value = broadcast(x[3], at);
      if (!x[3].isReal())
        return value != 0 ? std::optional(score) : std::nullopt;
      return score + value;
    });
  };
  return row;
}

/// Operands of batch axes `batch`; four numbers: queries, keys, depth, values.
static std::vector<Type> operandsOf(E element, const Dims &batch, const Dims &sizes) {
  auto stack = [&](int64_t rows, int64_t columns) {
    Dims dims = batch;
    dims.insert(dims.end(), {rows, columns});
    return Type{element, dims};
  };
  return {stack(sizes[0], sizes[2]), stack(sizes[1], sizes[2]), stack(sizes[1], sizes[3])};
}

/// A weight is off by the error of its score, a sum of products of numbers up to 2. Gradients are
/// sums of weight (cotangent - delta) factor: weight, cotangent and delta are each off so, and the
/// sum itself is.
static void setTerms(Case &c) {
  double depth = double(c.operands[0].dims.back());
  double keys = double(c.operands[1].dims[c.operands[1].dims.size() - 2]);
  double queries = double(c.operands[0].dims[c.operands[0].dims.size() - 2]);
  c.terms = chained(keys, 4 * depth);
  c.gradientTerms = 4 * chained(std::max(keys, queries), 4 * depth);
}

/// A score that is bent and reads more than a mask; of one user, of two.
static Row bentRow(bool twice) {
  Row row{.name = twice ? "scores that are read twice" : "softmax(tanh(q k) * t + index)",
          .domains = {Domain::Any, Domain::Any, Domain::Any, Domain::Positive}};
  row.build = fromDsl({[twice](const auto &x, const Case &) {
    sinter::Tensor scores = tanh(matmul(x[0], transpose(x[1], {0, 2, 1})) * 0.25) * x[3];
    sinter::Tensor near = cast(iota(sinter::i32(scores.shape()), 2), scores.dtype()) * 0.125;
    sinter::Tensor y = matmul(softmax(scores + near), x[2]);
    return twice ? y + sum(scores, 2, true) : y;
  }});
  row.reference = [twice](const std::vector<Tensor> &x, const Case &) {
    auto score = [&](const Dims &at, double product) {
      return std::tanh(product / 4) * broadcast(x[3], at);
    };
    Tensor y = attend(x[0], x[1], x[2], [&](const Dims &at, double product) {
      return std::optional(score(at, product) + double(at.back()) / 8);
    });
    if (!twice)
      return y;
    int64_t queries = x[0].dims()[1], depth = x[0].dims()[2], keys = x[1].dims()[1];
    for (int64_t i = 0; i < y.size(); ++i) {
      int64_t row = i / y.dims()[2], stack = row / queries;
      for (int64_t key = 0; key < keys; ++key) {
        double product = 0;
        for (int64_t d = 0; d < depth; ++d)
          product += x[0].reals[row * depth + d] * x[1].reals[(stack * keys + key) * depth + d];
        y.reals[i] += score({stack, row % queries, key}, product);
      }
    }
    return y;
  };
  return row;
}

/// Weights that a stream of random numbers drops, q, k, v of one stack.
static Row droppingRow() {
  Row row{.name = "attention dropout",
          .domains = {Domain::Any, Domain::Any, Domain::Any, Domain::Anything}};
  row.build =
      fromDsl({.call = [](const auto &x,
                          const Case &) { return attention(x[0], x[1], x[2], {.dropout = 0.25}); },
               .symbols = {"", "", "", "seed", "step"},
               .training = true});
  row.reference = [](const std::vector<Tensor> &x, const Case &c) {
    int64_t keys = x[1].dims()[1], width = x[2].dims()[2];
    uint64_t seed = x[3].integers[0], step = x[4].integers[0];
    auto score = [&](const Dims &, double product) { return std::optional(product * scaleOf(c)); };
    Tensor y = attend(x[0], x[1], x[2], score);
    std::fill(y.reals.begin(), y.reals.end(), 0.0);
    // With a key's own unit vector as its value, attend gives the weights.
    Tensor units({x[2].type.element, {x[2].dims()[0], keys, keys}});
    for (int64_t i = 0; i < units.size(); ++i)
      units.reals[i] = i / keys % keys == i % keys;
    Tensor weights = attend(x[0], x[1], units, score);
    for (int64_t i = 0; i < weights.size(); ++i) {
      uint32_t word = sinter_philox(seed, sinter_stream("attention"), step, i).w[0];
      if (sinter_uniform_f32(word) < 0.25f)
        continue;
      int64_t row = i / keys, stack = row / x[0].dims()[1];
      for (int64_t e = 0; e < width; ++e)
        y.reals[row * width + e] +=
            weights.reals[i] / 0.75 * x[2].reals[(stack * keys + i % keys) * width + e];
    }
    return y;
  };
  for (E element : {E::F32, E::F64})
    for (const Dims &sizes : {Dims{5, 7, 3, 4}, {33, 65, 8, 8}}) {
      Case c{operandsOf(element, {2}, sizes)};
      c.operands.insert(c.operands.end(), {{E::I64, {}}, {E::I64, {}}});
      setTerms(c);
      row.cases.push_back(c);
    }
  return row;
}

void sinter::test::attentionRows(std::vector<Row> &rows) {
  Row plain = attentionRow("attention", Domain::Any),
      bool_ = attentionRow("attention mask", Domain::Anything),
      added = attentionRow("attention bias", Domain::Any), bent = bentRow(false),
      twice = bentRow(true);
  // Around the block of 64 keys and the vectors of rows, one number; and one query, one key, which
  // are not streamed.
  std::vector<Dims> sizes{{64, 64, 16, 16}, {65, 67, 7, 5},    {33, 130, 3, 4}, {130, 33, 2, 1},
                          {40, 130, 1, 33}, {129, 66, 33, 17}, {1, 70, 3, 4},   {70, 1, 2, 1}};
  auto add = [](Row &row, Case c) {
    setTerms(c);
    row.cases.push_back(std::move(c));
  };
  for (E element : {E::F32, E::F64}) {
    for (const Dims &size : sizes)
      for (bool causal : {false, true})
        add(plain, {operandsOf(element, {2}, size), {{"causal", causal}}});
    add(plain, {operandsOf(element, {}, {64, 70, 8, 8}), {{"scale", 0.5}}});
    add(plain, {operandsOf(element, {2, 3}, {70, 65, 8, 8}), {{"causal", true}}});
    add(plain, {operandsOf(element, {9, 1}, {65, 64, 4, 256})});
    for (const Dims &mask : {Dims{66, 70}, {1, 70}, {2, 1, 70}, {2, 66, 70}, {66, 1}})
      for (bool causal : {false, true}) {
        Case c{operandsOf(element, {2}, {66, 70, 5, 6}), {{"causal", causal}}};
        c.operands.push_back({E::Bool, mask});
        add(bool_, c);
        c.operands.back() = {element, mask};
        add(added, c);
      }
    for (const Dims &size : {Dims{66, 70, 5, 6}, {5, 3, 4, 2}})
      for (Row *row : {&bent, &twice}) {
        Case c{operandsOf(element, {2}, size)};
        c.operands.push_back({element, {2, size[0], 1}});
        add(*row, c);
      }
  }
  for (const Row &row : {plain, bool_, added, bent, twice, droppingRow()})
    rows.push_back(row);
}
