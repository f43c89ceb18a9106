//===- Train.cpp - numeric rows of structural ops and of what training composes ---------------===//
//
// Reading on: Rows.h; codegen/interpret/Train.cpp (the oracle).
//
//===------------------------------------------------------------------------------------------===//
#include "test/numeric/Rows.h"

using namespace sinter;
using namespace sinter::test;
using E = ElementType;

void test::trainRows(std::vector<Row> &rows) {
  // x * stop_gradient(x): half of the gradient of x² is missing, so differences cannot judge it;
  // values can.
  Row stop{.name = "stop_gradient", .differentiable = false};
  for (const Dims &dims : hardShapes())
    stop.cases.push_back({{{E::F32, dims}}});
  rows.push_back(stop);

  // Momentum and decay as an optimizer writes them: w - lr * (0.9 v + g + 0.01 w).
  Row update{.name = "sgd_update"};
  update.build = [](EntryBuilder &b, llvm::ArrayRef<mlir::Value> v, const Case &c) {
    Type scalar{c.operands[0].element, {}};
    mlir::Value velocity = b.op("add", {b.op("mul", {b.constant(scalar, 0.9), v[1]}), v[2]});
    velocity = b.op("add", {velocity, b.op("mul", {b.constant(scalar, 0.01), v[0]})});
    return b.op("sub", {v[0], b.op("mul", {v[3], velocity})});
  };
  for (E element : {E::F32, E::F64})
    for (const Dims &dims : hardShapes())
      update.cases.push_back({{{element, dims}, {element, dims}, {element, dims}, {element, {}}}});
  rows.push_back(update);

  // A value used twice collects two cotangents.
  Row shared{.name = "shared_use"};
  shared.build = [](EntryBuilder &b, llvm::ArrayRef<mlir::Value> v, const Case &) {
    mlir::Value t = b.op("tanh", {v[0]});
    return b.op("add", {b.op("mul", {t, t}), b.op("mul", {t, v[0]})});
  };
  for (E element : {E::F32, E::F64})
    for (const Dims &dims : hardShapes())
      shared.cases.push_back({{{element, dims}}});
  rows.push_back(shared);
}
