//===- DrawWhole.cpp - whole numbers and truth values -----------------------------------------===//
//
// A few steps in one type of whole numbers, with and without a sign, which end as floats that later
// ops use. They begin at inputs, not at floats: which whole number a float becomes may hang on a
// rounding. Intervals of numbers stay far below 2^31; those of u8, whose sums begin anew at 256,
// hold all of it. Reading on: Generator.h.
//
//===------------------------------------------------------------------------------------------===//
#include "test/fuzz/Generator.h"

using namespace sinter;
using namespace sinter::test;

/// Numbers beyond it are not made larger.
static constexpr double kMostWhole = 1 << 20;

int Generator::wholeInput(ElementType element, const Dims &dims) {
  return add({"input", {}, {}, {element, dims}, 0, once(2) ? 255.0 : 5.0});
}

int Generator::whole(const std::string &name, std::vector<int> operands, double low, double high,
                     std::vector<Attr> attrs) {
  bool isByte = type(operands[0]).element == ElementType::U8;
  return op(name, std::move(operands), isByte ? 0 : low, isByte ? 255 : high, std::move(attrs));
}

/// `a` with a number that broadcasts with it.
int Generator::wholeOfTwo(int a) {
  Dims dims = type(a).dims;
  for (int64_t &d : dims)
    d = once(4) ? 1 : d;
  if (once(4) && !dims.empty())
    dims.erase(dims.begin());
  int b = once(5) ? a : wholeInput(type(a).element, dims);
  double most = magnitude(a) + magnitude(b), product = magnitude(a) * magnitude(b);
  switch (random.below(6)) {
  case 0:
    return whole("add", {a, b}, low(a) + low(b), high(a) + high(b));
  case 1:
    return whole("sub", {a, b}, -most, most);
  case 2:
    return product > kMostWhole ? a : whole("mul", {a, b}, -product, product);
  case 3:
    return whole(once(2) ? "max" : "min", {a, b}, std::min(low(a), low(b)),
                 std::max(high(a), high(b)));
  case 4:
    return whole("fmod", {a, b}, -magnitude(a), magnitude(a));
  default: {
    const char *predicates[] = {"eq", "ne", "lt", "le", "gt", "ge"};
    int first =
        op("compare", {a, b}, 0, 1, {{"predicate", std::string(predicates[random.below(6)])}});
    int second =
        op("compare", {b, a}, 0, 1, {{"predicate", std::string(predicates[random.below(6)])}});
    int truth = op(once(2) ? "logical_and" : "logical_or", {first, second}, 0, 1);
    if (once(3))
      truth = op("logical_not", {truth}, 0, 1);
    return op("select", {truth, a, b}, std::min(low(a), low(b)), std::max(high(a), high(b)));
  }
  }
}

/// Along an axis of `a`: its extremes, their place, a sum, a product of few; so far or in all.
int Generator::wholeAlong(int a) {
  int64_t axis = random.below(type(a).rank()), size = type(a).dims[axis];
  if (size == 0)
    return a;
  std::vector<Attr> axes = {{"axes", Dims{axis}}, {"keepdims", once(2)}};
  double most = magnitude(a) * static_cast<double>(size);
  switch (random.below(5)) {
  case 0:
    return whole(once(2) ? "reduce_max" : "reduce_min", {a}, low(a), high(a), axes);
  case 1:
    return cast(op("argmax", {a}, 0, static_cast<double>(size), {{"axis", axis}}), type(a).element);
  case 2:
    return whole(once(2) ? "cummax" : "cummin", {a}, low(a), high(a), {{"axis", axis}});
  case 3:
    if (most > kMostWhole)
      return a;
    return once(2) ? whole("sum", {a}, -most, most, axes)
                   : whole("cumsum", {a}, -most, most,
                           {{"axis", axis}, {"reverse", once(2)}, {"exclusive", once(2)}});
  default:
    return size > 3 || magnitude(a) > 50 ? a : whole("prod", {a}, -kMostWhole, kMostWhole, axes);
  }
}

/// One operand: a function, elements at other places, another type and back.
int Generator::wholeOfOne(int a) {
  const Type from = type(a);
  bool isByte = from.element == ElementType::U8;
  double most = magnitude(a);
  switch (random.below(5)) {
  case 0:
    return isByte ? op("relu", {a}, 0, 255)
                  : op(once(2) ? "neg" : "sign", {a}, -most - 1, most + 1);
  case 1:
    return isByte ? a : op(once(2) ? "abs" : "relu", {a}, 0, most);
  case 2:
    if (from.rank() == 0)
      return a;
    return op("concat", {a, a}, low(a), high(a), {{"axis", random.below(from.rank())}});
  case 3: {
    Dims before(from.rank()), after(from.rank());
    for (size_t d = 0; d < before.size(); ++d)
      before[d] = random.below(3), after[d] = random.below(3);
    return op("pad", {a}, std::min(low(a), 0.0), std::max(high(a), 0.0),
              {{"low", before}, {"high", after}});
  }
  default: {
    ElementType other = once(2) ? ElementType::U8 : once(2) ? ElementType::I64 : ElementType::I32;
    int there = cast(a, other);
    if (other != ElementType::U8)
      return there;
    return there < 0 ? a : op("cast", {there}, 0, 255, {}, from);
  }
  }
}

void Generator::drawWhole() {
  ElementType elements[] = {ElementType::U8, ElementType::I32, ElementType::I64};
  Dims dims = type(pick()).dims;
  int a = wholeInput(elements[random.below(3)], dims);
  for (int64_t steps = 1 + random.below(4); steps > 0; --steps) {
    int64_t kind = random.below(type(a).rank() == 0 ? 2 : 3);
    int next = kind == 0 ? wholeOfTwo(a) : kind == 1 ? wholeOfOne(a) : wholeAlong(a);
    a = next < 0 ? a : next;
  }
  double most = std::max(magnitude(a), 1.0);
  op("mul", {cast(a, model.element), number(2 / most)}, 2 * low(a) / most, 2 * high(a) / most);
}
