//===- Elementwise.cpp - the oracle's elementwise ops -----------------------------------------===//
//
// One scalar function an op (its line of rules/elementwise.def), applied over the broadcast result
// shape. Conventions where calculus
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

void interpret::registerElementwise(Registry &registry) {
  auto add = [&](const char *name, Function function) {
    registry[std::string("sinter.") + name] = function;
  };
#define SINTER_UNARY(name, accepts, real, ...)                                                     \
  add(#name, unary([](double x) -> double {                                                        \
        return real;                                                                               \
      } __VA_OPT__(, [](int64_t x) -> int64_t { return __VA_ARGS__; })));
#define SINTER_BINARY(name, accepts, real, ...)                                                    \
  add(#name, binary([](double x, double y) -> double {                                             \
        return real;                                                                               \
      } __VA_OPT__(, [](int64_t x, int64_t y) -> int64_t { return __VA_ARGS__; })));
#include "sinter/rules/elementwise.def"
  add("compare", compare);
  add("select", selectOf);
  add("cast", castTo);
  add("logical_and", binary(nullptr, [](int64_t a, int64_t b) { return int64_t(a && b); }));
  add("logical_or", binary(nullptr, [](int64_t a, int64_t b) { return int64_t(a || b); }));
  add("logical_not", unary(nullptr, [](int64_t a) { return int64_t(!a); }));
}
