//===- Matmul.cpp - numeric rows of matrix products -------------------------------------------===//
//
// Reading on: Rows.h; codegen/interpret/Matmul.cpp (the oracle).
//
//===------------------------------------------------------------------------------------------===//
#include "test/numeric/Rows.h"

#include <algorithm>

using namespace sinter;
using namespace sinter::test;
using E = ElementType;

static Case product(E element, Dims batchA, Dims batchB, int64_t m, int64_t k, int64_t n, bool ta,
                    bool tb) {
  // The gradient of an operand that is broadcast is a sum over the batches too.
  double sums =
      double(std::max<int64_t>(1, interpret::countOf(batchA) * interpret::countOf(batchB)));
  batchA.insert(batchA.end(), {ta ? k : m, ta ? m : k});
  batchB.insert(batchB.end(), {tb ? n : k, tb ? k : n});
  return {.operands = {{element, batchA}, {element, batchB}},
          .attrs = {{"transpose_a", ta}, {"transpose_b", tb}},
          .terms = double(k),
          .gradientTerms = sums * double(std::max(m, n))};
}

void test::matmulRows(std::vector<Row> &rows) {
  const int64_t sizes[][3] = {{1, 1, 1},   {3, 5, 7},  {16, 16, 16}, {15, 17, 13},
                              {31, 33, 1}, {1, 7, 17}, {14, 5, 32},  {29, 3, 65},
                              {0, 3, 5},   {3, 0, 5},  {3, 5, 0},    {2, 131, 10}};
  const std::pair<Dims, Dims> batches[] = {{{2}, {2}},    {{2}, {}},        {{}, {3}},  {{1}, {3}},
                                           {{2, 1}, {3}}, {{2, 3}, {2, 3}}, {{0}, {0}}, {{1}, {}}};
  Row row{.name = "matmul"}, batched{.name = "matmul"};
  for (E element : {E::F32, E::F64})
    for (bool ta : {false, true})
      for (bool tb : {false, true}) {
        for (const auto &[m, k, n] : sizes)
          row.cases.push_back(product(element, {}, {}, m, k, n, ta, tb));
        for (const auto &[a, b] : batches)
          batched.cases.push_back(product(element, a, b, 3, 5, 17, ta, tb));
      }
  row.perf = product(E::F32, {}, {}, 512, 512, 512, false, false);
  batched.perf = product(E::F32, {16}, {16}, 64, 64, 64, false, true);
  rows.push_back(row);
  rows.push_back(batched);

  // What the compiler fuses: bias and activation behind a product.
  Row layer{.name = "matmul+bias+relu"};
  layer.build = [](EntryBuilder &b, llvm::ArrayRef<mlir::Value> v, const Case &c) {
    return b.op("relu", {b.op("add", {b.op("matmul", {v[0], v[1]}, c.attrs), v[2]})});
  };
  for (E element : {E::F32, E::F64})
    for (bool tb : {false, true}) {
      Case c = product(element, {}, {}, 15, 7, 33, false, tb);
      c.operands.push_back({element, {33}});
      layer.cases.push_back(c);
      c.operands.back() = {element, {15, 1}};
      layer.cases.push_back(c);
    }
  rows.push_back(layer);
}
