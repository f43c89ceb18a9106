//===- Shape.cpp - the oracle's data movement and made tensors --------------------------------===//
//
// Every op here says, for each result index, which operand element it is. No op computes numbers.
// Reading on: Registry.h; dialects/rules/include/sinter/rules/shape.h for the types.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/interpret/Registry.h"

using namespace sinter;
using namespace sinter::interpret;
using llvm::LogicalResult;
using llvm::success;

static LogicalResult constant(Call &call) {
  llvm::FailureOr<Tensor> value = tensorOf(call.op->getAttr("value"), call.result().type);
  if (failed(value))
    return call.op->emitError("internal error: the oracle cannot read this constant");
  call.result() = *value;
  return success();
}

static LogicalResult iota(Call &call) {
  int64_t axis = call.integer("axis");
  Tensor &r = call.result();
  forEachIndex(r.dims(), [&](const Dims &index, int64_t i) {
    if (r.isReal())
      r.reals[i] = static_cast<double>(index[axis]);
    else
      r.integers[i] = wrapped(r.type.element, index[axis]);
  });
  return success();
}

// Row-major elements under another shape.
static LogicalResult reshape(Call &call) {
  call.result().reals = call.operand(0).reals;
  call.result().integers = call.operand(0).integers;
  return success();
}

static LogicalResult transpose(Call &call) {
  const Tensor &a = call.operand(0);
  Tensor &r = call.result();
  Dims perm = call.integers("perm");
  forEachIndex(r.dims(), [&](const Dims &index, int64_t i) {
    Dims from(index.size());
    for (size_t d = 0; d < index.size(); ++d)
      from[perm[d]] = index[d];
    r.copyElement(i, a, positionOf(a.dims(), from));
  });
  return success();
}

static LogicalResult broadcastTo(Call &call) {
  const Tensor &a = call.operand(0);
  Tensor &r = call.result();
  forEachIndex(r.dims(), [&](const Dims &index, int64_t i) {
    r.copyElement(i, a, broadcastPosition(a.dims(), index));
  });
  return success();
}

static LogicalResult concat(Call &call) {
  int64_t axis = call.integer("axis"), start = 0;
  Tensor &r = call.result();
  for (const Tensor *part : call.operands) {
    forEachIndex(part->dims(), [&](const Dims &index, int64_t i) {
      Dims to = index;
      to[axis] += start;
      r.copyElement(positionOf(r.dims(), to), *part, i);
    });
    start += part->dims()[axis];
  }
  return success();
}

static LogicalResult slice(Call &call) {
  const Tensor &a = call.operand(0);
  Tensor &r = call.result();
  Dims starts = call.integers("starts"), strides = call.integers("strides");
  forEachIndex(r.dims(), [&](const Dims &index, int64_t i) {
    Dims from = index;
    for (size_t d = 0; d < index.size(); ++d)
      from[d] = starts[d] + index[d] * strides[d];
    r.copyElement(i, a, positionOf(a.dims(), from));
  });
  return success();
}

static LogicalResult pad(Call &call) {
  const Tensor &a = call.operand(0);
  Tensor &r = call.result();
  Dims low = call.integers("low");
  forEachIndex(a.dims(), [&](const Dims &index, int64_t i) {
    Dims to = index;
    for (size_t d = 0; d < index.size(); ++d)
      to[d] += low[d];
    r.copyElement(positionOf(r.dims(), to), a, i);
  });
  return success();
}

void interpret::registerShape(Registry &registry) {
  registry["sinter.constant"] = constant;
  registry["sinter.iota"] = iota;
  registry["sinter.reshape"] = reshape;
  registry["sinter.transpose"] = transpose;
  registry["sinter.broadcast_to"] = broadcastTo;
  registry["sinter.concat"] = concat;
  registry["sinter.slice"] = slice;
  registry["sinter.pad"] = pad;
}
