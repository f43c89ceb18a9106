//===- Random.cpp - numeric rows of random ops ------------------------------------------------===//
//
// Random numbers are compared exactly: all are multiples of 2^-24.
// Reading on: Rows.h; codegen/interpret/Random.cpp (the oracle).
//
//===------------------------------------------------------------------------------------------===//
#include "test/numeric/Rows.h"

using namespace sinter;
using namespace sinter::test;
using E = ElementType;

void test::randomRows(std::vector<Row> &rows) {
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

  // Inverted dropout as the DSL composes it.
  Row dropout{.name = "dropout", .domains = {Domain::Any, Domain::Anything}};
  dropout.build = [](EntryBuilder &b, llvm::ArrayRef<mlir::Value> v, const Case &c) {
    const Type &type = c.operands[0];
    Type scalar{type.element, {}};
    mlir::Value u = b.op("random_uniform", {v[1], v[2]},
                         {{"stream", int64_t(11)}, {"name", std::string("drop")}}, type);
    mlir::Value kept =
        b.op("compare", {u, b.constant(scalar, 0.25)}, {{"predicate", std::string("ge")}});
    return b.op("select", {kept, b.op("mul", {v[0], b.constant(scalar, 1.0 / 0.75)}),
                           b.constant(scalar, 0.0)});
  };
  for (E element : {E::F32, E::F64})
    for (const Dims &dims : hardShapes())
      dropout.cases.push_back({{{element, dims}, {E::I64, {}}, {E::I64, {}}}});
  rows.push_back(dropout);
}
