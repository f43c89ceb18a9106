//===- Math.cpp - the table of our own math functions -----------------------------------------===//
//
// The one place of a function that needs an expansion: its code, its accuracy and what it is
// measured against (libm; test/codegen/Math.cpp does) are a line of the table. One expansion serves
// scalars and vectors, so naive and vector kernels agree to the bit, on every machine with the same
// FMA, with or without a C library. Reading on: Expander.h.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/loops/Math.h"
#include "codegen/loops/Body.h"
#include "codegen/loops/Expander.h"

#include <cmath>

using namespace mlir;
using namespace sinter;
using namespace sinter::codegen;

/// `Function` of an expander, of one operand or two.
template <Value (Expander::*Function)(Value)>
static Value of(EmitContext &k, Type type, ValueRange operands) {
  return (Expander(k, type).*Function)(operands[0]);
}
template <Value (Expander::*Function)(Value, Value)>
static Value of(EmitContext &k, Type type, ValueRange operands) {
  return (Expander(k, type).*Function)(operands[0], operands[1]);
}

// clang-format off
#define SINTER_REFERENCE(call) [](long double x, [[maybe_unused]] long double y) { return std::call; }
ArrayRef<MathFunction> codegen::mathFunctions() {
  using E = Expander;
  static const MathFunction functions[] = {
      // name, operands, f32: ulps, in f64, code; f64: ulps, code; libm's
      {"math.exp", 1, 2, false, of<&E::exp>, 3, of<&E::exp>, SINTER_REFERENCE(exp(x))},
      {"math.log", 1, 2, false, of<&E::log>, 3, of<&E::log>, SINTER_REFERENCE(log(x))},
      {"math.log1p", 1, 2, false, of<&E::log1p>, 3, of<&E::log1p>, SINTER_REFERENCE(log1p(x))},
      {"math.expm1", 1, 4, false, of<&E::expm1>, 6, of<&E::expm1>, SINTER_REFERENCE(expm1(x))},
      {"math.powf", 2, 1, true, of<&E::powOfSingles>, 2, of<&E::pow>, SINTER_REFERENCE(pow(x, y))},
      {"math.tanh", 1, 2, false, of<&E::tanh>, 3, of<&E::tanh>, SINTER_REFERENCE(tanh(x))},
      {"math.sinh", 1, 1, true, of<&E::sinh>, 6, of<&E::sinh>, SINTER_REFERENCE(sinh(x))},
      {"math.cosh", 1, 1, true, of<&E::cosh>, 3, of<&E::cosh>, SINTER_REFERENCE(cosh(x))},
      {"math.asinh", 1, 1, true, of<&E::asinh>, 4, of<&E::asinh>, SINTER_REFERENCE(asinh(x))},
      {"math.acosh", 1, 1, true, of<&E::acosh>, 4, of<&E::acosh>, SINTER_REFERENCE(acosh(x))},
      {"math.atanh", 1, 1, true, of<&E::atanh>, 4, of<&E::atanh>, SINTER_REFERENCE(atanh(x))},
      {"math.erf", 1, 1, true, of<&E::erfOfSingle>, 3, of<&E::erf>, SINTER_REFERENCE(erf(x))},
      {"math.erfc", 1, 1, true, of<&E::erfc>, 4, of<&E::erfc>, SINTER_REFERENCE(erfc(x))},
      {"math.sin", 1, 1, true, of<&E::sinOfSingle>, 2, of<&E::sin>, SINTER_REFERENCE(sin(x))},
      {"math.cos", 1, 1, true, of<&E::cosOfSingle>, 2, of<&E::cos>, SINTER_REFERENCE(cos(x))},
      {"math.tan", 1, 1, true, of<&E::tanOfSingle>, 3, of<&E::tan>, SINTER_REFERENCE(tan(x))},
      {"math.asin", 1, 1, true, of<&E::asin>, 4, of<&E::asin>, SINTER_REFERENCE(asin(x))},
      {"math.acos", 1, 1, true, of<&E::acos>, 4, of<&E::acos>, SINTER_REFERENCE(acos(x))},
      {"math.atan", 1, 1, true, of<&E::atan>, 3, of<&E::atan>, SINTER_REFERENCE(atan(x))},
      {"math.atan2", 2, 1, true, of<&E::atan2>, 4, of<&E::atan2>, SINTER_REFERENCE(atan2(x, y))},
      {"arith.remf", 2, 0, false, of<&E::remainder>, 0, of<&E::remainder>, SINTER_REFERENCE(fmod(x, y))},
  };
  return functions;
}
#undef SINTER_REFERENCE
// clang-format on

Value codegen::expandMath(EmitContext &k, Operation *op, ValueRange operands) {
  if (!isa<math::MathDialect>(op->getDialect()) && !isa<arith::RemFOp>(op))
    return {};
  const MathFunction *function = llvm::find_if(mathFunctions(), [&](const MathFunction &f) {
    return f.name == op->getName().getStringRef();
  });
  if (function == mathFunctions().end())
    return {};
  Type type = operands[0].getType(), element = getElementTypeOrSelf(type);
  if (element.isF64())
    return function->expandDouble(k, type, operands);
  if (!element.isF32())
    return {};
  if (!function->throughDouble)
    return function->expandSingle(k, type, operands);
  Type wide = k.b.getF64Type();
  if (auto vector = dyn_cast<VectorType>(type))
    wide = vector.clone(wide);
  SmallVector<Value> extended;
  for (Value operand : operands)
    extended.push_back(arith::ExtFOp::create(k.b, k.loc, wide, operand));
  return arith::TruncFOp::create(k.b, k.loc, type, function->expandSingle(k, wide, extended));
}
