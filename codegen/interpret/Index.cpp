//===- Index.cpp - the oracle's slices where a tensor of indices says -------------------------===//
//
// A tensor is [outer, axis, inner]; slices of it are [outer, indices, inner]. Reading on:
// Registry.h; dialects/rules/include/sinter/rules/index.h for the types.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/interpret/Registry.h"

using namespace sinter;
using namespace sinter::interpret;
using llvm::failed;
using llvm::failure;
using llvm::LogicalResult;
using llvm::success;

LogicalResult interpret::checkIndex(Call &call, int64_t at, int64_t size, int64_t position) {
  if (at >= 0 && at < size)
    return success();
  return call.op->emitError("expects indices of 0 or more and below ")
         << size << ", got " << at << " at position " << position;
}

using Visit = std::function<void(int64_t, int64_t)>;

// Visits (element of the whole, element of the slices) in row-major order of the slices.
static LogicalResult forEachSlice(Call &call, const Tensor &whole, const Tensor &index,
                                  const Visit &visit) {
  int64_t axis = call.integer("axis"), size = whole.dims()[axis], outer = 1, inner = 1;
  for (int64_t d = 0; d < static_cast<int64_t>(whole.dims().size()); ++d)
    (d < axis ? outer : inner) *= d == axis ? 1 : whole.dims()[d];
  for (int64_t o = 0; o < outer; ++o)
    for (int64_t n = 0; n < index.size(); ++n) {
      int64_t at = index.integers[n];
      if (failed(checkIndex(call, at, size, n)))
        return failure();
      for (int64_t i = 0; i < inner; ++i)
        visit((o * size + at) * inner + i, (o * index.size() + n) * inner + i);
    }
  return success();
}

// Visits (element of the whole, element of the index) in row-major order of the index.
static LogicalResult forEachAlong(Call &call, const Tensor &whole, const Tensor &index,
                                  const Visit &visit) {
  int64_t axis = call.integer("axis"), size = whole.dims()[axis];
  LogicalResult status = success();
  forEachIndex(index.dims(), [&](const Dims &point, int64_t from) {
    Dims at = point;
    at[axis] = index.integers[from];
    if (failed(checkIndex(call, at[axis], size, from)))
      status = failure();
    else
      visit(positionOf(whole.dims(), at), from);
  });
  return status;
}

// Both ways to index, as one: which elements belong together is all that differs.
using ForEach = LogicalResult(Call &, const Tensor &, const Tensor &, const Visit &);

template <ForEach forEach> static LogicalResult gather(Call &call) {
  const Tensor &table = call.operand(0);
  return forEach(call, table, call.operand(1),
                 [&](int64_t from, int64_t to) { call.result().copyElement(to, table, from); });
}

template <ForEach forEach> static LogicalResult scatterAdd(Call &call) {
  const Tensor &updates = call.operand(2);
  Tensor &r = call.result();
  for (int64_t i = 0; i < r.size(); ++i)
    r.copyElement(i, call.operand(0), i);
  return forEach(call, r, call.operand(1), [&](int64_t to, int64_t from) {
    if (r.isReal())
      r.reals[to] += updates.reals[from];
    else
      r.integers[to] = wrapAdd(r.integers[to], updates.integers[from]);
  });
}

void interpret::registerIndex(Registry &registry) {
  registry["sinter.gather"] = gather<forEachSlice>;
  registry["sinter.scatter_add"] = scatterAdd<forEachSlice>;
  registry["sinter.gather_along"] = gather<forEachAlong>;
  registry["sinter.scatter_add_along"] = scatterAdd<forEachAlong>;
}
