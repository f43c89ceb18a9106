//===- ScalarBuilder.h - scalar code of elementwise ops ---------------------------------------===//
//
// One method a scalar function; picks the arith or math op by element type. Reading on:
// Elementwise.td (users).
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_DIALECTS_SINTER_SCALARBUILDER_H
#define SINTER_DIALECTS_SINTER_SCALARBUILDER_H

#include "mlir/IR/Builders.h"

namespace sinter::ir {

/// Builds scalar arith/math ops at the builder's place. Integers are signed but for i8 (u8).
/// Extremes propagate NaN.
class ScalarBuilder {
public:
  ScalarBuilder(mlir::OpBuilder &builder, mlir::Location loc) : b(builder), loc(loc) {}

  mlir::Value add(mlir::Value x, mlir::Value y);
  mlir::Value sub(mlir::Value x, mlir::Value y);
  mlir::Value mul(mlir::Value x, mlir::Value y);
  mlir::Value div(mlir::Value x, mlir::Value y);
  mlir::Value max(mlir::Value x, mlir::Value y);
  mlir::Value min(mlir::Value x, mlir::Value y);
  mlir::Value pow(mlir::Value x, mlir::Value y);
  /// The rest of a division, with the sign of x; of integers 0 where y is 0.
  mlir::Value fmod(mlir::Value x, mlir::Value y);
  mlir::Value neg(mlir::Value x);
  mlir::Value exp(mlir::Value x);
  mlir::Value log(mlir::Value x);
  mlir::Value sqrt(mlir::Value x);
  mlir::Value rsqrt(mlir::Value x);
  mlir::Value tanh(mlir::Value x);
  /// 1/(1+exp(-x)); exp overflows to inf for very negative x, which gives exactly 0.
  mlir::Value sigmoid(mlir::Value x);
  /// Any function of the math dialect: math<mlir::math::SinOp>(x).
  template <class Op, class... Operands> mlir::Value math(Operands... operands) {
    return Op::create(b, loc, operands...);
  }
  mlir::Value abs(mlir::Value x);
  mlir::Value sign(mlir::Value x);
  /// eq ne lt le gt ge -> i1; ordered, but for ne.
  mlir::Value compare(llvm::StringRef predicate, mlir::Value x, mlir::Value y);
  mlir::Value select(mlir::Value condition, mlir::Value x, mlir::Value y);
  /// Floats to integers truncate and saturate, NaN gives 0; anything to i1 is x != 0.
  mlir::Value cast(mlir::Value x, mlir::Type to);
  mlir::Value logicalAnd(mlir::Value x, mlir::Value y);
  mlir::Value logicalOr(mlir::Value x, mlir::Value y);
  mlir::Value logicalNot(mlir::Value x);
  /// A constant of x's type.
  mlir::Value constant(mlir::Value like, double value);
  mlir::Value zero(mlir::Value like) { return constant(like, 0); }

private:
  mlir::Value saturate(mlir::Value x, mlir::Type to);

  mlir::OpBuilder &b;
  mlir::Location loc;
};

} // namespace sinter::ir

#endif
