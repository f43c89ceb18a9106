//===- Values.cpp - inputs for numeric tests and their comparison -----------------------------===//
//
// Reading on: Values.h.
//
//===------------------------------------------------------------------------------------------===//
#include "test/numeric/Values.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

using namespace sinter;
using namespace sinter::test;
using interpret::Tensor;
using rules::ElementType;

uint64_t Random::bits() {
  state += 0x9e3779b97f4a7c15u;
  uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

uint64_t test::seedOf(const std::string &label) {
  uint64_t seed = 1469598103934665603u;
  for (unsigned char c : label)
    seed = (seed ^ c) * 1099511628211u;
  return seed;
}

static double single(double value) { return static_cast<double>(static_cast<float>(value)); }

static std::vector<double> distinct(int64_t count, Random &random, int operand) {
  // A shuffled grid of step 0.125; operands sit on thirds of a step, none on 0.
  std::vector<int64_t> places(count);
  std::iota(places.begin(), places.end(), -count / 2);
  for (int64_t i = count; i-- > 1;)
    std::swap(places[i], places[random.below(i + 1)]);
  std::vector<double> values;
  for (int64_t place : places)
    values.push_back(single(0.125 * place + 0.03 + 0.04 * operand));
  return values;
}

static Tensor special(const rules::Type &type, Random &random) {
  static const double values[] = {NAN,   INFINITY, -INFINITY, 0.0,   -0.0, 1e-40, -1e-40, 1e30,
                                  -1e30, 88.0,     -88.0,     104.0, -104, 710.0, -746.0, 1e-8,
                                  -1e-8, 1.0,      -1.0,      0.5,   20.0, -20.0, 9.02,   3e38};
  Tensor tensor(type);
  int64_t start = random.below(std::size(values));
  for (int64_t i = 0; i < tensor.size(); ++i)
    tensor.reals[i] = single(values[(start + i) % std::size(values)]);
  return tensor;
}

Tensor test::sample(const rules::Type &type, Domain domain, Random &random, int operand,
                    int64_t limit) {
  Tensor tensor(type);
  if (!tensor.isReal()) {
    for (int64_t &value : tensor.integers)
      value = type.element == ElementType::Bool ? random.below(2)
              : domain == Domain::Indices       ? random.below(limit)
              : type.element == ElementType::U8 ? random.below(256)
                                                : random.below(101) - 50;
    return tensor;
  }
  if (domain == Domain::Special)
    return special(type, random);
  if (domain == Domain::Distinct) {
    tensor.reals = distinct(tensor.size(), random, operand);
    return tensor;
  }
  for (double &value : tensor.reals) {
    double u = random.uniform();
    if (domain == Domain::Positive)
      value = single(0.3 + 2.2 * u);
    else if (domain == Domain::Anything)
      value = random.below(8) == 0 ? 0.0 : single(6.0 * u - 3.0);
    else
      value = single(u < 0.5 ? -2.0 + 3.8 * u : 0.1 + 3.8 * (u - 0.5));
  }
  return tensor;
}

static double difference(double got, double want, double scale) {
  if (std::isnan(got) || std::isnan(want))
    return std::isnan(got) && std::isnan(want) ? 0.0 : std::numeric_limits<double>::infinity();
  if (std::isinf(want) || std::isinf(got))
    return got == want ? 0.0 : std::numeric_limits<double>::infinity();
  return std::fabs(got - want) / scale;
}

double test::errorAgainst(const Tensor &got, const Tensor &want, double scale) {
  if (got.size() != want.size() || got.isReal() != want.isReal())
    return std::numeric_limits<double>::infinity();
  double worst = 0.0;
  for (int64_t i = 0; i < want.size(); ++i)
    worst = std::max(worst, want.isReal() ? difference(got.reals[i], want.reals[i], scale)
                                          : double(got.integers[i] != want.integers[i]));
  return worst;
}

double test::errorOf(const Tensor &got, const Tensor &want) {
  if (got.size() != want.size() || got.isReal() != want.isReal())
    return std::numeric_limits<double>::infinity();
  double worst = 0.0;
  for (int64_t i = 0; i < want.size(); ++i)
    worst = std::max(worst, want.isReal() ? difference(got.reals[i], want.reals[i],
                                                       1.0 + std::fabs(want.reals[i]))
                                          : double(got.integers[i] != want.integers[i]));
  return worst;
}

bool test::sameBits(const Tensor &x, const Tensor &y) {
  auto same = [](double a, double b) {
    return (a == b && std::signbit(a) == std::signbit(b)) || (std::isnan(a) && std::isnan(b));
  };
  return x.size() == y.size() && x.integers == y.integers &&
         std::equal(x.reals.begin(), x.reals.end(), y.reals.begin(), same);
}
