//===- Activation.cpp - numeric rows of composed activations ----------------------------------===//
//
// Reading on: Dsl.h; frontend/include/sinter/ops/activation.h.
//
//===------------------------------------------------------------------------------------------===//
#include "test/numeric/Dsl.h"

#include <sinter/ops/activation.h>

#include <numbers>

using namespace sinter::test;
using E = ElementType;

/// By the definition: x P(N(0, 1) < x), where the share is erfc's.
static double geluByErfc(double x) { return x * std::erfc(-x / std::numbers::sqrt2) / 2; }
/// Tanh as a quotient of exponentials.
static double geluByTanh(double x) {
  double z = std::exp(2 * std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * std::pow(x, 3)));
  return x * (1 - 1 / (z + 1));
}

void sinter::test::activationRows(std::vector<Row> &rows) {
  for (bool approximate : {false, true}) {
    Row row{.name = approximate ? "gelu approximate" : "gelu"};
    row.build = fromDsl(
        {[=](const auto &x, const Case &) { return gelu(x[0], {.approximate = approximate}); }});
    row.reference = [=](const auto &x, const Case &) {
      Tensor y = x[0];
      for (double &value : y.reals)
        value = approximate ? geluByTanh(value) : geluByErfc(value);
      return y;
    };
    for (E element : {E::F32, E::F64})
      for (const Dims &dims : hardShapes())
        row.cases.push_back({{{element, dims}}});
    rows.push_back(row);
  }
}
