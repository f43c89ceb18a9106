//===- Train.cpp - the oracle's structural ops ------------------------------------------------===//
//
// Reading symbols, and the region ops that passes make. A gradient op is a request, not a
// computation: it is evaluated after differentiation has expanded it. Reading on: Interpreter.cpp
// (entries and return).
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/interpret/Registry.h"

using namespace sinter;
using namespace sinter::interpret;
using llvm::failure;
using llvm::LogicalResult;
using llvm::success;

// The value at entry start: a symbol, or a run-time scalar.
static LogicalResult get(Call &call) {
  auto symbol = call.op->getAttrOfType<mlir::FlatSymbolRefAttr>("symbol");
  std::string name = symbol ? symbol.getValue().str() : "";
  for (const Values *values : {&call.arguments.symbols, &call.arguments.scalars}) {
    auto found = values->find(name);
    if (found == values->end())
      continue;
    if (found->second.type.dims != call.result().type.dims ||
        found->second.isReal() != call.result().isReal())
      return call.op->emitError("expects a value of type ")
             << rules::toString(call.result().type) << " for '" << name << "', got "
             << rules::toString(found->second.type);
    call.result().reals = found->second.reals;
    call.result().integers = found->second.integers;
    return success();
  }
  return call.op->emitError("expects a value for '") << name << "', got none";
}

LogicalResult interpret::giveOperand(Call &call) {
  call.result().reals = call.operand(0).reals;
  call.result().integers = call.operand(0).integers;
  return success();
}

LogicalResult interpret::refuseDerivative(Call &call) {
  return call.op->emitError(
      "internal error: the oracle evaluates derivatives after differentiation");
}

LogicalResult interpret::runFirstRegion(Call &call) {
  std::vector<Tensor> operands;
  for (const Tensor *operand : call.operands)
    operands.push_back(*operand);
  llvm::FailureOr<std::vector<Tensor>> results = call.runRegion(call.op->getRegion(0), operands);
  if (failed(results))
    return failure();
  call.results = std::move(*results);
  return success();
}

void interpret::registerTrain(Registry &registry) {
  registry["sinter.get"] = get;
  registry["sinter.stop_gradient"] = giveOperand;
  registry["sinter.convert_layout"] = giveOperand;
  registry["sinter.gradient"] = refuseDerivative;
  registry["sinter.fused"] = runFirstRegion;
}
