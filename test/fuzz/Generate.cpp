//===- Generate.cpp - draws random graphs -----------------------------------------------------===//
//
// Draws an op, then operands that fit it; what is missing becomes a new parameter. Intervals decide
// whether an op may be applied (log wants positive values, exp small ones); a value that does not
// qualify goes through sigmoid first. Reading on: Generator.h.
//
//===------------------------------------------------------------------------------------------===//
#include "test/fuzz/Generator.h"

using namespace sinter;
using namespace sinter::test;

/// Elements of a value at most; more in a roomy graph, where it pays to make values twice.
static constexpr int64_t kMostElements = 4096, kMostRoomy = 16384;

int Generator::add(Node node) {
  model.nodes.push_back(std::move(node));
  return static_cast<int>(model.nodes.size()) - 1;
}

int Generator::op(const std::string &name, std::vector<int> operands, double low, double high,
                  std::vector<Attr> attrs, Type result) {
  // An operand may be an op that did not fit (sigmoid of a truth value).
  if (std::any_of(operands.begin(), operands.end(), [](int operand) { return operand < 0; }))
    return -1;
  if (result.element == ElementType::Invalid) {
    std::vector<Type> types;
    for (int operand : operands)
      types.push_back(type(operand));
    result = inferType(name, types, attrs);
  }
  // Only growth is refused: an op on an already large value never fails.
  int64_t most = roomy ? kMostRoomy : kMostElements;
  for (int operand : operands)
    most = std::max(most, interpret::countOf(type(operand).dims));
  if (result.element == ElementType::Invalid || interpret::countOf(result.dims) > most)
    return -1;
  return add({name, std::move(operands), std::move(attrs), result, low, high});
}

int Generator::source(const std::string &kind, Dims dims) {
  return add({kind, {}, {}, {model.element, dims}});
}

int Generator::parameter(const Dims &dims) {
  if (once(3))
    for (int i = static_cast<int>(model.nodes.size()); i-- > 0;)
      if (model.nodes[i].op == "parameter" && type(i).dims == dims)
        return i;
  return source("parameter", dims);
}

int Generator::bias(const Dims &dims) { return once(4) ? source("state", dims) : parameter(dims); }

int Generator::number(double value) {
  Tensor scalar({model.element, {}}, std::vector<double>{value});
  return op("constant", {}, value, value, {{"value", scalar}}, scalar.type);
}

int Generator::cast(int a, ElementType to) {
  return a < 0 ? -1 : op("cast", {a}, low(a), high(a), {}, {to, type(a).dims});
}

int64_t Generator::drawSize() {
  static const int64_t sizes[] = {1, 1, 2, 3, 5, 7, 8, 15, 16, 17, 31, 33},
                       large[] = {1, 16, 17, 33, 48, 64};
  if (only > 0)
    return once(4) ? 1 : only;
  return roomy ? large[random.below(6)] : sizes[random.below(12)];
}

// Late nodes are likelier, so that graphs become deep. Not what a rounding left: the oracle has 0.
int Generator::pick() {
  std::vector<int> values;
  for (int i = 0; i < static_cast<int>(model.nodes.size()); ++i)
    if (double m = magnitude(i); type(i).element == model.element && (m == 0 || m > 1e-5))
      values.push_back(i);
  int64_t n = values.size();
  return values[std::max(random.below(n), random.below(n))];
}

int Generator::pickRanked(int64_t least) {
  for (int trial = 0; trial < 8; ++trial)
    if (int n = pick(); type(n).rank() >= least)
      return n;
  Dims dims;
  for (int64_t d = 0; d < least; ++d)
    dims.push_back(drawSize());
  return once(2) ? source("input", dims) : parameter(dims);
}

int Generator::partner(int a) {
  if (random.below(3) == 0)
    for (int trial = 0; trial < 6; ++trial)
      if (int n = pick(); rules::broadcastShapes(type(a).dims, type(n).dims))
        return n;
  Dims dims = type(a).dims;
  for (int64_t &d : dims)
    if (random.below(4) == 0)
      d = 1;
  if (random.below(4) == 0)
    dims.erase(dims.begin(), dims.begin() + random.below(dims.size() + 1));
  return bias(dims);
}

int Generator::bounded(int a, double limit) {
  if (magnitude(a) <= limit)
    return a;
  int small = random.below(2) ? op("tanh", {a}, -1, 1) : op("sigmoid", {a}, 0, 1);
  return small < 0 ? a : small; // a truth value stays: whatever comes next will not fit it either
}

int Generator::positive(int a) {
  if (model.nodes[a].low >= 0.2 && model.nodes[a].high <= 100)
    return a;
  int sum = op("add", {op("sigmoid", {a}, 0, 1), number(0.5)}, 0.5, 1.5);
  return sum < 0 ? a : sum;
}

/// The values before go through a layer to the classes of a cross-entropy.
void Generator::drawHead() {
  int a = pickRanked(2);
  const Dims dims = type(a).dims;
  int64_t rest = 1;
  for (int64_t size : llvm::drop_begin(dims))
    rest *= size;
  if (type(a).rank() > 2)
    a = op("reshape", {a}, low(a), high(a), {}, {model.element, {dims[0], rest}});
  a = bounded(a, 20.0 / std::max<int64_t>(rest, 1));
  int64_t classes = once(3) ? drawSize() : 2 + random.below(9);
  double m = 2 * magnitude(a) * rest;
  int y = op("matmul", {a, parameter({rest, classes})}, -m, m,
             {{"transpose_a", false}, {"transpose_b", false}});
  if (y >= 0 && once(2))
    y = op("add", {y, bias({classes})}, -m - 2, m + 2);
  if (y >= 0 && m <= 28)
    model.logits = y;
}

/// What the loss adds up, what the entries show besides, and what becomes of each buffer.
void Generator::drawOutputs() {
  // The last few float values make the loss.
  int count = static_cast<int>(model.nodes.size());
  for (int i = count; i-- > 0 && model.terms.size() < 3;)
    if (type(i).element == model.element && model.nodes[i].op != "parameter" && !once(3))
      model.terms.push_back(i);
  if (model.terms.empty())
    model.terms.push_back(pick());
  for (int i : model.terms)
    if (model.logits < 0 && type(i).rank() > 0 && type(i).dims.back() > 0 && magnitude(i) <= 30)
      model.logits = i;
  for (int64_t left = random.below(3); left-- > 0;)
    if (int i = random.below(count); model.nodes[i].op != "get")
      model.outputs.push_back(i);
  for (int i = 0; i < count; ++i)
    if (model.nodes[i].op == "state") {
      std::vector<int> fits;
      for (int value = 0; value < count; ++value)
        if (type(value) == type(i) && model.nodes[value].op != "get")
          fits.push_back(value);
      model.updates.push_back(
          {i, fits[std::max(random.below(fits.size()), random.below(fits.size()))]});
    }
}

Model Generator::run() {
  model.element = once(4) ? ElementType::F64 : ElementType::F32;
  model.optimizer = static_cast<Optimizer>(random.below(3));
  model.clips = once(3);
  roomy = once(5);
  only = once(6) ? 2 + random.below(6) : 0;
  for (int64_t i = 0, n = 1 + random.below(3); i < n; ++i) {
    Dims dims;
    for (int64_t d = 0, rank = random.below(4); d < rank; ++d)
      dims.push_back(once(30) ? 0 : drawSize());
    source(i == 0 || once(2) ? "input" : "parameter", dims);
  }
  using Draw = void (Generator::*)();
  static const Draw draws[] = {
      &Generator::drawUnary,      &Generator::drawUnary,      &Generator::drawBinary,
      &Generator::drawBinary,     &Generator::drawBinary,     &Generator::drawChoice,
      &Generator::drawShape,      &Generator::drawShape,      &Generator::drawReduce,
      &Generator::drawMean,       &Generator::drawMatmul,     &Generator::drawMatmul,
      &Generator::drawConv,       &Generator::drawConv,       &Generator::drawPool,
      &Generator::drawNorm,       &Generator::drawSoftmax,    &Generator::drawRandom,
      &Generator::drawTransposed, &Generator::drawBlock,      &Generator::drawWide,
      &Generator::drawScan,       &Generator::drawScan,       &Generator::drawCond,
      &Generator::drawAttention,  &Generator::drawRows,       &Generator::drawFunction,
      &Generator::drawFunction,   &Generator::drawWhile,      &Generator::drawCustom,
      &Generator::drawDerivative, &Generator::drawDerivative, &Generator::drawWhole};
  for (int i = 0; i < size; ++i)
    (this->*draws[random.below(std::size(draws))])();
  if (once(3))
    drawHead();
  drawOutputs();
  return model;
}

Model test::generate(uint64_t seed, int size) { return Generator(seed, size).run(); }
