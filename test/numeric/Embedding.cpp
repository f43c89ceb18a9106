//===- Embedding.cpp - numeric rows of the embedding layer ------------------------------------===//
//
// Reading on: Dsl.h; Index.cpp (the ops below).
//
//===------------------------------------------------------------------------------------------===//
#include "test/numeric/Dsl.h"

#include <sinter/sinter.h>

#include <cmath>

using namespace sinter::test;
using E = ElementType;

/// The rows of each bag, by the definition: padding counts nothing, and nothing is 0.
static Tensor bagsOf(const std::vector<Tensor> &v, const Case &c) {
  auto mode = static_cast<sinter::BagMode>(integerOf(c, "mode", 0));
  Dims dims = v[1].dims();
  int64_t length = dims.back(), features = v[0].dims()[1];
  dims.back() = features;
  Tensor y({E::F32, dims});
  for (int64_t i = 0; i < y.size(); ++i) {
    double total = 0, largest = -INFINITY, count = 0;
    for (int64_t n = 0; n < length; ++n) {
      int64_t at = i / features * length + n, id = v[1].integers[at];
      if (id == integerOf(c, "padding", -1))
        continue;
      double value = v[0].reals[id * features + i % features];
      total += value * (v.size() > 2 ? v[2].reals[at] : 1);
      largest = std::max(largest, value);
      ++count;
    }
    y.reals[i] = count == 0                      ? 0
                 : mode == sinter::BagMode::sum  ? total
                 : mode == sinter::BagMode::mean ? total / count
                                                 : largest;
  }
  return y;
}

static sinter::Tensor callBags(const std::vector<sinter::Tensor> &x, const Case &c) {
  sinter::EmbeddingBag options{.count = c.operands[0].dims[0],
                               .features = c.operands[0].dims[1],
                               .mode = static_cast<sinter::BagMode>(integerOf(c, "mode", 0)),
                               .padding_index = integerOf(c, "padding", -1)};
  if (x.size() > 1)
    options.per_sample_weights = x[1];
  return embedding_bag("bag", x[0], options);
}

/// Every mode with and without padding (few ids: bags of nothing else too), a sum with weights.
static void bagRows(std::vector<Row> &rows) {
  Row row{.name = "embedding_bag", .domains = {Domain::Any, Domain::Indices, Domain::Any}};
  row.build = fromDsl({.call = callBags, .symbols = {"bag.weight", "", ""}});
  row.reference = bagsOf;
  for (int64_t mode : {0, 1, 2})
    for (int64_t padding : {-1, 1})
      for (const Dims &ids : {Dims{4}, {9, 1}, {7, 2}, {2, 3, 5}}) {
        row.cases.push_back({.operands = {{E::F32, {2, 17}}, {E::I32, ids}},
                             .attrs = {{"padding", padding}, {"mode", mode}},
                             .indices = 2});
        if (mode != 0)
          continue;
        row.cases.push_back(row.cases.back());
        row.cases.back().operands.push_back({E::F32, ids});
      }
  rows.push_back(row);
}

/// With and without an id that reads as 0.
void sinter::test::embeddingRows(std::vector<Row> &rows) {
  Row row{.name = "embedding", .domains = {Domain::Any, Domain::Indices}};
  row.build = fromDsl({.call =
                           [](const auto &x, const Case &c) {
                             return embedding("emb", x[0],
                                              {.count = c.operands[0].dims[0],
                                               .features = c.operands[0].dims[1],
                                               .padding_index = integerOf(c, "padding", -1)});
                           },
                       .symbols = {"emb.weight", ""}});
  row.reference = [](const std::vector<Tensor> &v, const Case &c) {
    Dims dims = v[1].dims();
    int64_t features = v[0].dims()[1];
    dims.push_back(features);
    Tensor y({E::F32, dims});
    for (int64_t i = 0; i < y.size(); ++i) {
      int64_t id = v[1].integers[i / features];
      y.reals[i] = id == integerOf(c, "padding", -1) ? 0 : v[0].reals[id * features + i % features];
    }
    return y;
  };
  for (E ids : {E::I32, E::I64})
    for (int64_t padding : {-1, 0, 2})
      for (const Dims &dims : {Dims{}, {7}, {3, 5}})
        row.cases.push_back({.operands = {{E::F32, {3, 17}}, {ids, dims}},
                             .attrs = {{"padding", padding}},
                             .indices = 3});
  rows.push_back(row);
  bagRows(rows);
}
