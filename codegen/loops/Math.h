//===- Math.h - the table of our own math functions -------------------------------------------===//
//
// Reading on: Math.cpp (the expansions), Body.h (expandMath, which uses them).
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_CODEGEN_LOOPS_MATH_H
#define SINTER_CODEGEN_LOOPS_MATH_H

#include "codegen/loops/Emit.h"

namespace sinter::codegen {

/// A function with an expansion of its own.
struct MathFunction {
  /// Writes code on values of `type`, f32 or f64, scalar or vector.
  using Expansion = mlir::Value (*)(EmitContext &kernel, mlir::Type type,
                                    mlir::ValueRange operands);
  llvm::StringRef name; ///< of the op: "math.exp"
  unsigned operands;
  double ulpsSingle;      ///< the largest error in f32, in units in the last place
  bool throughDouble;     ///< f32 is computed in f64
  Expansion expandSingle; ///< gets f64 values if so
  double ulpsDouble;      ///< the largest error in f64
  Expansion expandDouble;
  /// libm's, in more digits than any operand has; `y` for functions of two.
  long double (*reference)(long double x, long double y);
};

/// All of them.
llvm::ArrayRef<MathFunction> mathFunctions();

} // namespace sinter::codegen

#endif
