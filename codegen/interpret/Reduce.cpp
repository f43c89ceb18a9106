//===- Reduce.cpp - the oracle's reductions ---------------------------------------------------===//
//
// One pass over the operand in row-major order; each element goes to the result element that its
// index has without the reduced axes. NaN goes through max and min; argmax takes the first largest.
// Reading on: Registry.h; dialects/rules/include/sinter/rules/reduce.h for the types.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/interpret/Registry.h"

#include <cmath>

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

static LogicalResult sum(Call &call) {
  fold(call, call.integers("axes"), [](Tensor &r, int64_t to, const Tensor &a, int64_t from, bool) {
    if (a.isReal())
      r.reals[to] += a.reals[from];
    else
      r.integers[to] = wrapped(r.type.element, static_cast<uint64_t>(r.integers[to]) +
                                                   static_cast<uint64_t>(a.integers[from]));
  });
  return success();
}

static Function extremum(double sign) {
  return [sign](Call &call) -> LogicalResult {
    fold(call, call.integers("axes"),
         [&](Tensor &r, int64_t to, const Tensor &a, int64_t from, bool first) {
           if (a.isReal()) {
             double best = r.reals[to], value = a.reals[from];
             if (first || std::isnan(value) || sign * value > sign * best)
               r.reals[to] = value;
           } else if (first || (sign > 0 ? a.integers[from] > r.integers[to]
                                         : a.integers[from] < r.integers[to])) {
             r.integers[to] = a.integers[from];
           }
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
  registry["sinter.sum"] = sum;
  registry["sinter.reduce_max"] = extremum(1.0);
  registry["sinter.reduce_min"] = extremum(-1.0);
  registry["sinter.argmax"] = argmax;
}
