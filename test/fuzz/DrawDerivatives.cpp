//===- DrawDerivatives.cpp - derivatives inside of a graph ------------------------------------===//
//
// Of a value by one that it is made of, in reverse mode, in forward mode, or all of them: what
// comes behind goes on with them, so that the training step differentiates them again. How large
// they are nobody knows here; tanh brings them back. Reading on: Generator.h, passes/gradient.
//
//===------------------------------------------------------------------------------------------===//
#include "test/fuzz/Generator.h"

using namespace sinter;
using namespace sinter::test;

/// Elements of a Jacobian at most, and rows or columns, which are sweeps.
static constexpr int64_t kMostJacobian = 2048, kMostSweeps = 35;

static bool isDerivative(const Node &node) {
  return node.op == "gradient" || node.op == "jvp" || node.op == "jacobian";
}

std::vector<bool> Generator::findAncestors(int y) const {
  std::vector<bool> behind(y + 1, false);
  behind[y] = true;
  for (int i = y; i >= 0; --i)
    if (behind[i])
      for (int operand : model.nodes[i].operands)
        behind[operand] = true;
  return behind;
}

std::pair<int, int> Generator::pickDerivable() {
  for (int trial = 0; trial < 8; ++trial) {
    int y = pick();
    std::vector<bool> behind = findAncestors(y);
    int64_t orders = 0;
    std::vector<int> xs;
    for (int i = 0; i < y; ++i) {
      orders += behind[i] && isDerivative(model.nodes[i]);
      if (behind[i] && type(i).element == model.element && model.nodes[i].op != "constant")
        xs.push_back(i);
    }
    if (!xs.empty() && orders <= (once(4) ? 1 : 0))
      return {y, once(20) ? pick() : xs[random.below(xs.size())]};
  }
  return {-1, -1};
}

/// The mean of the squares of its elements, or of what is `bounded`.
int Generator::drawMeasure(int y) {
  y = bounded(y, 30);
  double m = magnitude(y) * magnitude(y);
  Dims axes;
  for (int64_t d = 0; d < type(y).rank(); ++d)
    axes.push_back(d);
  double count = std::max<int64_t>(interpret::countOf(type(y).dims), 1);
  int square = op("mul", {y, y}, 0, m);
  int sum = axes.empty() ? square
                         : op("sum", {square}, 0, m * count, {{"axes", axes}, {"keepdims", false}});
  return op("mul", {sum, number(1 / count)}, 0, m);
}

void Generator::drawDerivative() {
  auto [y, x] = pickDerivable();
  if (y < 0)
    return;
  int made = -1;
  switch (random.below(4)) {
  case 0:
    if (y = drawMeasure(y); y >= 0)
      made = op("gradient", {y, number(1), x}, -1e3, 1e3, {}, type(x));
    break;
  case 1: // of all elements, along what has the type of the value
    made = op("gradient", {y, source(once(2) ? "input" : "parameter", type(y).dims), x}, -1e3, 1e3,
              {}, type(x));
    break;
  case 2:
    made = op("jvp", {y, x, source(once(2) ? "input" : "parameter", type(x).dims)}, -1e3, 1e3, {},
              type(y));
    break;
  default: {
    Dims dims = type(y).dims;
    dims.insert(dims.end(), type(x).dims.begin(), type(x).dims.end());
    bool columns = once(2);
    if (interpret::countOf(dims) <= kMostJacobian &&
        interpret::countOf(type(columns ? x : y).dims) <= kMostSweeps)
      made = op("jacobian", {y, x}, -1e3, 1e3, {{"columns", columns}}, {model.element, dims});
  }
  }
  if (made >= 0 && once(6))
    made = op("stop_gradient", {made}, -1e3, 1e3);
  op("tanh", {made}, -1, 1);
}
