//===- Loss.cpp - numeric rows of the softmax family ------------------------------------------===//
//
// Reading on: Rows.h; codegen/interpret/Loss.cpp (the oracle).
//
//===------------------------------------------------------------------------------------------===//
#include "test/numeric/Rows.h"

using namespace sinter;
using namespace sinter::test;
using E = ElementType;

static const std::pair<Dims, int64_t> lines[] = {
    {{1}, 0},      {{7}, 0},     {{3, 5}, 0},    {{3, 5}, 1},    {{31, 10}, 1},
    {{17, 15}, 1}, {{2, 17}, 1}, {{2, 3, 5}, 1}, {{2, 3, 5}, 2}, {{0, 5}, 1},
    {{3, 1}, 1},   {{5, 33}, 0}, {{3, 131}, 1}};

void test::lossRows(std::vector<Row> &rows) {
  for (const char *name : {"softmax", "log_softmax"}) {
    Row row{.name = name};
    for (E element : {E::F32, E::F64})
      for (const auto &[dims, axis] : lines)
        row.cases.push_back({{{element, dims}}, {{"axis", axis}}});
    row.perf = {{{E::F32, {4096, 10}}}, {{"axis", int64_t(1)}}};
    rows.push_back(row);
  }
  Row loss{.name = "softmax_cross_entropy", .domains = {Domain::Any, Domain::Indices}};
  for (E element : {E::F32, E::F64})
    for (const Dims &dims :
         {Dims{5}, {1, 1}, {3, 5}, {31, 2}, {31, 10}, {17, 17}, {2, 3, 7}, {0, 5}, {256, 10}}) {
      Dims labels(dims.begin(), dims.end() - 1);
      loss.cases.push_back(
          {.operands = {{element, dims}, {E::I32, labels}}, .indices = dims.back()});
    }
  loss.perf = {.operands = {{E::F32, {4096, 10}}, {E::I32, {4096}}}, .indices = 10};
  rows.push_back(loss);

  Row mean{.name = "mean(softmax_cross_entropy)", .domains = {Domain::Any, Domain::Indices}};
  mean.build = [](EntryBuilder &b, llvm::ArrayRef<mlir::Value> v, const Case &c) {
    Type scalar{c.operands[0].element, {}};
    mlir::Value sum =
        b.op("sum", {b.op("softmax_cross_entropy", v)}, {{"axes", Dims{0}}, {"keepdims", false}});
    return b.op("mul", {sum, b.constant(scalar, 1.0 / c.operands[0].dims[0])});
  };
  for (E element : {E::F32, E::F64})
    for (int64_t rowCount : {1, 7, 64})
      mean.cases.push_back(
          {.operands = {{element, {rowCount, 10}}, {E::I32, {rowCount}}}, .indices = 10});
  rows.push_back(mean);
}
