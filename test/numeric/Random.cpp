//===- Random.cpp - numeric rows of random ops ------------------------------------------------===//
//
// Random numbers are compared exactly: all are multiples of 2^-24.
// Reading on: Rows.h; codegen/interpret/Random.cpp (the oracle).
//
//===------------------------------------------------------------------------------------------===//
#include "test/numeric/Dsl.h"

#include <sinter/ops/random.h>
#include <sinter/runtime.h>

using namespace sinter::test;
using E = ElementType;

void sinter::test::randomRows(std::vector<Row> &rows) {
  Row uniform{.name = "random_uniform",
              .domains = {Domain::Anything},
              .differentiable = false,
              .tolerance = 0.0};
  uniform.build = [](EntryBuilder &b, llvm::ArrayRef<mlir::Value> v, const Case &c) {
    return b.op("random_uniform", {v[0], v[1]}, c.attrs, c.result);
  };
  for (E element : {E::F32, E::F64})
    for (int64_t stream : {int64_t(7), int64_t(-3), int64_t(0x123456789abcdef)})
      for (const Dims &dims : hardShapes())
        uniform.cases.push_back({{{E::I64, {}}, {E::I64, {}}},
                                 {{"stream", stream}, {"name", std::string("row")}},
                                 {element, dims}});
  rows.push_back(uniform);

  // Inverted dropout; which elements are kept follows from the runtime's generator.
  Row dropout{.name = "dropout", .domains = {Domain::Any, Domain::Anything}};
  dropout.build =
      fromDsl({.call = [](const auto &x,
                          const Case &) { return sinter::dropout("drop", x[0], {.p = 0.25}); },
               .symbols = {"", "seed", "step"},
               .training = true});
  dropout.reference = [](const auto &v, const Case &) {
    Tensor y = v[0];
    for (int64_t i = 0; i < y.size(); ++i) {
      uint64_t seed = v[1].integers[0], step = v[2].integers[0];
      uint32_t word = sinter_philox(seed, sinter_stream("drop"), step, i).w[0];
      y.reals[i] = sinter_uniform_f32(word) < 0.25f ? 0 : y.reals[i] / 0.75;
    }
    return y;
  };
  for (E element : {E::F32, E::F64})
    for (const Dims &dims : hardShapes())
      dropout.cases.push_back({{{element, dims}, {E::I64, {}}, {E::I64, {}}}});
  rows.push_back(dropout);
}
