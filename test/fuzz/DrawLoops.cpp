//===- DrawLoops.cpp - ops with bodies --------------------------------------------------------===//
//
// A loop, a choice or a function with a gradient of its own is one node; what its bodies do is
// drawn again from the node's number `body` when the module is built (Bodies.cpp). Whatever they do
// ends in tanh. Reading on: Generator.h.
//
//===------------------------------------------------------------------------------------------===//
#include "test/fuzz/Generator.h"

using namespace sinter;
using namespace sinter::test;

/// Steps of a loop at most: errors grow from step to step.
static constexpr int64_t kMostSteps = 5;

void Generator::drawScan() {
  int x = pickRanked(1);
  Dims dims = type(x).dims;
  if (dims[0] < 1 || dims[0] > kMostSteps) {
    dims[0] = 1 + random.below(kMostSteps);
    x = source("input", dims);
  }
  x = bounded(x, 3);
  Dims state(dims.begin() + 1, dims.end()), result = state, scale = state;
  for (int64_t &d : scale)
    d = once(3) ? 1 : d;
  std::vector<int> operands{bias(state), x, parameter(scale)};
  if (state.size() > 1 && once(2))
    operands.push_back(parameter({state.back(), state.back()}));
  bool stacked = once(2);
  if (stacked)
    result.insert(result.begin(), dims[0]);
  op("scan", operands, -1, 1,
     {{"body", random.below(1 << 30)}, {"reverse", once(3)}, {"stacked", stacked}},
     {model.element, result});
}

void Generator::drawCond() {
  int a = bounded(pick(), 3);
  if (type(a).element != model.element)
    return;
  int way =
      op("compare", {source("input", {}), number(0.1)}, 0, 1, {{"predicate", std::string("gt")}});
  op("cond", {way, a, bias(type(a).dims)}, -1, 1, {{"body", random.below(1 << 30)}}, type(a));
}

/// As many steps as an input says.
void Generator::drawWhile() {
  int a = bounded(pick(), 3);
  int steps = add({"input", {}, {}, {ElementType::I64, {}}, 0, static_cast<double>(kMostSteps)});
  op("while", {a, steps, bias(type(a).dims)}, -3, 3,
     {{"body", random.below(1 << 30)}, {"max_trips", kMostSteps - random.below(2)}}, type(a));
}

void Generator::drawCustom() {
  int a = bounded(pick(), 3);
  op("custom_gradient", {a, bias(type(a).dims)}, -1, 1, {{"body", random.below(1 << 30)}}, type(a));
}
