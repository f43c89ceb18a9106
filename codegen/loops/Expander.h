//===- Expander.h - writes expressions over floats --------------------------------------------===//
//
// What the expansions of math functions share. Values are scalars or vectors; a function reads like
// its formula. Reading on: MathExponential.cpp, MathHyperbolic.cpp, MathTrigonometric.cpp (the
// functions), Math.cpp (the table).
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_CODEGEN_LOOPS_EXPANDER_H
#define SINTER_CODEGEN_LOOPS_EXPANDER_H

#include "codegen/loops/Emit.h"

#include "mlir/Dialect/Math/IR/Math.h"

#include <limits>

namespace sinter::codegen {

/// Writes expressions over values of one float type (f32 or f64), scalar or vector.
class Expander {
public:
  Expander(EmitContext &k, mlir::Type type)
      : k(k), type(type), element(llvm::cast<mlir::FloatType>(getElementTypeOrSelf(type))) {
    wide = element.isF64();
    integer = shaped(k.b.getIntegerType(wide ? 64 : 32));
  }
  using Value = mlir::Value;

  // MathExponential.cpp
  Value exp(Value x) { return exp(x, {}, 0); }
  Value log(Value x);
  Value log1p(Value x);
  Value expm1(Value x);
  Value powOfSingles(Value x, Value y); ///< f32 values in f64
  Value pow(Value x, Value y);
  Value remainder(Value x, Value y);

  // MathHyperbolic.cpp
  Value tanh(Value x);
  Value sinh(Value x);
  Value cosh(Value x);
  Value asinh(Value x);
  Value acosh(Value x);
  Value atanh(Value x);
  Value erfOfSingle(Value x); ///< f32 values in f64
  Value erf(Value x);
  Value erfc(Value x);

  // MathTrigonometric.cpp
  Value sinOfSingle(Value x); ///< f32 values in f64
  Value cosOfSingle(Value x); ///< the same
  Value tanOfSingle(Value x); ///< the same
  Value sin(Value x);
  Value cos(Value x);
  Value tan(Value x);
  Value atan(Value x);
  Value asin(Value x);
  Value acos(Value x);
  Value atan2(Value y, Value x);

private:
  using P = mlir::arith::CmpFPredicate;
  using I = mlir::arith::CmpIPredicate;
  static constexpr double kInfinity = std::numeric_limits<double>::infinity();
  static constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

  /// The sum of two numbers, of which the second is below the rounding of the first.
  struct Pair {
    Value high, low;
  };
  /// An angle: `turns` quarter turns (-2 … 2, modulo 4) and what is left of them, in [-pi/4, pi/4].
  struct Angle {
    Value turns;
    Pair rest;
  };
  /// A positive x = 2^exponent factor, with a factor in [sqrt(1/2), sqrt 2).
  struct Split {
    Value exponent, factor;
  };

  struct SineAndCosine {
    Value sine, cosine;
  };

  Value exp(Value x, Value rest, int64_t scale);
  Split split(Value x);
  Pair logPair(Value x);
  Value powWith(Value magnitudePower, Value x, Value y);
  Value erfNear(Value x, int terms);
  Value erfcOfPositive(Value x);
  Value sineAhead(Value x, int quarters);
  Angle reduce(Value x);
  Angle reduceModerate(Value x);
  Angle reduceHuge(Value x);
  llvm::SmallVector<Value> getTwoOverPi(Value from);
  SineAndCosine sineAndCosine(Pair angle);
  Value sineOf(const Angle &angle, int quarters);
  Value atanOfPositive(Value x);
  Value withoutTurns(Value quarters);

  mlir::Type shaped(mlir::Type scalar) const {
    auto vector = llvm::dyn_cast<mlir::VectorType>(type);
    return vector ? mlir::Type(vector.clone(scalar)) : scalar;
  }
  Value splat(mlir::Type of, mlir::Attribute value) {
    if (auto vector = llvm::dyn_cast<mlir::VectorType>(of))
      value = mlir::DenseElementsAttr::get(vector, value);
    return k.constant(llvm::cast<mlir::TypedAttr>(value));
  }
  Value c(double value) { return splat(type, k.b.getFloatAttr(element, value)); }
  Value i(int64_t value) {
    return splat(integer, k.b.getIntegerAttr(getElementTypeOrSelf(integer), value));
  }
  template <class Op, class... Operands> Value make(Operands... operands) {
    return Op::create(k.b, k.loc, operands...);
  }
  Value fma(Value x, Value y, Value z) { return k.multiplyAdd(x, y, z); }
  /// Rounded once on every machine, be it by a function of the C library.
  Value exactFma(Value x, Value y, Value z) { return make<mlir::math::FmaOp>(x, y, z); }
  Value add(Value x, Value y) { return make<mlir::arith::AddFOp>(x, y); }
  Value sub(Value x, Value y) { return make<mlir::arith::SubFOp>(x, y); }
  Value mul(Value x, Value y) { return make<mlir::arith::MulFOp>(x, y); }
  Value div(Value x, Value y) { return make<mlir::arith::DivFOp>(x, y); }
  Value neg(Value x) { return make<mlir::arith::NegFOp>(x); }
  Value sqrt(Value x) { return make<mlir::math::SqrtOp>(x); }
  Value abs(Value x) { return make<mlir::math::AbsFOp>(x); }
  Value round(Value x) { return make<mlir::math::RoundEvenOp>(x); }
  Value trunc(Value x) { return make<mlir::math::TruncOp>(x); }
  Value signOf(Value magnitude, Value sign) {
    return make<mlir::math::CopySignOp>(magnitude, sign);
  }
  Value addi(Value x, Value y) { return make<mlir::arith::AddIOp>(x, y); }
  Value subi(Value x, Value y) { return make<mlir::arith::SubIOp>(x, y); }
  Value shiftLeft(Value x, Value by) { return make<mlir::arith::ShLIOp>(x, by); }
  Value shiftRight(Value x, Value by) { return make<mlir::arith::ShRSIOp>(x, by); }
  Value unsignedRight(Value x, Value by) { return make<mlir::arith::ShRUIOp>(x, by); }
  Value is(P predicate, Value x, Value y) { return make<mlir::arith::CmpFOp>(predicate, x, y); }
  Value is(I predicate, Value x, Value y) { return make<mlir::arith::CmpIOp>(predicate, x, y); }
  Value both(Value x, Value y) { return make<mlir::arith::AndIOp>(x, y); }
  Value either(Value x, Value y) { return make<mlir::arith::OrIOp>(x, y); }
  Value select(Value which, Value x, Value y) { return make<mlir::arith::SelectOp>(which, x, y); }
  Value bits(Value x) { return make<mlir::arith::BitcastOp>(integer, x); }
  Value number(Value x) { return make<mlir::arith::BitcastOp>(type, x); }
  /// Whether a condition holds for one of the lanes; a scalar's is itself.
  Value anyOf(Value condition);
  /// While `condition` holds for one of the lanes: values = step(values).
  llvm::SmallVector<Value>
  repeat(llvm::SmallVector<Value> start, llvm::function_ref<Value(mlir::ValueRange)> condition,
         llvm::function_ref<llvm::SmallVector<Value>(mlir::ValueRange)> step);
  /// x + y and x y, exactly.
  Pair sumOf(Value x, Value y);
  Pair productOf(Value x, Value y);

  /// c[0] + x*(c[1] + x*(...)).
  Value polynomial(Value x, llvm::ArrayRef<double> coefficients) {
    Value result = c(coefficients.back());
    for (double coefficient : llvm::reverse(coefficients.drop_back()))
      result = fma(result, x, c(coefficient));
    return result;
  }
  int64_t mantissa() const { return wide ? 52 : 23; }
  int64_t bias() const { return wide ? 1023 : 127; }
  // ln 2 in two parts; the first has so few bits that any exponent times it is exact.
  double ln2High() const { return wide ? 0x1.62e42fee00000p-1 : 0x1.62e400p-1; }
  double ln2Low() const { return wide ? 0x1.a39ef35793c76p-33 : 0x1.7f7d1cp-20; }

  EmitContext &k;
  mlir::Type type;
  mlir::FloatType element;
  mlir::Type integer;
  bool wide;
};

} // namespace sinter::codegen

#endif
