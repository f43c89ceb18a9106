//===- Pairs.cpp - numeric rows of what is made for all pairs of a row's numbers --------------===//
//
// y[i,j] = f(a[i], b[j]) with a and b made in the graph and i and j of one size: a kernel that
// makes a at its point i must not read b there. Reading on: Dsl.h; passes/fuse/Domain.cpp.
//
//===------------------------------------------------------------------------------------------===//
#include "test/numeric/Dsl.h"

#include <sinter/sinter.h>

using namespace sinter::test;
using E = ElementType;

/// Sums of the rows of a square matrix; places of their largest elements.
static std::vector<double> sumsOf(const Tensor &x, int64_t n) {
  std::vector<double> sums(n);
  for (int64_t i = 0; i < n * n; ++i)
    sums[i / n] += x.reals[i];
  return sums;
}
static std::vector<int64_t> placesOf(const Tensor &x, int64_t n) {
  std::vector<int64_t> places(n);
  for (int64_t i = 0; i < n * n; ++i)
    if (x.reals[i] > x.reals[i / n * n + places[i / n]])
      places[i / n] = i % n;
  return places;
}

/// A row of a function of x f32[n,n] and v f32[n]; `at` is an element of the result.
static void
add(std::vector<Row> &rows, const char *name,
    std::function<sinter::Tensor(const sinter::Tensor &, const sinter::Tensor &)> call,
    std::function<double(const Tensor &, const Tensor &, int64_t, int64_t, int64_t)> at) {
  Row row{.name = name, .domains = {Domain::Distinct, Domain::Any}};
  row.build = fromDsl({.call = [=](const auto &x, const Case &) { return call(x[0], x[1]); }});
  row.reference = [=](const std::vector<Tensor> &v, const Case &) {
    Tensor y = v[0];
    int64_t n = v[1].size();
    for (int64_t i = 0; i < n * n; ++i)
      y.reals[i] = at(v[0], v[1], n, i / n, i % n);
    return y;
  };
  for (E element : {E::F32, E::F64})
    for (int64_t n : {2, 3, 4, 7, 16, 17})
      row.cases.push_back({.operands = {{element, {n, n}}, {element, {n}}}});
  rows.push_back(row);
}

void sinter::test::pairsRows(std::vector<Row> &rows) {
  add(
      rows, "differences of sums",
      [](const auto &x, const auto &v) {
        sinter::Tensor sums = sum(x, 1) * 0.1 + v * 0;
        return unsqueeze(sums, 1) - sums;
      },
      [](const Tensor &x, const Tensor &, int64_t n, int64_t i, int64_t j) {
        std::vector<double> sums = sumsOf(x, n);
        return 0.1 * (sums[i] - sums[j]);
      });
  add(
      rows, "products of functions",
      [](const auto &x, const auto &v) { return unsqueeze(tanh(v), 1) * sin(v) + x; },
      [](const Tensor &x, const Tensor &v, int64_t n, int64_t i, int64_t j) {
        return std::tanh(v.reals[i]) * std::sin(v.reals[j]) + x.reals[i * n + j];
      });
  add(
      rows, "a column and its transpose",
      [](const auto &x, const auto &v) {
        sinter::Tensor y = sinter::tanh(unsqueeze(v, 1));
        return y * transpose(y) + x;
      },
      [](const Tensor &x, const Tensor &v, int64_t n, int64_t i, int64_t j) {
        return std::tanh(v.reals[i]) * std::tanh(v.reals[j]) + x.reals[i * n + j];
      });
  add(
      rows, "sums by rows with a function by columns",
      [](const auto &x, const auto &v) { return x * (sum(x, 1, true) * 0.1 + sin(v)); },
      [](const Tensor &x, const Tensor &v, int64_t n, int64_t i, int64_t j) {
        return x.reals[i * n + j] * (0.1 * sumsOf(x, n)[i] + std::sin(v.reals[j]));
      });
  add(
      rows, "places compared with all",
      [](const auto &x, const auto &v) {
        sinter::Tensor is = unsqueeze(argmax(x), 1) == iota(sinter::i32({v.shape()[0]}));
        return x * v + cast(is, x.dtype());
      },
      [](const Tensor &x, const Tensor &v, int64_t n, int64_t i, int64_t j) {
        return x.reals[i * n + j] * v.reals[j] + (placesOf(x, n)[i] == j ? 1 : 0);
      });
}
