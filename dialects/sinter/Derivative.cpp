//===- Derivative.cpp - derivatives as ops ----------------------------------------------------===//
//
// Reading on: Derivative.td; passes/gradient (what becomes of them).
//
//===------------------------------------------------------------------------------------------===//
#include "sinter/rules/derivative.h"
#include "dialects/sinter/GradBuilder.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::ir;

LogicalResult JvpOp::verify() {
  return verifyRule(*this, rules::jvp(operandRules(*this), getNumYs()));
}

LogicalResult CustomGradientOp::verify() {
  if (failed(verifyLayouts(*this)))
    return failure();
  size_t count = getNumOperands(), inputs = getNumInputs();
  if (inputs > count)
    return emitOpError() << "expects num_inputs in 0 … " << count << ", got " << inputs;
  std::vector<rules::Type> all = toRules(getOperandTypes());
  auto outputs = verifyBody(*this, getForward(), "forward body", all);
  if (failed(outputs))
    return failure();
  auto captures = all.begin() + static_cast<std::ptrdiff_t>(inputs);
  std::vector<rules::Type> arguments(all.begin(), captures);
  arguments.insert(arguments.end(), outputs->begin(), outputs->end());
  arguments.insert(arguments.end(), outputs->begin(), outputs->end()); // their cotangents
  arguments.insert(arguments.end(), captures, all.end());
  auto cotangents = verifyBody(*this, getBackward(), "backward body", arguments);
  if (failed(cotangents))
    return failure();
  return verifyRule(*this, rules::custom_gradient({all.begin(), captures}, *outputs, *cotangents));
}

LogicalResult CustomGradientOp::buildGradient(GradBuilder &b, ValueRange dy,
                                              SmallVectorImpl<Value> &dx) {
  SmallVector<Value> arguments(getOperands().take_front(getNumInputs()));
  llvm::append_range(arguments, getResults());
  for (auto [cotangent, result] : llvm::zip_equal(dy, getResults()))
    arguments.push_back(cotangent ? cotangent : b.constantLike(result, 0));
  llvm::append_range(arguments, getOperands().drop_front(getNumInputs()));
  llvm::copy(b.inlineBody(getBackward(), arguments), dx.begin());
  return success();
}
