//===- DrawFunctions.cpp - functions of one or two that nets seldom have ----------------------===//
//
// Each where its value and its derivatives stay small. Reading on: Generator.h, DrawValues.cpp.
//
//===------------------------------------------------------------------------------------------===//
#include "test/fuzz/Generator.h"

using namespace sinter;
using namespace sinter::test;

/// Within (-0.9, 0.9), where asin, acos and atanh are smooth.
int Generator::inside(int a) {
  a = bounded(a, 1);
  return a < 0 || magnitude(a) <= 0.9 ? a : op("mul", {a, number(0.85)}, -0.85, 0.85);
}

/// Steps at whole numbers: what is exactly one here and there, as sums of a softmax are, moves
/// away.
void Generator::drawRounded() {
  int a = bounded(pick(), 100);
  double low = 1.61 * this->low(a) + 0.29, high = 1.61 * this->high(a) + 0.29;
  a = op("mul", {a, number(1.61)}, low - 0.29, high - 0.29);
  a = op("add", {a, number(0.29)}, low, high);
  static const char *const names[] = {"floor", "ceil", "round", "trunc"};
  op(names[random.below(4)], {a}, std::floor(low), std::ceil(high));
}

int Generator::growing(const std::string &name, int a, double (*function)(double)) {
  return a < 0 ? -1 : op(name, {a}, function(low(a)), function(high(a)));
}

void Generator::drawFunction() {
  int a = pick();
  switch (random.below(10)) {
  case 0:
    return drawRounded();
  case 1:
    growing("tan", bounded(a, 1), std::tan);
    break;
  case 2:
    growing("sinh", bounded(a, 3), std::sinh);
    break;
  case 3:
    op("cosh", {bounded(a, 3)}, 1, std::cosh(3));
    break;
  case 4:
    growing("asin", inside(a), std::asin);
    break;
  case 5:
    op("acos", {inside(a)}, 0, 3.2);
    break;
  case 6:
    growing("atanh", inside(a), std::atanh);
    break;
  case 7:
    a = positive(a);
    growing("acosh", op("add", {a, number(1)}, low(a) + 1, high(a) + 1), std::acosh);
    break;
  case 8:
    growing("asinh", bounded(a, 100), std::asinh);
    break;
  default:
    drawOfTwo(bounded(a, 30));
  }
}

/// A rest, or an angle, with a second operand off 0.
void Generator::drawOfTwo(int a) {
  int b = positive(bounded(partner(a), 30));
  if (once(2)) {
    op("atan2", {a, b}, -1.6, 1.6);
  } else {
    double most = std::min(magnitude(a), high(b));
    op("fmod", {a, b}, -most, most);
  }
}
