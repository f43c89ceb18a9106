//===- Elementwise.cpp - the oracle's elementwise ops -----------------------------------------===//
//
// One scalar function an op, applied over the broadcast result shape. Conventions where calculus
// leaves a choice: NaN goes through max, min and relu (D3); sign(0) = 0; integers wrap to their
// width. Reading on: Registry.h; dialects/rules/include/sinter/rules/elementwise.h for the types.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/interpret/Registry.h"

#include <cmath>

using namespace sinter;
using namespace sinter::interpret;
using llvm::LogicalResult;
using llvm::success;

using RealUnary = double (*)(double);
using RealBinary = double (*)(double, double);
// Integers are unsigned inside, so that overflow wraps instead of being undefined.
using IntUnary = int64_t (*)(int64_t);
using IntBinary = int64_t (*)(int64_t, int64_t);

static LogicalResult refuseType(Call &call) {
  return call.op->emitError("internal error: the oracle has no rule for this element type");
}

static Function unary(RealUnary onReals, IntUnary onInts = nullptr) {
  return [=](Call &call) -> LogicalResult {
    const Tensor &a = call.operand(0);
    Tensor &r = call.result();
    if (!a.isReal() && !onInts)
      return refuseType(call);
    for (int64_t i = 0; i < r.size(); ++i) {
      if (a.isReal())
        r.reals[i] = onReals(a.reals[i]);
      else
        r.integers[i] = wrapped(r.type.element, onInts(a.integers[i]));
    }
    return success();
  };
}

static Function binary(RealBinary onReals, IntBinary onInts = nullptr) {
  return [=](Call &call) -> LogicalResult {
    const Tensor &a = call.operand(0), &b = call.operand(1);
    Tensor &r = call.result();
    if (a.isReal() ? !onReals : !onInts)
      return refuseType(call);
    forEachIndex(r.dims(), [&](const Dims &index, int64_t i) {
      int64_t ia = broadcastPosition(a.dims(), index), ib = broadcastPosition(b.dims(), index);
      if (a.isReal())
        r.reals[i] = onReals(a.reals[ia], b.reals[ib]);
      else
        r.integers[i] = wrapped(r.type.element, onInts(a.integers[ia], b.integers[ib]));
    });
    return success();
  };
}

template <class T> static bool holds(llvm::StringRef predicate, T a, T b) {
  if (predicate == "eq")
    return a == b;
  if (predicate == "ne")
    return a != b;
  if (predicate == "lt")
    return a < b;
  if (predicate == "le")
    return a <= b;
  if (predicate == "gt")
    return a > b;
  return a >= b;
}

static LogicalResult compare(Call &call) {
  const Tensor &a = call.operand(0), &b = call.operand(1);
  Tensor &r = call.result();
  llvm::StringRef predicate = call.string("predicate");
  forEachIndex(r.dims(), [&](const Dims &index, int64_t i) {
    int64_t ia = broadcastPosition(a.dims(), index), ib = broadcastPosition(b.dims(), index);
    r.integers[i] = a.isReal() ? holds(predicate, a.reals[ia], b.reals[ib])
                               : holds(predicate, a.integers[ia], b.integers[ib]);
  });
  return success();
}

static LogicalResult selectOf(Call &call) {
  const Tensor &condition = call.operand(0);
  Tensor &r = call.result();
  forEachIndex(r.dims(), [&](const Dims &index, int64_t i) {
    bool first = condition.integers[broadcastPosition(condition.dims(), index)] != 0;
    const Tensor &chosen = call.operand(first ? 1 : 2);
    r.copyElement(i, chosen, broadcastPosition(chosen.dims(), index));
  });
  return success();
}

static LogicalResult castTo(Call &call) {
  const Tensor &a = call.operand(0);
  Tensor &r = call.result();
  for (int64_t i = 0; i < r.size(); ++i) {
    if (a.isReal() || r.isReal())
      r.setReal(i, a.real(i));
    else
      r.integers[i] = wrapped(r.type.element, a.integers[i]);
  }
  return success();
}

static double maxOrNan(double a, double b) { return std::isnan(a) || a > b ? a : b; }
static double minOrNan(double a, double b) { return std::isnan(a) || a < b ? a : b; }
static double signOf(double a) { return a > 0 ? 1.0 : a < 0 ? -1.0 : a; } // keeps NaN and the zero

static double sigmoid(double a) {
  // Two forms, so that neither overflows and small values keep their digits.
  return a >= 0 ? 1.0 / (1.0 + std::exp(-a)) : std::exp(a) / (1.0 + std::exp(a));
}

static int64_t wrapAdd(int64_t a, int64_t b) {
  return static_cast<uint64_t>(a) + static_cast<uint64_t>(b);
}
static int64_t wrapSub(int64_t a, int64_t b) {
  return static_cast<uint64_t>(a) - static_cast<uint64_t>(b);
}
static int64_t wrapMul(int64_t a, int64_t b) {
  return static_cast<uint64_t>(a) * static_cast<uint64_t>(b);
}

void interpret::registerElementwise(Registry &registry) {
  auto add = [&](const char *name, Function function) {
    registry[std::string("sinter.") + name] = function;
  };
  add("add", binary([](double a, double b) { return a + b; }, wrapAdd));
  add("sub", binary([](double a, double b) { return a - b; }, wrapSub));
  add("mul", binary([](double a, double b) { return a * b; }, wrapMul));
  add("div", binary([](double a, double b) { return a / b; }));
  add("max", binary(maxOrNan, [](int64_t a, int64_t b) { return a > b ? a : b; }));
  add("min", binary(minOrNan, [](int64_t a, int64_t b) { return a < b ? a : b; }));
  add("pow", binary([](double a, double b) { return std::pow(a, b); }));
  add("neg", unary([](double a) { return -a; }, [](int64_t a) { return wrapSub(0, a); }));
  add("exp", unary([](double a) { return std::exp(a); }));
  add("log", unary([](double a) { return std::log(a); }));
  add("sqrt", unary([](double a) { return std::sqrt(a); }));
  add("rsqrt", unary([](double a) { return 1.0 / std::sqrt(a); }));
  add("tanh", unary([](double a) { return std::tanh(a); }));
  add("sigmoid", unary(sigmoid));
  add("relu", unary([](double a) { return std::isnan(a) || a > 0 ? a : 0.0; },
                    [](int64_t a) { return a > 0 ? a : int64_t(0); }));
  add("abs", unary([](double a) { return std::fabs(a); },
                   [](int64_t a) { return a < 0 ? wrapSub(0, a) : a; }));
  add("sign", unary(signOf, [](int64_t a) { return int64_t(a > 0) - int64_t(a < 0); }));
  add("compare", compare);
  add("select", selectOf);
  add("cast", castTo);
  add("logical_and", binary(nullptr, [](int64_t a, int64_t b) { return int64_t(a && b); }));
  add("logical_or", binary(nullptr, [](int64_t a, int64_t b) { return int64_t(a || b); }));
  add("logical_not", unary(nullptr, [](int64_t a) { return int64_t(!a); }));
}
