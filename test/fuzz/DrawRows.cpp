//===- DrawRows.cpp - what goes along rows in order -------------------------------------------===//
//
// Sums, products and extremes of the elements so far, rows sorted, and elements of rows read or
// added to by indices. Reading on: Generator.h.
//
//===------------------------------------------------------------------------------------------===//
#include "test/fuzz/Generator.h"

using namespace sinter;
using namespace sinter::test;

/// Sums of values, products of values that do not grow, or the extremes so far.
void Generator::drawExtremes(int a) {
  int64_t axis = random.below(type(a).rank()), size = type(a).dims[axis];
  std::vector<Attr> attrs = {{"axis", axis}, {"reverse", once(2)}, {"exclusive", once(3)}};
  switch (random.below(4)) {
  case 0:
    op("cumprod", {op("sigmoid", {a}, 0, 1)}, 0, 1, attrs);
    break;
  case 1:
    op(once(2) ? "cummax" : "cummin", {a}, low(a), high(a), {{"axis", axis}});
    break;
  default:
    a = bounded(a, 1000.0 / std::max<int64_t>(size, 1));
    op("cumsum", {a}, std::min(low(a) * size, 0.0), std::max(high(a) * size, 0.0), attrs);
  }
}

/// Rows sorted, or the first of them.
void Generator::drawOrder(int a) {
  int64_t axis = random.below(type(a).rank()), size = type(a).dims[axis];
  int64_t count = once(2) ? size : random.below(size + 1);
  std::vector<Attr> attrs = {{"axis", axis}, {"count", count}, {"descending", once(2)}};
  int index = op("argsort", {a}, 0, static_cast<double>(size), attrs);
  if (index >= 0)
    op("gather_along", {a, index}, low(a), high(a), {{"axis", axis}});
}

/// An element for each index of an input, read along rows or added there.
void Generator::drawAlong(int a) {
  Dims at = type(a).dims;
  int64_t axis = random.below(type(a).rank()), size = at[axis];
  at[axis] = drawSize();
  if (size == 0 || interpret::countOf(at) > 2048)
    return;
  ElementType element = once(2) ? ElementType::I32 : ElementType::I64;
  int index = add({"input", {}, {}, {element, at}, 0, static_cast<double>(size - 1)});
  double most = magnitude(a) + 2.0 * static_cast<double>(at[axis]);
  if (once(2))
    op("gather_along", {a, index}, low(a), high(a), {{"axis", axis}});
  else if (most < 200)
    op("scatter_add_along", {a, index, parameter(at)}, -most, most, {{"axis", axis}});
}

void Generator::drawRows() {
  int a = pickRanked(1);
  switch (random.below(5)) {
  case 0:
    return drawOrder(a);
  case 1:
    return drawAlong(a);
  default:
    return drawExtremes(a);
  }
}
