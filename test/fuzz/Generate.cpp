//===- Generate.cpp - draws random graphs
//-------------------------------------------------------===//
//
// Draws an op, then operands that fit it; what is missing becomes a new parameter. Intervals decide
// whether an op may be applied (log wants positive values, exp small ones); a value that does not
// qualify goes through sigmoid first. Reading on: Model.h.
//
//===----------------------------------------------------------------------------------------------===//
#include "test/fuzz/Model.h"

#include <algorithm>
#include <cmath>

using namespace sinter;
using namespace sinter::test;

namespace {
class Generator {
public:
  Generator(uint64_t seed, int size) : random(seed * 2654435761u + 17), size(size) {
    model.seed = seed;
  }
  Model run();

private:
  int add(Node node);
  int op(const std::string &name, std::vector<int> operands, double low, double high,
         std::vector<Attr> attrs = {}, Type type = {});
  int source(const std::string &kind, Dims dims);
  int number(double value);
  int pick();
  int pickRanked(int64_t least);
  // A partner that broadcasts with `a`, in a random position.
  int partner(int a);
  // `a` or something made of it inside (0, …).
  int positive(int a);
  // `a` or something made of it of magnitude at most `limit`.
  int bounded(int a, double limit);
  int64_t drawSize();

  void drawUnary();
  void drawBinary();
  void drawChoice();
  void drawShape();
  void drawReduce();
  void drawMatmul();
  int pickImages(); // a value of four axes
  void drawConv();
  void drawPool();
  void drawNorm();
  void drawSoftmax();
  void drawRandom();

  double magnitude(int n) const {
    return std::max(std::fabs(model.nodes[n].low), std::fabs(model.nodes[n].high));
  }
  const Type &type(int n) const { return model.nodes[n].type; }

  Model model;
  Random random;
  int size;
};
} // namespace

static constexpr int64_t kMostElements = 4096;

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
  int64_t most = kMostElements;
  for (int operand : operands)
    most = std::max(most, interpret::countOf(type(operand).dims));
  if (result.element == ElementType::Invalid || interpret::countOf(result.dims) > most)
    return -1;
  return add({name, std::move(operands), std::move(attrs), result, low, high});
}

int Generator::source(const std::string &kind, Dims dims) {
  return add({kind, {}, {}, {model.element, dims}});
}

int Generator::number(double value) {
  Tensor scalar({model.element, {}}, std::vector<double>{value});
  return op("constant", {}, value, value, {{"value", scalar}}, scalar.type);
}

int64_t Generator::drawSize() {
  static const int64_t sizes[] = {1, 2, 3, 5, 7, 8, 15, 16, 17, 33};
  return sizes[random.below(10)];
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
  return source(random.below(2) ? "input" : "parameter", dims);
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
  return source("parameter", dims);
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

void Generator::drawUnary() {
  int a = pick();
  double low = model.nodes[a].low, high = model.nodes[a].high;
  switch (random.below(10)) {
  case 0:
    op("neg", {a}, -high, -low);
    break;
  case 1:
    a = bounded(a, 3);
    op("exp", {a}, std::exp(model.nodes[a].low), std::exp(model.nodes[a].high));
    break;
  case 2:
    a = positive(a);
    op("log", {a}, std::log(model.nodes[a].low), std::log(model.nodes[a].high));
    break;
  case 3:
    a = positive(a);
    op("sqrt", {a}, std::sqrt(model.nodes[a].low), std::sqrt(model.nodes[a].high));
    break;
  case 4:
    a = positive(a);
    op("rsqrt", {a}, 1 / std::sqrt(model.nodes[a].high), 1 / std::sqrt(model.nodes[a].low));
    break;
  case 5:
    op("tanh", {a}, -1, 1);
    break;
  case 6:
    op("sigmoid", {a}, 0, 1);
    break;
  case 7:
    op("relu", {a}, std::max(low, 0.0), std::max(high, 0.0));
    break;
  case 8:
    op("abs", {a}, low > 0 ? low : high < 0 ? -high : 0, magnitude(a));
    break;
  default:
    random.below(2) ? op("stop_gradient", {a}, low, high) : op("sign", {a}, -1, 1);
  }
}

void Generator::drawBinary() {
  int a = bounded(pick(), 100), b = bounded(partner(a), 100);
  double la = model.nodes[a].low, ha = model.nodes[a].high, lb = model.nodes[b].low,
         hb = model.nodes[b].high;
  if (random.below(2))
    std::swap(a, b), std::swap(la, lb), std::swap(ha, hb);
  double m = magnitude(a) * magnitude(b);
  switch (random.below(7)) {
  case 0:
    op("add", {a, b}, la + lb, ha + hb);
    break;
  case 1:
    op("sub", {a, b}, la - hb, ha - lb);
    break;
  case 2:
    op("mul", {a, b}, a == b ? 0 : -m, m);
    break;
  case 3:
    b = positive(b);
    m = magnitude(a) / model.nodes[b].low;
    op("div", {a, b}, -m, m);
    break;
  case 4:
    op("max", {a, b}, std::max(la, lb), std::max(ha, hb));
    break;
  case 5:
    op("min", {a, b}, std::min(la, lb), std::min(ha, hb));
    break;
  default:
    a = positive(a), b = bounded(b, 2);
    m = std::max(model.nodes[a].high, 1 / model.nodes[a].low);
    m = std::pow(m, magnitude(b));
    op("pow", {a, b}, 1 / m, m);
  }
}

void Generator::drawChoice() {
  static const char *predicates[] = {"eq", "ne", "lt", "le", "gt", "ge"};
  int a = pick(), b = partner(a);
  int condition =
      op("compare", {a, b}, 0, 1, {{"predicate", std::string(predicates[random.below(6)])}});
  if (condition < 0)
    return;
  if (random.below(4) == 0)
    condition = op("logical_not", {condition}, 0, 1);
  if (random.below(4) == 0)
    condition =
        op(random.below(2) ? "logical_and" : "logical_or",
           {condition, op("compare", {a, b}, 0, 1, {{"predicate", std::string("lt")}})}, 0, 1);
  if (random.below(4) == 0)
    op("cast", {condition}, 0, 1, {}, {model.element, type(condition).dims});
  else
    op("select", {condition, a, b}, std::min(model.nodes[a].low, model.nodes[b].low),
       std::max(model.nodes[a].high, model.nodes[b].high));
}

void Generator::drawShape() {
  int a = pickRanked(1);
  const Dims dims = type(a).dims;
  int64_t rank = dims.size();
  double low = model.nodes[a].low, high = model.nodes[a].high;
  switch (random.below(6)) {
  case 0: {
    Dims to = {interpret::countOf(dims)};
    if (rank > 1 && random.below(2)) // merge two axes
      to = dims, to[rank - 2] *= to[rank - 1], to.pop_back();
    op("reshape", {a}, low, high, {}, {model.element, to});
    break;
  }
  case 1: {
    Dims perm;
    while (int64_t(perm.size()) < rank)
      perm.push_back(perm.size());
    for (int64_t d = rank; d-- > 1;)
      std::swap(perm[d], perm[random.below(d + 1)]);
    op("transpose", {a}, low, high, {{"perm", perm}});
    break;
  }
  case 2: {
    Dims to = dims;
    for (int64_t &d : to)
      d = d == 1 ? drawSize() : d;
    to.insert(to.begin(), 1 + random.below(3));
    op("broadcast_to", {a}, low, high, {}, {model.element, to});
    break;
  }
  case 3: {
    Dims other = dims;
    int64_t axis = random.below(rank);
    other[axis] = drawSize();
    op("concat", {a, source("parameter", other), a}, std::min(low, -2.0), std::max(high, 2.0),
       {{"axis", axis}});
    break;
  }
  case 4: {
    Dims starts(rank), limits(rank), strides(rank);
    for (int64_t d = 0; d < rank; ++d) {
      starts[d] = dims[d] ? random.below(dims[d]) : 0;
      limits[d] = dims[d] ? starts[d] + 1 + random.below(dims[d] - starts[d]) : 0;
      strides[d] = 1 + random.below(3);
    }
    op("slice", {a}, low, high, {{"starts", starts}, {"limits", limits}, {"strides", strides}});
    break;
  }
  default: {
    Dims before(rank), after(rank);
    for (int64_t d = 0; d < rank; ++d)
      before[d] = random.below(3), after[d] = random.below(3);
    op("pad", {a}, std::min(low, 0.0), std::max(high, 0.0), {{"low", before}, {"high", after}});
  }
  }
}

void Generator::drawReduce() {
  int a = pickRanked(1);
  Dims axes;
  int64_t reduced = 1;
  for (int64_t d = 0; d < type(a).rank(); ++d)
    if (random.below(2)) {
      axes.push_back(d);
      reduced *= type(a).dims[d];
    }
  std::vector<Attr> attrs = {{"axes", axes}, {"keepdims", random.below(2) == 1}};
  double low = model.nodes[a].low, high = model.nodes[a].high;
  switch (random.below(5)) {
  case 0:
    op("reduce_max", {a}, low, high, attrs);
    break;
  case 1:
    op("reduce_min", {a}, low, high, attrs);
    break;
  case 2: {
    int index = op("argmax", {a}, 0, 1, {{"axis", random.below(type(a).rank())}});
    if (index >= 0)
      op("cast", {index}, 0, 40, {}, {model.element, type(index).dims});
    break;
  }
  default:
    a = bounded(a, 1000.0 / std::max<int64_t>(reduced, 1));
    op("sum", {a}, std::min(model.nodes[a].low * reduced, 0.0),
       std::max(model.nodes[a].high * reduced, 0.0), attrs);
  }
}

void Generator::drawMatmul() {
  int a = pickRanked(2);
  bool ta = random.below(3) == 0, tb = random.below(2) == 0;
  const Dims &dims = type(a).dims;
  int64_t k = dims[dims.size() - (ta ? 2 : 1)], n = drawSize();
  a = bounded(a, 200.0 / std::max<int64_t>(k, 1));
  Dims other = tb ? Dims{n, k} : Dims{k, n};
  if (random.below(3) == 0 && type(a).rank() == 3)
    other.insert(other.begin(), random.below(2) ? 1 : type(a).dims[0]);
  int b = source("parameter", other);
  double m = 2 * magnitude(a) * k;
  int y = op("matmul", {a, b}, -m, m, {{"transpose_a", ta}, {"transpose_b", tb}});
  if (y >= 0 && random.below(2)) { // a layer: bias and activation
    y = op("add", {y, source("parameter", {n})}, -m - 2, m + 2);
    if (random.below(2))
      op("relu", {y}, 0, m + 2);
  }
}

int Generator::pickImages() {
  for (int trial = 0; trial < 8; ++trial)
    if (int n = pick(); type(n).rank() == 4)
      return n;
  Dims dims{1 + random.below(3), 1 + random.below(6), 1 + random.below(9), 1 + random.below(9)};
  if (random.below(4) == 0)
    dims[0] = 16; // the filter's gradient over lanes
  return source(random.below(2) ? "input" : "parameter", dims);
}

void Generator::drawConv() {
  int a = pickImages();
  const Dims dims = type(a).dims;
  int64_t groups = random.below(3) == 0 && dims[1] ? dims[1] : 1;
  Dims filter{groups * (1 + random.below(3)), dims[1] / groups}, strides, low, high, dilations;
  for (int axis : {2, 3}) {
    strides.push_back(1 + random.below(3));
    low.push_back(random.below(3));
    high.push_back(random.below(3));
    dilations.push_back(1 + random.below(2));
    int64_t room = std::max<int64_t>(dims[axis] + low.back() + high.back(), 1);
    filter.push_back(1 + random.below(std::min<int64_t>(4, (room - 1) / dilations.back() + 1)));
  }
  int64_t terms = filter[1] * filter[2] * filter[3];
  a = bounded(a, 200.0 / std::max<int64_t>(terms, 1));
  double m = 2 * magnitude(a) * terms;
  int y = op("conv2d", {a, source("parameter", filter)}, -m, m,
             {{"strides", strides},
              {"low", low},
              {"high", high},
              {"dilations", dilations},
              {"groups", groups}});
  if (y >= 0 && random.below(2)) { // a layer: bias and activation
    y = op("add", {y, source("parameter", {filter[0], 1, 1})}, -m - 2, m + 2);
    if (random.below(2))
      op("relu", {y}, 0, m + 2);
  }
}

void Generator::drawPool() {
  int a = pickImages();
  const Dims dims = type(a).dims;
  Dims window, strides, low, high;
  for (int axis : {2, 3}) {
    low.push_back(random.below(2));
    high.push_back(random.below(2));
    int64_t room = std::max<int64_t>(dims[axis] + low.back() + high.back(), 1);
    window.push_back(1 + random.below(std::min<int64_t>(4, room)));
    strides.push_back(random.below(2) ? window.back() : 1 + random.below(3));
  }
  std::vector<Attr> attrs = {
      {"window", window}, {"strides", strides}, {"low", low}, {"high", high}};
  if (random.below(2))
    return void(op("max_pool2d", {a}, model.nodes[a].low, model.nodes[a].high, attrs));
  double points = window[0] * window[1];
  op("sum_pool2d", {a}, std::min(model.nodes[a].low * points, 0.0),
     std::max(model.nodes[a].high * points, 0.0), attrs);
}

// Batch norm as the DSL composes it, with an eps that keeps what few values give bounded.
void Generator::drawNorm() {
  int x = bounded(pickImages(), 20);
  const Dims dims = type(x).dims, shape{dims[1], 1, 1};
  double m = magnitude(x), mm = m * m, count = dims[0] * dims[2] * dims[3], left = m * 0x1p-24;
  const ElementType narrow = model.element, f64 = ElementType::F64;
  if (count == 0)
    return;
  auto cast = [&](int v, ElementType to, double limit) {
    return v < 0 ? -1 : op("cast", {v}, -limit, limit, {}, {to, type(v).dims});
  };
  int share = cast(number(1 / count), f64, 1), wide = cast(x, f64, m);
  auto average = [&](int v, double limit) {
    v = op("sum", {v}, -mm * count, mm * count, {{"axes", Dims{0, 2, 3}}, {"keepdims", true}});
    return op("mul", {v, share}, -limit, limit);
  };
  int mean = average(wide, m), square = average(op("mul", {wide, wide}, 0, mm), mm);
  int spread = cast(op("sub", {square, op("mul", {mean, mean}, 0, mm)}, -0.01, mm), narrow, mm);
  int eps = op("add", {op("abs", {spread}, 0, mm), number(0.5)}, 0.5, mm + 1);
  int weight = source("parameter", shape), bias = source("parameter", shape);
  int scale = op("div", {weight, op("sqrt", {eps}, 0.7, m + 1)}, -3, 3);
  int centre = op("stop_gradient", {cast(mean, narrow, m)}, -m, m);
  int rest = cast(op("sub", {mean, cast(centre, f64, m)}, -left, left), narrow, left);
  int shift = op("sub", {bias, op("mul", {rest, scale}, -3 * left, 3 * left)}, -3, 3);
  x = op("sub", {x, centre}, -2 * m, 2 * m);
  op("add", {op("mul", {x, scale}, -6 * m, 6 * m), shift}, -7 * m - 2, 7 * m + 2);
}

void Generator::drawSoftmax() {
  int a = bounded(pickRanked(1), 20);
  int64_t axis = random.below(type(a).rank());
  if (type(a).dims[axis] == 0)
    return;
  if (random.below(2))
    op("softmax", {a}, 0, 1, {{"axis", axis}});
  else
    op("log_softmax", {a}, -45, 0, {{"axis", axis}});
}

// Dropout with the builtin step and seed.
void Generator::drawRandom() {
  int a = pick();
  Type integer{ElementType::I64, {}};
  int seed = op("get", {}, 0, 1, {{"symbol", std::string("seed")}}, integer);
  int step = op("get", {}, 0, 1, {{"symbol", std::string("step")}}, integer);
  std::string name = "drop" + std::to_string(model.nodes.size());
  int u = op("random_uniform", {seed, step}, 0, 1,
             {{"stream", random.below(1 << 20)}, {"name", name}}, type(a));
  int kept = op("compare", {u, number(0.25)}, 0, 1, {{"predicate", std::string("ge")}});
  op("select", {kept, a, number(0)}, std::min(model.nodes[a].low, 0.0),
     std::max(model.nodes[a].high, 0.0));
}

Model Generator::run() {
  model.element = random.below(4) == 0 ? ElementType::F64 : ElementType::F32;
  model.momentum = random.below(2);
  for (int64_t i = 0, n = 1 + random.below(3); i < n; ++i) {
    Dims dims;
    for (int64_t d = 0, rank = random.below(4); d < rank; ++d)
      dims.push_back(random.below(30) == 0 ? 0 : drawSize());
    source(i == 0 ? "input" : random.below(2) ? "input" : "parameter", dims);
  }
  using Draw = void (Generator::*)();
  static const Draw draws[] = {
      &Generator::drawUnary,  &Generator::drawUnary,   &Generator::drawBinary,
      &Generator::drawBinary, &Generator::drawBinary,  &Generator::drawChoice,
      &Generator::drawShape,  &Generator::drawReduce,  &Generator::drawMatmul,
      &Generator::drawMatmul, &Generator::drawConv,    &Generator::drawPool,
      &Generator::drawNorm,   &Generator::drawSoftmax, &Generator::drawRandom};
  for (int i = 0; i < size; ++i)
    (this->*draws[random.below(std::size(draws))])();
  // The last few float values make the loss.
  for (int i = static_cast<int>(model.nodes.size()); i-- > 0 && model.terms.size() < 3;)
    if (type(i).element == model.element && model.nodes[i].op != "parameter" &&
        random.below(3) != 0)
      model.terms.push_back(i);
  if (model.terms.empty())
    model.terms.push_back(pick());
  for (int i : model.terms)
    if (type(i).rank() == 2 && type(i).dims[1] > 0 && magnitude(i) <= 30)
      model.logits = i;
  return model;
}

Model test::generate(uint64_t seed, int size) { return Generator(seed, size).run(); }
