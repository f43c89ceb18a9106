//===- Reduce.cpp - the oracle's reductions ---------------------------------------------------===//
//
// One pass over the operand in row-major order; each element goes to the result element that its
// index has without the reduced axes. NaN goes through max and min; argmax takes the first largest.
// Reading on: Registry.h; dialects/rules/include/sinter/rules/reduce.h for the types.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/interpret/Registry.h"

#include <cmath>
#include <optional>

using namespace sinter;
using namespace sinter::interpret;
using llvm::LogicalResult;
using llvm::success;

// Position in the result: the index without `axes`. Kept axes of size 1 do not change it.
static int64_t reducedPosition(const Dims &dims, const Dims &index, const std::vector<bool> &gone) {
  int64_t position = 0;
  for (size_t d = 0; d < dims.size(); ++d)
    if (!gone[d])
      position = position * dims[d] + index[d];
  return position;
}

// `step(result, to, operand, from, first)` folds one element in.
template <class Step> static void fold(Call &call, const Dims &axes, Step step) {
  const Tensor &a = call.operand(0);
  Tensor &r = call.result();
  std::vector<bool> gone(a.dims().size(), false), seen(r.size(), false);
  for (int64_t axis : axes)
    gone[axis] = true;
  forEachIndex(a.dims(), [&](const Dims &index, int64_t from) {
    int64_t to = reducedPosition(a.dims(), index, gone);
    step(r, to, a, from, !seen[to]);
    seen[to] = true;
  });
}

/// `start` is the reduction of nothing; none: the first element is where it begins.
static Function reduction(std::optional<double> start, double (*onReals)(double, double),
                          int64_t (*onInts)(int64_t, int64_t)) {
  return [=](Call &call) -> LogicalResult {
    for (int64_t i = 0; start && i < call.result().size(); ++i)
      call.result().setReal(i, *start);
    fold(call, call.integers("axes"),
         [&](Tensor &r, int64_t to, const Tensor &a, int64_t from, bool first) {
           if (first && !start)
             r.copyElement(to, a, from);
           else if (a.isReal())
             r.reals[to] = onReals(r.reals[to], a.reals[from]);
           else
             r.integers[to] = wrapped(r.type.element, onInts(r.integers[to], a.integers[from]));
         });
    return success();
  };
}

static LogicalResult argmax(Call &call) {
  int64_t axis = call.integer("axis");
  const Tensor &a = call.operand(0);
  std::vector<double> best(call.result().size());
  int64_t inner = stridesOf(a.dims())[axis], size = a.dims()[axis];
  fold(call, {axis}, [&](Tensor &r, int64_t to, const Tensor &x, int64_t from, bool first) {
    double value = x.real(from);
    // The first NaN wins over every number, as in PyTorch.
    if (first || value > best[to] || (std::isnan(value) && !std::isnan(best[to]))) {
      best[to] = value;
      r.integers[to] = (from / inner) % size;
    }
  });
  return success();
}

void interpret::registerReduce(Registry &registry) {
#define SINTER_REDUCTION(name, start, real, integer)                                               \
  registry["sinter." #name] = reduction(                                                           \
      start, [](double r, double x) -> double { return real; },                                    \
      [](int64_t r, int64_t x) -> int64_t { return integer; });
#define SINTER_EXTREME(name, real, integer) SINTER_REDUCTION(name, std::nullopt, real, integer)
#include "sinter/rules/reduce.def"
  registry["sinter.argmax"] = argmax;
}
