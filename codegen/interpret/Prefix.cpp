//===- Prefix.cpp - the oracle's prefix sums, products and extremes ---------------------------===//
//
// By definition: an element of the result is the sum, product or extreme of all elements of its row
// that come up to it. Reading on: Registry.h; dialects/rules/include/sinter/rules/prefix.h for the
// types.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/interpret/Registry.h"

#include <cmath>

using namespace sinter;
using namespace sinter::interpret;
using llvm::LogicalResult;
using llvm::success;

/// `start` is what nothing makes.
static Function prefix(int64_t start, double (*onReals)(double, double),
                       int64_t (*onInts)(int64_t, int64_t)) {
  return [=](Call &call) -> LogicalResult {
    const Tensor &a = call.operand(0);
    Tensor &r = call.result();
    int64_t axis = call.integer("axis"), size = a.dims()[axis], step = stridesOf(a.dims())[axis];
    bool reverse = call.flag("reverse"), exclusive = call.flag("exclusive");
    forEachIndex(a.dims(), [&](const Dims &index, int64_t to) {
      int64_t first = to - index[axis] * step, at = reverse ? size - 1 - index[axis] : index[axis];
      r.setReal(to, static_cast<double>(start));
      for (int64_t i = 0; i < at + (exclusive ? 0 : 1); ++i) {
        int64_t from = first + (reverse ? size - 1 - i : i) * step;
        if (a.isReal())
          r.reals[to] = onReals(r.reals[to], a.reals[from]);
        else
          r.integers[to] = wrapped(r.type.element, onInts(r.integers[to], a.integers[from]));
      }
    });
    return success();
  };
}

/// The largest or smallest; NaN is either.
template <bool largest> static LogicalResult extreme(Call &call) {
  const Tensor &a = call.operand(0);
  int64_t axis = call.integer("axis"), step = stridesOf(a.dims())[axis];
  auto better = [](auto x, auto than) { return largest ? x > than : x < than; };
  forEachIndex(a.dims(), [&](const Dims &index, int64_t to) {
    int64_t best = to - index[axis] * step;
    for (int64_t from = best; from <= to; from += step)
      if (a.isReal() ? std::isnan(a.reals[from]) || better(a.reals[from], a.reals[best])
                     : better(a.integers[from], a.integers[best]))
        best = from;
    call.result().copyElement(to, a, best);
  });
  return success();
}

void interpret::registerPrefix(Registry &registry) {
  registry["sinter.cumsum"] = prefix(0, [](double a, double b) { return a + b; }, wrapAdd);
  registry["sinter.cumprod"] = prefix(1, [](double a, double b) { return a * b; }, wrapMul);
  registry["sinter.cummax"] = extreme<true>;
  registry["sinter.cummin"] = extreme<false>;
}
