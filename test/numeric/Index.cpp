//===- Index.cpp - numeric rows of slices where a tensor of indices says ----------------------===//
//
// Few rows and many indices, so that most come again; both element types of indices; every axis,
// with and without axes behind it. Reading on: Rows.h; codegen/interpret/Index.cpp (the oracle).
//
//===------------------------------------------------------------------------------------------===//
#include "test/numeric/Rows.h"

using namespace sinter;
using namespace sinter::test;
using E = ElementType;

namespace {
/// A tensor, an axis of it and the shape of the indices.
struct Slices {
  Dims whole;
  int64_t axis;
  Dims index;
};
} // namespace

static const Slices slices[] = {
    {{7, 5}, 0, {11}},       {{7, 64}, 0, {3, 5}},    {{7, 33}, 0, {40}},
    {{3, 17}, 0, {}},        {{5}, 0, {9}},           {{5}, 0, {}},
    {{4, 6}, 1, {13}},       {{2, 6, 19}, 1, {3, 2}}, {{3, 4, 5}, 2, {2, 2}},
    {{9, 2, 3, 4}, 0, {17}}, {{1, 16}, 0, {5}},       {{6, 1}, 0, {4}},
    {{6, 16}, 0, {0}},       {{6, 0}, 0, {3}},        {{2, 6, 16}, 1, {}}};

static Dims shapeOfSlices(const Slices &s) {
  return inferType("gather", {{E::F32, s.whole}, {E::I32, s.index}}, {{"axis", s.axis}}).dims;
}

void test::indexRows(std::vector<Row> &rows) {
  Row gather{.name = "gather", .domains = {Domain::Any, Domain::Indices}};
  Row scatter{.name = "scatter_add", .domains = {Domain::Any, Domain::Indices, Domain::Any}};
  Row embedding{.name = "sum(gather * gather)", .domains = {Domain::Any, Domain::Indices}};
  // What is read from the table goes on in the same kernel, into sums too.
  embedding.build = [](EntryBuilder &b, llvm::ArrayRef<mlir::Value> v, const Case &c) {
    mlir::Value rows = b.op("gather", {v[0], v[1]}, c.attrs);
    return b.op("sum", {b.op("mul", {rows, rows})}, {{"axes", Dims{0}}, {"keepdims", false}});
  };
  for (E element : {E::F32, E::F64})
    for (E index : {E::I32, E::I64})
      for (const Slices &s : slices) {
        Case c{.operands = {{element, s.whole}, {index, s.index}},
               .attrs = {{"axis", s.axis}},
               .indices = s.whole[s.axis]};
        gather.cases.push_back(c);
        if (!shapeOfSlices(s).empty())
          embedding.cases.push_back(c);
        c.operands.push_back({element, shapeOfSlices(s)});
        scatter.cases.push_back(c);
      }
  gather.perf = {.operands = {{E::F32, {1000, 64}}, {E::I32, {4096}}},
                 .attrs = {{"axis", int64_t(0)}},
                 .indices = 1000};
  scatter.perf = {.operands = {{E::F32, {1000, 64}}, {E::I32, {4096}}, {E::F32, {4096, 64}}},
                  .attrs = {{"axis", int64_t(0)}},
                  .indices = 1000};
  embedding.perf = gather.perf;
  rows.push_back(gather);
  rows.push_back(scatter);
  rows.push_back(embedding);
  Row along{.name = "gather_along", .domains = {Domain::Any, Domain::Indices}};
  Row addAlong{.name = "scatter_add_along", .domains = {Domain::Any, Domain::Indices, Domain::Any}};
  for (E element : {E::F32, E::F64})
    for (E index : {E::I32, E::I64})
      for (const auto &[whole, axis, at] : {std::tuple<Dims, int64_t, Dims>{{5}, 0, {9}},
                                            {{4, 6}, 1, {4, 13}},
                                            {{4, 6}, 0, {9, 6}},
                                            {{4, 33}, 0, {7, 33}},
                                            {{3, 5, 17}, 1, {2, 8, 16}},
                                            {{3, 5, 4}, 2, {3, 5, 1}},
                                            {{6, 4}, 0, {0, 4}},
                                            {{6, 0}, 0, {3, 0}}}) {
        Case c{.operands = {{element, whole}, {index, at}},
               .attrs = {{"axis", axis}},
               .indices = whole[axis]};
        along.cases.push_back(c);
        c.operands.push_back({element, at});
        addAlong.cases.push_back(c);
      }
  rows.push_back(along);
  rows.push_back(addAlong);
  // Whole numbers move and add up, too.
  Row whole{.name = "scatter_add of integers",
            .domains = {Domain::Indices, Domain::Indices, Domain::Indices},
            .differentiable = false};
  whole.build = [](EntryBuilder &b, llvm::ArrayRef<mlir::Value> v, const Case &c) {
    return b.op("scatter_add", v, c.attrs);
  };
  whole.cases.push_back({.operands = {{E::I32, {5, 16}}, {E::I32, {40}}, {E::I32, {40, 16}}},
                         .attrs = {{"axis", int64_t(0)}},
                         .indices = 5});
  whole.cases.push_back({.operands = {{E::I64, {5}}, {E::I64, {40}}, {E::I64, {40}}},
                         .attrs = {{"axis", int64_t(0)}},
                         .indices = 5});
  rows.push_back(whole);
}
