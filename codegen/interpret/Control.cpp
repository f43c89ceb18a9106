//===- Control.cpp - the oracle's loops and choices -------------------------------------------===//
//
// A loop is a loop: the body is evaluated step by step, forward or in reverse, and slices are
// copied. Reading on: Interpreter.cpp (regions).
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/interpret/Registry.h"

using namespace sinter;
using namespace sinter::interpret;
using llvm::failure;
using llvm::LogicalResult;
using llvm::success;

// Slice `t` of the first axis.
static Tensor sliceOf(const Tensor &stack, int64_t t) {
  rules::Type type = stack.type;
  type.dims.erase(type.dims.begin());
  Tensor slice(type);
  for (int64_t i = 0, count = slice.size(); i < count; ++i)
    slice.copyElement(i, stack, t * count + i);
  return slice;
}

static LogicalResult scan(Call &call) {
  int64_t carriedCount = call.integer("num_carried"), stackedCount = call.integer("num_stacked"),
          length = call.integer("length");
  size_t firstCapture = carriedCount + stackedCount;
  std::vector<Tensor> carried;
  for (int64_t i = 0; i < carriedCount; ++i)
    carried.push_back(call.operand(i));
  for (int64_t step = 0; step < length; ++step) {
    int64_t t = call.flag("reverse") ? length - 1 - step : step;
    std::vector<Tensor> arguments{Tensor({rules::ElementType::I64, {}}, std::vector<int64_t>{t})};
    arguments.insert(arguments.end(), carried.begin(), carried.end());
    for (size_t i = carriedCount; i < call.operands.size(); ++i)
      arguments.push_back(i < firstCapture ? sliceOf(call.operand(i), t) : call.operand(i));
    llvm::FailureOr<std::vector<Tensor>> yielded = call.runRegion(call.op->getRegion(0), arguments);
    if (failed(yielded))
      return failure();
    carried.assign(yielded->begin(), yielded->begin() + carriedCount);
    for (size_t i = carriedCount; i < yielded->size(); ++i)
      for (int64_t j = 0, count = (*yielded)[i].size(); j < count; ++j)
        call.result(i).copyElement(t * count + j, (*yielded)[i], j);
  }
  for (int64_t i = 0; i < carriedCount; ++i)
    call.result(i) = carried[i];
  return success();
}

static LogicalResult cond(Call &call) {
  std::vector<Tensor> arguments;
  for (size_t i = 1; i < call.operands.size(); ++i)
    arguments.push_back(call.operand(i));
  unsigned chosen = call.operand(0).integers[0] ? 0 : 1;
  llvm::FailureOr<std::vector<Tensor>> yielded =
      call.runRegion(call.op->getRegion(chosen), arguments);
  if (failed(yielded))
    return failure();
  call.results = std::move(*yielded);
  return success();
}

static LogicalResult whileLoop(Call &call) {
  int64_t carriedCount = call.integer("num_carried"), most = call.integer("max_trips");
  std::vector<Tensor> arguments;
  for (const Tensor *operand : call.operands)
    arguments.push_back(*operand);
  for (int64_t trip = 0; most == 0 || trip < most; ++trip) {
    llvm::FailureOr<std::vector<Tensor>> again = call.runRegion(call.op->getRegion(0), arguments);
    if (failed(again))
      return failure();
    if ((*again)[0].integers[0] == 0)
      break;
    llvm::FailureOr<std::vector<Tensor>> next = call.runRegion(call.op->getRegion(1), arguments);
    if (failed(next))
      return failure();
    std::copy(next->begin(), next->end(), arguments.begin());
  }
  call.results.assign(arguments.begin(), arguments.begin() + carriedCount);
  return success();
}

void interpret::registerControl(Registry &registry) {
  registry["sinter.scan"] = scan;
  registry["sinter.cond"] = cond;
  registry["sinter.while"] = whileLoop;
}
