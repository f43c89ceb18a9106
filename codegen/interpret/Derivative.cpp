//===- Derivative.cpp - the oracle's view of derivatives --------------------------------------===//
//
// A function with a gradient of its own is its forward body, and a mark is its operand. Forward
// mode and Jacobians are requests, as gradients are: they are evaluated after differentiation has
// expanded them. Reading on: Registry.h; dialects/sinter/Derivative.td.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/interpret/Registry.h"

using namespace sinter;
using namespace sinter::interpret;
using llvm::failure;
using llvm::LogicalResult;
using llvm::success;

static LogicalResult independent(Call &call) {
  call.result().reals = call.operand(0).reals;
  return success();
}

static LogicalResult customGradient(Call &call) {
  std::vector<Tensor> operands;
  for (const Tensor *operand : call.operands)
    operands.push_back(*operand);
  llvm::FailureOr<std::vector<Tensor>> results = call.runRegion(call.op->getRegion(0), operands);
  if (failed(results))
    return failure();
  call.results = std::move(*results);
  return success();
}

static LogicalResult derivative(Call &call) {
  return call.op->emitError(
      "internal error: the oracle evaluates derivatives after differentiation");
}

void interpret::registerDerivative(Registry &registry) {
  registry["sinter.independent"] = independent;
  registry["sinter.custom_gradient"] = customGradient;
  registry["sinter.jvp"] = derivative;
  registry["sinter.jacobian"] = derivative;
}
