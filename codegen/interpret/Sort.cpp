//===- Sort.cpp - the oracle's order of elements along an axis --------------------------------===//
//
// Reading on: Registry.h; dialects/rules/include/sinter/rules/sort.h for the types.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/interpret/Registry.h"

#include "llvm/ADT/STLExtras.h"

#include <cmath>
#include <numeric>

using namespace sinter;
using namespace sinter::interpret;
using llvm::LogicalResult;
using llvm::success;

void interpret::sortRows(const Tensor &x, int64_t axis, bool descending, Tensor &places) {
  auto isLess = [&](int64_t a, int64_t b) {
    if (!x.isReal())
      return x.integers[a] < x.integers[b];
    return x.reals[a] < x.reals[b] || (!std::isnan(x.reals[a]) && std::isnan(x.reals[b]));
  };
  std::vector<Dims> sorted; // by row
  forEachRow(x.dims(), axis, [&](const Dims &row) {
    Dims order(row.size());
    std::iota(order.begin(), order.end(), 0);
    llvm::sort(order, [&](int64_t a, int64_t b) { // equal elements stay in their order
      int64_t left = row[descending ? b : a], right = row[descending ? a : b];
      return isLess(left, right) || (!isLess(right, left) && a < b);
    });
    sorted.push_back(order);
  });
  size_t number = 0;
  forEachRow(places.dims(), axis, [&](const Dims &row) {
    for (size_t i = 0; i < row.size(); ++i)
      places.integers[row[i]] = sorted[number][i];
    ++number;
  });
}

static LogicalResult argsort(Call &call) {
  sortRows(call.operand(0), call.integer("axis"), call.flag("descending"), call.result());
  return success();
}

void interpret::registerSort(Registry &registry) { registry["sinter.argsort"] = argsort; }
