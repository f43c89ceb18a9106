//===- Shape.cpp - numeric rows of data movement ----------------------------------------------===//
//
// Reading on: Rows.h; codegen/interpret/Shape.cpp (the oracle).
//
//===------------------------------------------------------------------------------------------===//
#include "test/numeric/Rows.h"

using namespace sinter;
using namespace sinter::test;
using E = ElementType;

static void reshapeRows(std::vector<Row> &rows) {
  Row row{.name = "reshape"};
  for (E element : {E::F32, E::F64}) {
    const std::pair<Dims, Dims> pairs[] = {
        {{}, {1}},         {{1}, {}},        {{6}, {2, 3}},      {{3, 5, 2}, {15, 2}},
        {{3, 5, 2}, {30}}, {{0, 3}, {7, 0}}, {{17}, {17, 1, 1}}, {{2, 17}, {17, 2}}};
    for (const auto &[from, to] : pairs)
      row.cases.push_back({{{element, from}}, {}, {element, to}});
  }
  rows.push_back(row);
}

static void transposeRows(std::vector<Row> &rows) {
  Row row{.name = "transpose"};
  for (E element : {E::F32, E::F64}) {
    const std::pair<Dims, Dims> cases[] = {{{}, {}},
                                           {{5}, {0}},
                                           {{3, 5}, {1, 0}},
                                           {{3, 5}, {0, 1}},
                                           {{17, 15}, {1, 0}},
                                           {{2, 3, 5}, {2, 0, 1}},
                                           {{2, 3, 5}, {0, 2, 1}},
                                           {{2, 3, 5}, {1, 0, 2}},
                                           {{0, 3}, {1, 0}},
                                           {{1, 33}, {1, 0}},
                                           {{2, 3, 1, 7}, {3, 1, 2, 0}}};
    for (const auto &[dims, perm] : cases)
      row.cases.push_back({{{element, dims}}, {{"perm", perm}}});
  }
  row.perf = {{{E::F32, {512, 512}}}, {{"perm", Dims{1, 0}}}};
  rows.push_back(row);
}

static void broadcastRows(std::vector<Row> &rows) {
  Row row{.name = "broadcast_to"};
  for (E element : {E::F32, E::F64}) {
    const std::pair<Dims, Dims> pairs[] = {
        {{}, {}},      {{}, {7}},           {{}, {3, 5}},     {{1}, {17}},
        {{5}, {3, 5}}, {{3, 1}, {3, 5}},    {{1, 5}, {3, 5}}, {{2, 1, 3}, {2, 7, 3}},
        {{1}, {0}},    {{3, 1}, {2, 3, 33}}};
    for (const auto &[from, to] : pairs)
      row.cases.push_back({{{element, from}}, {}, {element, to}});
  }
  rows.push_back(row);
}

static void concatRows(std::vector<Row> &rows) {
  Row row{.name = "concat"};
  for (E element : {E::F32, E::F64}) {
    row.cases.push_back({{{element, {3}}}, {{"axis", int64_t(0)}}});
    row.cases.push_back({{{element, {3}}, {element, {5}}}, {{"axis", int64_t(0)}}});
    row.cases.push_back(
        {{{element, {2, 3}}, {element, {2, 1}}, {element, {2, 13}}}, {{"axis", int64_t(1)}}});
    row.cases.push_back({{{element, {2, 3}}, {element, {5, 3}}}, {{"axis", int64_t(0)}}});
    row.cases.push_back(
        {{{element, {2, 0}}, {element, {2, 3}}, {element, {2, 0}}}, {{"axis", int64_t(1)}}});
    row.cases.push_back({{{element, {2, 3, 5}}, {element, {2, 7, 5}}}, {{"axis", int64_t(1)}}});
    row.cases.push_back({{{element, {16}}, {element, {17}}}, {{"axis", int64_t(0)}}});
  }
  rows.push_back(row);
}

static void sliceRows(std::vector<Row> &rows) {
  struct Bounds {
    Dims dims, starts, limits, strides;
  };
  Row row{.name = "slice"};
  for (E element : {E::F32, E::F64})
    for (const Bounds &b : {Bounds{{7}, {0}, {7}, {1}},
                            {{7}, {2}, {6}, {1}},
                            {{7}, {1}, {7}, {2}},
                            {{7}, {3}, {3}, {1}},
                            {{17, 5}, {1, 0}, {17, 5}, {1, 1}},
                            {{17, 5}, {0, 1}, {17, 4}, {1, 1}},
                            {{17, 5}, {1, 1}, {16, 5}, {3, 2}},
                            {{2, 3, 5}, {0, 2, 1}, {2, 3, 4}, {1, 1, 1}},
                            {{0, 3}, {0, 1}, {0, 3}, {1, 1}},
                            {{33}, {0}, {33}, {32}},
                            {{}, {}, {}, {}}})
      row.cases.push_back({{{element, b.dims}},
                           {{"starts", b.starts}, {"limits", b.limits}, {"strides", b.strides}}});
  rows.push_back(row);
}

static void padRows(std::vector<Row> &rows) {
  struct Widths {
    Dims dims, low, high;
  };
  Row row{.name = "pad"};
  for (E element : {E::F32, E::F64})
    for (const Widths &w : {Widths{{5}, {0}, {0}},
                            {{5}, {2}, {0}},
                            {{5}, {0}, {3}},
                            {{5}, {1}, {2}},
                            {{3, 5}, {1, 0}, {0, 1}},
                            {{3, 5}, {2, 2}, {2, 2}},
                            {{0}, {3}, {2}},
                            {{15}, {1}, {1}},
                            {{2, 0, 3}, {0, 1, 0}, {0, 1, 0}},
                            {{}, {}, {}}})
      row.cases.push_back({{{element, w.dims}}, {{"low", w.low}, {"high", w.high}}});
  rows.push_back(row);
}

// Tensors made from nothing take one operand, which is added, so that the entry has an input.
static void madeRows(std::vector<Row> &rows) {
  Row iota{.name = "iota", .differentiable = false};
  iota.build = [](EntryBuilder &b, llvm::ArrayRef<mlir::Value> v, const Case &c) {
    return b.op("add", {b.op("iota", {}, c.attrs, c.operands[0]), v[0]});
  };
  for (E element : {E::F32, E::F64, E::I32, E::I64})
    for (const auto &[dims, axis] :
         {std::pair<Dims, int64_t>{{7}, 0}, {{3, 5}, 0}, {{3, 5}, 1}, {{0}, 0}, {{33}, 0}})
      iota.cases.push_back({{{element, dims}}, {{"axis", axis}}});
  rows.push_back(iota);

  Row constant{.name = "constant"};
  constant.build = [](EntryBuilder &b, llvm::ArrayRef<mlir::Value> v, const Case &c) {
    Random random(seedOf("constant"));
    Tensor value = sample(c.operands[0], Domain::Any, random);
    return b.op("mul", {b.op("constant", {}, {{"value", value}}, c.operands[0]), v[0]});
  };
  for (E element : {E::F32, E::F64})
    for (const Dims &dims : hardShapes())
      constant.cases.push_back({{{element, dims}}});
  rows.push_back(constant);
}

void test::shapeRows(std::vector<Row> &rows) {
  reshapeRows(rows);
  transposeRows(rows);
  broadcastRows(rows);
  concatRows(rows);
  sliceRows(rows);
  padRows(rows);
  madeRows(rows);
}
