//===- Index.cpp - the oracle's slices where a tensor of indices says -------------------------===//
//
// A tensor is [outer, axis, inner]; slices of it are [outer, indices, inner]. Reading on:
// Registry.h; dialects/rules/include/sinter/rules/index.h for the types.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/interpret/Registry.h"

using namespace sinter;
using namespace sinter::interpret;
using llvm::failure;
using llvm::LogicalResult;
using llvm::success;

// Visits (element of the whole, element of the slices) in row-major order of the slices.
static LogicalResult forEachSlice(Call &call, const Tensor &whole, const Tensor &index,
                                  const std::function<void(int64_t, int64_t)> &visit) {
  int64_t axis = call.integer("axis"), size = whole.dims()[axis], outer = 1, inner = 1;
  for (int64_t d = 0; d < static_cast<int64_t>(whole.dims().size()); ++d)
    (d < axis ? outer : inner) *= d == axis ? 1 : whole.dims()[d];
  for (int64_t o = 0; o < outer; ++o)
    for (int64_t n = 0; n < index.size(); ++n) {
      int64_t at = index.integers[n];
      if (at < 0 || at >= size)
        return call.op->emitError("expects indices of 0 or more and below ")
               << size << ", got " << at << " at position " << n;
      for (int64_t i = 0; i < inner; ++i)
        visit((o * size + at) * inner + i, (o * index.size() + n) * inner + i);
    }
  return success();
}

static LogicalResult gather(Call &call) {
  const Tensor &table = call.operand(0);
  return forEachSlice(call, table, call.operand(1), [&](int64_t from, int64_t to) {
    call.result().copyElement(to, table, from);
  });
}

static void addElement(Tensor &r, int64_t to, const Tensor &updates, int64_t from) {
  if (r.isReal())
    r.reals[to] += updates.reals[from];
  else
    r.integers[to] = wrapAdd(r.integers[to], updates.integers[from]);
}

static LogicalResult scatterAdd(Call &call) {
  const Tensor &updates = call.operand(2);
  Tensor &r = call.result();
  for (int64_t i = 0; i < r.size(); ++i)
    r.copyElement(i, call.operand(0), i);
  return forEachSlice(call, r, call.operand(1),
                      [&](int64_t to, int64_t from) { addElement(r, to, updates, from); });
}

// Visits (element of the whole, element of the index) in row-major order of the index.
static LogicalResult forEachAlong(Call &call, const Tensor &whole, const Tensor &index,
                                  const std::function<void(int64_t, int64_t)> &visit) {
  int64_t axis = call.integer("axis"), size = whole.dims()[axis];
  LogicalResult status = success();
  forEachIndex(index.dims(), [&](const Dims &point, int64_t from) {
    Dims at = point;
    at[axis] = index.integers[from];
    if (at[axis] < 0 || at[axis] >= size)
      status = call.op->emitError("expects indices of 0 or more and below ")
               << size << ", got " << at[axis] << " at position " << from;
    else
      visit(positionOf(whole.dims(), at), from);
  });
  return status;
}

static LogicalResult gatherAlong(Call &call) {
  const Tensor &table = call.operand(0);
  return forEachAlong(call, table, call.operand(1), [&](int64_t from, int64_t to) {
    call.result().copyElement(to, table, from);
  });
}

static LogicalResult scatterAddAlong(Call &call) {
  const Tensor &updates = call.operand(2);
  Tensor &r = call.result();
  for (int64_t i = 0; i < r.size(); ++i)
    r.copyElement(i, call.operand(0), i);
  return forEachAlong(call, r, call.operand(1),
                      [&](int64_t to, int64_t from) { addElement(r, to, updates, from); });
}

void interpret::registerIndex(Registry &registry) {
  registry["sinter.gather"] = gather;
  registry["sinter.scatter_add"] = scatterAdd;
  registry["sinter.gather_along"] = gatherAlong;
  registry["sinter.scatter_add_along"] = scatterAddAlong;
}
