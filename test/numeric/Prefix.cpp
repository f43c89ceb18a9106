//===- Prefix.cpp - numeric rows of prefix sums, products and extremes ------------------------===//
//
// Every axis, both directions, with and without the element itself; more neighbouring rows than
// vectors hold and fewer; rows of products with and without zeros, of extremes with NaN. Reading
// on: Rows.h; codegen/interpret/Prefix.cpp (the oracle).
//
//===------------------------------------------------------------------------------------------===//
#include "test/numeric/Rows.h"

using namespace sinter;
using namespace sinter::test;
using E = ElementType;

using Shapes = std::vector<std::pair<Dims, int64_t>>;

static std::vector<Case> casesOf(const std::vector<E> &elements, const Shapes &shapes) {
  std::vector<Case> cases;
  for (E element : elements)
    for (bool reverse : {false, true})
      for (bool exclusive : {false, true})
        for (const auto &[dims, axis] : shapes)
          cases.push_back({{{element, dims}},
                           {{"axis", axis}, {"reverse", reverse}, {"exclusive", exclusive}}});
  return cases;
}

/// Extremes have neither a direction nor a first element that is none.
static void extremeRows(std::vector<Row> &rows, const Shapes &shapes) {
  auto add = [&](const char *name, const std::vector<E> &elements, Domain domain, bool slopes) {
    Row row{.name = name, .domains = {domain}, .differentiable = slopes};
    for (E element : elements)
      for (const auto &[dims, axis] : shapes)
        row.cases.push_back({{{element, dims}}, {{"axis", axis}}});
    rows.push_back(row);
  };
  for (const char *name : {"cummax", "cummin"}) {
    add(name, {E::F32, E::F64}, Domain::Distinct, true);
    add(name, {E::F32, E::F64}, Domain::Special, false);
    add(name, {E::I32, E::I64, E::U8}, Domain::Anything, false);
  }
}

void test::prefixRows(std::vector<Row> &rows) {
  const Shapes shapes = {{{1}, 0},       {{7}, 0},        {{1031}, 0},      {{3, 5}, 0},
                         {{3, 5}, 1},    {{17, 31}, 1},   {{4, 33}, 0},     {{3, 70}, 0},
                         {{2, 3, 5}, 1}, {{2, 9, 16}, 1}, {{0}, 0},         {{3, 0}, 0},
                         {{3, 0}, 1},    {{0, 3}, 0},     {{2, 3, 5, 2}, 2}};
  rows.push_back({.name = "cumsum",
                  .cases = casesOf({E::F32, E::F64}, shapes),
                  .perf = {{{E::F32, {1024, 256}}}, {{"axis", int64_t(1)}}}});
  rows.push_back({.name = "cumsum",
                  .cases = casesOf({E::I32, E::I64}, shapes),
                  .domains = {Domain::Anything},
                  .differentiable = false});
  // Few factors: products of many leave the range of f32, and differences see three of them.
  const Shapes few = {{{1}, 0}, {{5}, 0}, {{6, 3}, 0}, {{3, 6}, 1}, {{2, 5, 17}, 1}, {{0, 3}, 0}};
  rows.push_back({.name = "cumprod", .cases = casesOf({E::F32, E::F64}, few)});
  rows.push_back({.name = "cumprod",
                  .cases = casesOf({E::F32, E::F64}, {{{4}, 0}, {{31, 3}, 1}, {{3, 31}, 0}}),
                  .domains = {Domain::Anything}});
  rows.push_back({.name = "cumprod",
                  .cases = casesOf({E::I32, E::I64}, few),
                  .domains = {Domain::Anything},
                  .differentiable = false});
  extremeRows(rows, shapes);
}
