//===- Sort.cpp - numeric rows of the order of elements along an axis -------------------------===//
//
// Rows of every length around the powers of two that runs grow by, all and a few of their elements,
// elements that differ and rows full of equal ones, of NaN and of signed zeros. Reading on: Rows.h;
// codegen/interpret/Sort.cpp (the oracle).
//
//===------------------------------------------------------------------------------------------===//
#include "test/numeric/Dsl.h"

#include <sinter/ops/sort.h>

#include <algorithm>

using namespace sinter::test;
using E = ElementType;

namespace {
/// A tensor, an axis of it and how many elements are wanted.
struct Taken {
  Dims dims;
  int64_t axis, count;
};
} // namespace

static std::vector<Case> casesOf(const std::vector<E> &elements) {
  static const Taken all[] = {{{1}, 0, 1},         {{2}, 0, 2},        {{7}, 0, 7},
                              {{16}, 0, 16},       {{33}, 0, 33},      {{33}, 0, 5},
                              {{5, 9}, 0, 5},      {{5, 9}, 1, 9},     {{5, 9}, 1, 1},
                              {{3, 17, 4}, 1, 17}, {{3, 17, 4}, 1, 6}, {{2, 1031}, 1, 1031},
                              {{2, 1031}, 1, 40},  {{6}, 0, 0},        {{3, 0}, 1, 0},
                              {{0, 3}, 1, 3},      {{0, 3}, 1, 2}};
  std::vector<Case> cases;
  for (E element : elements)
    for (bool descending : {false, true})
      for (const Taken &t : all)
        cases.push_back({{{element, t.dims}},
                         {{"axis", t.axis}, {"count", t.count}, {"descending", descending}}});
  return cases;
}

/// By definition: of every row the element that `count - 1` of the first ones come before, and so
/// on down, by choosing it again and again.
static Tensor selectInOrder(const Tensor &x, const Case &c) {
  int64_t axis = integerOf(c, "axis", 0), count = integerOf(c, "count", 0);
  bool descending = flagOf(c, "descending");
  Type type = x.type;
  type.dims[axis] = count;
  Tensor y(type);
  std::vector<std::vector<double>> rows;
  sinter::interpret::forEachRow(x.dims(), axis, [&](const Dims &row) {
    std::vector<double> left, taken;
    for (int64_t at : row)
      left.push_back(x.reals[at]);
    while (static_cast<int64_t>(taken.size()) < count) {
      auto best = descending ? std::max_element(left.begin(), left.end())
                             : std::min_element(left.begin(), left.end());
      taken.push_back(*best);
      left.erase(best);
    }
    rows.push_back(taken);
  });
  size_t number = 0;
  if (count > 0)
    sinter::interpret::forEachRow(y.dims(), axis, [&](const Dims &row) {
      for (size_t i = 0; i < row.size(); ++i)
        y.reals[row[i]] = rows[number][i];
      ++number;
    });
  return y;
}

void sinter::test::sortRows(std::vector<Row> &rows) {
  for (Domain domain : {Domain::Anything, Domain::Special})
    rows.push_back({.name = "argsort",
                    .cases = casesOf({E::F32, E::F64}),
                    .domains = {domain},
                    .differentiable = false});
  rows.push_back({.name = "argsort",
                  .cases = casesOf({E::I32, E::I64}),
                  .domains = {Domain::Anything},
                  .differentiable = false});
  Row values{.name = "topk and sort", .domains = {Domain::Distinct}};
  values.build = fromDsl({[](const auto &x, const Case &c) {
    int64_t axis = integerOf(c, "axis", 0), count = integerOf(c, "count", 0);
    bool descending = flagOf(c, "descending"), all = count == c.operands[0].dims[axis];
    return all ? sort(x[0], axis, {.descending = descending}).values
               : topk(x[0], count, axis, {.largest = descending}).values;
  }});
  values.reference = [](const auto &x, const Case &c) { return selectInOrder(x[0], c); };
  values.cases = casesOf({E::F32, E::F64});
  values.perf = {.operands = {{E::F32, {256, 1000}}},
                 .attrs = {{"axis", int64_t(1)}, {"count", int64_t(1000)}, {"descending", false}}};
  rows.push_back(values);
}
