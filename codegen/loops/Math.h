//===- Math.h - the table of our own math functions -------------------------------------------===//
//
// Reading on: Math.cpp (the expansions), Body.h (expandMath, which uses them).
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_CODEGEN_LOOPS_MATH_H
#define SINTER_CODEGEN_LOOPS_MATH_H

#include "codegen/loops/Emit.h"

namespace sinter::codegen {

/// A function of the math dialect with an expansion of its own.
struct MathFunction {
  llvm::StringRef name; ///< of the op: "math.exp"
  double ulpsSingle;    ///< the largest error in f32, in units in the last place
  double ulpsDouble;    ///< the same in f64; 0: there it is libm's
  bool throughDouble;   ///< f32 is computed in f64
  /// Code on values of `type`, scalar or vector.
  mlir::Value (*expand)(EmitContext &kernel, mlir::Type type, mlir::ValueRange operands);
  /// libm's, in more digits than any operand has; `y` for functions of two.
  long double (*reference)(long double x, long double y);
};

/// All of them.
llvm::ArrayRef<MathFunction> mathFunctions();

} // namespace sinter::codegen

#endif
