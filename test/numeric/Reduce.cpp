//===- Reduce.cpp - numeric rows of reductions ------------------------------------------------===//
//
// Reading on: Rows.h; Dsl.h (composites); codegen/interpret/Reduce.cpp (the oracle).
//
//===------------------------------------------------------------------------------------------===//
#include "test/numeric/Dsl.h"

#include <sinter/sinter.h>

using namespace sinter::test;
using E = ElementType;

static std::vector<Case> reduceCases(std::vector<E> elements, bool zeroSized) {
  const std::pair<Dims, Dims> shapes[] = {{{}, {}},
                                          {{1}, {0}},
                                          {{7}, {0}},
                                          {{7}, {}},
                                          {{15}, {0}},
                                          {{16}, {0}},
                                          {{17}, {0}},
                                          {{33}, {0}},
                                          {{3, 5}, {0}},
                                          {{3, 5}, {1}},
                                          {{3, 5}, {0, 1}},
                                          {{17, 31}, {0}},
                                          {{17, 31}, {1}},
                                          {{2, 3, 5}, {1}},
                                          {{2, 3, 5}, {0, 2}},
                                          {{2, 3, 5}, {0, 1, 2}},
                                          {{2, 3, 5, 7}, {1, 3}},
                                          {{1031}, {0}},
                                          {{0, 3}, {1}}};
  std::vector<Case> cases;
  for (E element : elements)
    for (bool keepdims : {false, true}) {
      for (const auto &[dims, axes] : shapes)
        cases.push_back({{{element, dims}}, {{"axes", axes}, {"keepdims", keepdims}}});
      // The sum of nothing is 0; there is no largest of nothing.
      if (zeroSized)
        for (const auto &[dims, axes] :
             {std::pair<Dims, Dims>{{0}, {0}}, {{3, 0}, {1}}, {{0, 3}, {0}}})
          cases.push_back({{{element, dims}}, {{"axes", axes}, {"keepdims", keepdims}}});
    }
  return cases;
}

/// The first place of the least element along the axis.
static Tensor firstLeast(const std::vector<Tensor> &v, const Case &c) {
  Dims dims = v[0].dims();
  int64_t axis = integerOf(c, "axis", 0), size = dims[axis], behind = 1;
  for (int64_t d = axis + 1; d < static_cast<int64_t>(dims.size()); ++d)
    behind *= dims[d];
  dims.erase(dims.begin() + axis);
  Tensor y({E::I32, dims});
  for (int64_t i = 0; i < y.size(); ++i) {
    auto at = [&](int64_t k) { return v[0].real((i / behind * size + k) * behind + i % behind); };
    for (int64_t k = 1; k < size; ++k)
      if (at(k) < at(y.integers[i]))
        y.integers[i] = k;
  }
  return y;
}

void sinter::test::reduceRows(std::vector<Row> &rows) {
  rows.push_back({.name = "sum", .cases = reduceCases({E::F32, E::F64}, true)});
  rows.push_back({.name = "sum",
                  .cases = reduceCases({E::I32, E::I64}, true),
                  .domains = {Domain::Anything},
                  .differentiable = false});
  rows.push_back({.name = "prod", .cases = reduceCases({E::F32, E::F64}, true)});
  rows.push_back({.name = "prod",
                  .cases = reduceCases({E::I32, E::I64}, true),
                  .domains = {Domain::Anything},
                  .differentiable = false});
  // Zeros, up to all; few factors, as differences see products of three of them.
  Row zeros{.name = "prod", .domains = {Domain::Anything}};
  for (E element : {E::F32, E::F64})
    for (const auto &[dims, axes] :
         {std::pair<Dims, Dims>{{4}, {0}}, {{31, 3}, {1}}, {{3, 31}, {0}}, {{2, 17, 2}, {0, 2}}})
      zeros.cases.push_back({{{element, dims}}, {{"axes", axes}, {"keepdims", false}}});
  rows.push_back(zeros);
  for (const char *name : {"reduce_max", "reduce_min"}) {
    rows.push_back({.name = name,
                    .cases = reduceCases({E::F32, E::F64}, false),
                    .domains = {Domain::Distinct}});
    rows.push_back({.name = name,
                    .cases = reduceCases({E::I32, E::I64, E::U8}, false),
                    .domains = {Domain::Anything},
                    .differentiable = false});
  }
  Row argmax{.name = "argmax", .domains = {Domain::Anything}, .differentiable = false};
  for (E element : {E::F32, E::F64, E::I32, E::U8})
    for (const auto &[dims, axis] : {std::pair<Dims, int64_t>{{1}, 0},
                                     {{7}, 0},
                                     {{17}, 0},
                                     {{33}, 0},
                                     {{3, 5}, 0},
                                     {{3, 5}, 1},
                                     {{2, 3, 5}, 1},
                                     {{31, 10}, 1},
                                     {{0, 3}, 1}})
      argmax.cases.push_back({{{element, dims}}, {{"axis", axis}}});
  rows.push_back(argmax);
  Row least{.name = "argmin",
            .cases = argmax.cases,
            .domains = {Domain::Anything},
            .differentiable = false};
  least.build = fromDsl(
      {.call = [](const auto &x, const Case &c) { return argmin(x[0], integerOf(c, "axis", 0)); }});
  least.reference = firstLeast;
  rows.push_back(least);
  for (Row &row : rows)
    if (row.differentiable && (row.name == "sum" || row.name.starts_with("reduce_")))
      row.perf = {{{E::F32, {1024, 256}}}, {{"axes", Dims{1}}, {"keepdims", false}}};
}
