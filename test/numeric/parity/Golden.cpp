//===- Golden.cpp - PyTorch's numbers, and the distance from them -----------------------------===//
//
// Reading on: Golden.h.
//
//===------------------------------------------------------------------------------------------===//
#include "test/numeric/parity/Golden.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

using namespace sinter;
using namespace sinter::test;
using interpret::Tensor;
using interpret::Values;

static int failed = 0;

int test::failures() { return failed; }

void test::expect(const std::string &what, double error, double limit) {
  bool holds = error <= limit;
  if (!holds)
    std::printf("%s: error %.3e, expects at most %.0e\n", what.c_str(), error, limit);
  failed += !holds;
}

uint64_t test::mixed(uint64_t tag, uint64_t counter) {
  uint64_t z = tag * 0xD1B54A32D192ED03u + (counter + 1) * 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

double test::uniformOf(uint64_t tag, uint64_t counter) {
  return std::ldexp(static_cast<double>(mixed(tag, counter) >> 40), -24);
}

double test::pixelOf(uint64_t bits) {
  uint64_t byte = (bits >> 8) % 3 == 0 ? bits & 255 : 0;
  return static_cast<float>(static_cast<double>(byte) / 255.0);
}

Goldens test::readGoldens(const char *path) {
  Goldens goldens;
  std::ifstream file(path);
  for (std::string text; std::getline(file, text);) {
    std::istringstream line(text);
    std::string kind, step, name, word;
    line >> kind >> step;
    if (kind != "loss")
      line >> name;
    std::vector<double> values;
    while (line >> word)
      values.push_back(std::strtod(word.c_str(), nullptr));
    if (!values.empty())
      goldens[kind + " " + step + (name.empty() ? "" : " " + name)] = {
          values[0], {values.begin() + 1, values.end()}};
  }
  return goldens;
}

void test::readObjects(const char *path,
                       llvm::function_ref<void(const llvm::json::Object &, llvm::StringRef)> take) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);)
    take(*llvm::cantFail(llvm::json::parse(line)).getAsObject(), line);
}

double test::normOf(const Tensor &tensor) {
  double sum = 0;
  for (double value : tensor.reals)
    sum += value * value;
  return std::sqrt(sum);
}

/// The larger one; a NaN is larger than all (std::fmax would drop it).
static double worse(double a, double b) { return std::isnan(a) || a > b ? a : b; }

double test::distance(const Tensor &got, const Golden &want) {
  double squares = 0;
  for (size_t s = 0; s < want.samples.size(); ++s) {
    double difference = got.reals[mixed(3000, s) % got.size()] - want.samples[s];
    squares += difference * difference;
  }
  double whole = std::sqrt(squares / want.samples.size() * got.size());
  return worse(std::fabs(normOf(got) - want.norm), whole);
}

double test::largest(const Tensor &got, const Golden &want) {
  double worst = 0;
  for (size_t s = 0; s < want.samples.size(); ++s)
    worst = worse(std::fabs(got.reals[mixed(3000, s) % got.size()] - want.samples[s]), worst);
  return worst;
}

Values test::single(const Values &values) {
  Values rounded = values;
  for (auto &[name, value] : rounded) {
    if (value.type.element != rules::ElementType::F64)
      continue;
    value.type.element = rules::ElementType::F32;
    for (double &element : value.reals)
      element = static_cast<float>(element);
  }
  return rounded;
}
