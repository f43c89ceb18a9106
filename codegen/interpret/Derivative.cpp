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

void interpret::registerDerivative(Registry &registry) {
  registry["sinter.independent"] = giveOperand;
  registry["sinter.custom_gradient"] = runFirstRegion;
  registry["sinter.jvp"] = refuseDerivative;
  registry["sinter.jacobian"] = refuseDerivative;
}
