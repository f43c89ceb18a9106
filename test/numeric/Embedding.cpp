//===- Embedding.cpp - numeric rows of the embedding layer ------------------------------------===//
//
// Reading on: Dsl.h; Index.cpp (the ops below).
//
//===------------------------------------------------------------------------------------------===//
#include "test/numeric/Dsl.h"

#include <sinter/sinter.h>

using namespace sinter::test;
using E = ElementType;

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
}
