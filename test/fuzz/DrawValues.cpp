//===- DrawValues.cpp - elementwise work, reductions and products -----------------------------===//
//
// Reading on: Generator.h.
//
//===------------------------------------------------------------------------------------------===//
#include "test/fuzz/Generator.h"

using namespace sinter;
using namespace sinter::test;

void Generator::drawUnary() {
  int a = pick();
  double low = this->low(a), high = this->high(a);
  switch (random.below(15)) {
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
  case 9:
    a = bounded(a, 3); // the sine of what is large keeps no digits
    op(random.below(2) ? "sin" : "cos", {a}, -1, 1);
    break;
  case 10:
    if (random.below(3) == 0)
      op("erfc", {a}, 0, 2);
    else
      op(random.below(2) ? "erf" : "atan", {a}, -1.6, 1.6);
    break;
  case 11:
    op("softplus", {a}, 0, std::max(high, 0.0) + 0.7);
    break;
  case 12:
    a = bounded(a, 3);
    op("expm1", {a}, std::expm1(model.nodes[a].low), std::expm1(model.nodes[a].high));
    break;
  case 13:
    a = positive(a);
    op("log1p", {a}, std::log1p(model.nodes[a].low), std::log1p(model.nodes[a].high));
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
  double low = this->low(a), high = this->high(a);
  switch (random.below(6)) {
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
  case 3: // of what does not grow
    op("prod", {bounded(a, 1)}, -1, 1, attrs);
    break;
  default:
    a = bounded(a, 1000.0 / std::max<int64_t>(reduced, 1));
    op("sum", {a}, std::min(model.nodes[a].low * reduced, 0.0),
       std::max(model.nodes[a].high * reduced, 0.0), attrs);
  }
}

/// A value less its mean, or normalised: what layer norm does. Of a source, whose elements differ:
/// of equal ones a rounding would be left.
void Generator::drawMean() {
  std::vector<int> sources;
  for (int i = 0; i < static_cast<int>(model.nodes.size()); ++i)
    if (const std::string &kind = model.nodes[i].op; kind == "input" || kind == "parameter")
      if (type(i).rank() > 0 && type(i).element == model.element)
        sources.push_back(i);
  int a = sources.empty() ? source("input", {drawSize(), drawSize()})
                          : sources[random.below(sources.size())];
  Dims axes;
  int64_t count = 1;
  for (int64_t d = 0; d < type(a).rank(); ++d)
    if (once(2))
      axes.push_back(d), count *= type(a).dims[d];
  if (count == 0)
    return;
  double m = magnitude(a);
  std::vector<Attr> attrs = {{"axes", axes}, {"keepdims", true}};
  auto mean = [&](int v, double low, double high) {
    v = op("sum", {v}, low * count, high * count, attrs);
    return op("mul", {v, number(1.0 / count)}, low, high);
  };
  int apart = op("sub", {a, mean(a, -m, m)}, -2 * m, 2 * m);
  if (once(2))
    return;
  int spread = mean(op("mul", {apart, apart}, 0, 4 * m * m), 0, 4 * m * m);
  int scale = op("rsqrt", {op("add", {spread, number(0.5)}, 0.5, 4 * m * m + 1)}, 0, 2);
  op("mul", {apart, scale}, -4 * m, 4 * m);
}

void Generator::drawMatmul() {
  int a = pickRanked(2);
  bool ta = once(3), tb = once(2), square = once(4);
  const Dims dims = type(a).dims;
  int64_t rank = dims.size(), k = dims[rank - (ta ? 2 : 1)], n = drawSize();
  a = bounded(a, 200.0 / std::max<int64_t>(k, 1));
  Dims other = tb ? Dims{n, k} : Dims{k, n};
  if (once(3) && rank == 3)
    other.insert(other.begin(), once(2) ? 1 : dims[0]);
  if (square) { // with its own transpose, or with another value of its shape
    tb = !ta;
    other = dims;
    n = dims[rank - (ta ? 1 : 2)];
  }
  int b = square && once(2) ? a : parameter(other);
  double m = magnitude(b) * magnitude(a) * k;
  int y = op("matmul", {a, b}, -m, m, {{"transpose_a", ta}, {"transpose_b", tb}});
  finishLayer(y, {n});
}

int Generator::finishLayer(int y, const Dims &biasDims) {
  if (y < 0 || once(2))
    return y;
  double m = magnitude(y) + 2;
  y = op("add", {y, bias(biasDims)}, -m, m);
  return y < 0 || once(2) ? y : op("relu", {y}, 0, m);
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

/// Work in another element type: a float of the other width, or counting in integers.
void Generator::drawWide() {
  int a = bounded(pick(), 3), b = partner(a);
  ElementType other = model.element == ElementType::F32 ? ElementType::F64 : ElementType::F32;
  if (once(2)) {
    int x = cast(a, other);
    if (x >= 0)
      cast(op(once(2) ? "exp" : "tanh", {x}, -1, std::exp(high(x))), model.element);
    return;
  }
  int truth = op("compare", {a, b}, 0, 1, {{"predicate", std::string("gt")}});
  if (truth < 0 || type(truth).rank() == 0)
    return;
  int counted = op("cast", {truth}, 0, 1, {},
                   {once(2) ? ElementType::I32 : ElementType::I64, type(truth).dims});
  double most = std::max<int64_t>(interpret::countOf(type(truth).dims), 1);
  counted = op("sum", {counted}, 0, most,
               {{"axes", Dims{random.below(type(truth).rank())}}, {"keepdims", once(2)}});
  counted = cast(counted, model.element);
  if (counted >= 0)
    op("mul", {counted, number(1 / most)}, 0, 1);
}
