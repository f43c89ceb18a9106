//===- MathHyperbolic.cpp - hyperbolic functions, the error function --------------------------===//
//
// See Expander.h. NaN, infinities, zeros and denormals are right.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/loops/Expander.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::codegen;

/// Odd series near 0, 1 - 2/(e^2|x| + 1) elsewhere.
Value Expander::tanh(Value x) {
  int terms = wide ? 22 : 10;
  // tanh = sum t[j] x^(2j+1); from tanh' = 1 - tanh^2: (2j+1) t[j] = - sum_{a+b=j-1} t[a] t[b].
  SmallVector<double> series{1.0};
  for (int j = 1; j < terms; ++j) {
    double sum = 0;
    for (int a = 0; a < j; ++a)
      sum += series[a] * series[j - 1 - a];
    series.push_back(-sum / (2 * j + 1));
  }
  Value magnitude = abs(x), z = mul(x, x);
  Value product = mul(z, polynomial(z, ArrayRef(series).drop_front()));
  Value near = fma(x, product, x);
  Value power = exp(add(magnitude, magnitude));
  Value far = sub(c(1), div(c(2), add(power, c(1))));
  return signOf(select(is(P::OLT, magnitude, c(0.55)), near, far), x); // also that of -0
}

/// (e^|x| - e^-|x|)/2; near 0 by e^|x| - 1. e^|x|/2 may be finite where e^|x| is not.
Value Expander::sinh(Value x) {
  Value magnitude = abs(x), less = expm1(magnitude), half = exp(magnitude, {}, -1);
  Value near = mul(c(0.5), add(less, div(less, add(less, c(1)))));
  Value far = sub(half, div(c(0.25), half));
  return signOf(select(is(P::OLT, magnitude, c(1)), near, far), x);
}

Value Expander::cosh(Value x) {
  Value half = exp(abs(x), {}, -1);
  return add(half, div(c(0.25), half));
}

/// Behind this, log(2 x) is the inverse hyperbolic sine and cosine to the last digit.
static constexpr double kOnlyLog = 0x1p28, kLn2 = 0.6931471805599453;

/// log(|x| + sqrt(x^2 + 1)) = log1p(|x| + x^2/(1 + sqrt(x^2 + 1))).
Value Expander::asinh(Value x) {
  Value magnitude = abs(x), square = mul(x, x);
  Value near = log1p(add(magnitude, div(square, add(c(1), sqrt(add(square, c(1)))))));
  Value far = add(log(magnitude), c(kLn2));
  return signOf(select(is(P::OGT, magnitude, c(kOnlyLog)), far, near), x);
}

/// log(x + sqrt(x^2 - 1)) = log1p(t + sqrt(2 t + t^2)) with t = x - 1.
Value Expander::acosh(Value x) {
  Value t = sub(x, c(1));
  Value near = log1p(add(t, sqrt(add(add(t, t), mul(t, t)))));
  Value result = select(is(P::OGT, x, c(kOnlyLog)), add(log(x), c(kLn2)), near);
  return select(is(P::OLT, x, c(1)), c(kNaN), result);
}

/// log((1 + |x|)/(1 - |x|))/2.
Value Expander::atanh(Value x) {
  Value magnitude = abs(x);
  Value ratio = div(add(magnitude, magnitude), sub(c(1), magnitude));
  return signOf(mul(c(0.5), log1p(ratio)), x);
}

/// The series of erf up to x^(2 terms + 1), for |x| <= 1.
Value Expander::erfNear(Value x, int terms) {
  SmallVector<double> series;
  double term = 1.1283791670955126; // 2/sqrt(pi), times (-1)^n / n!
  for (int n = 0; n <= terms; ++n) {
    series.push_back(term / (2 * n + 1));
    term /= -(n + 1);
  }
  return mul(x, polynomial(mul(x, x), series));
}

/// erf of f32 values in f64: its series below 1; from 1 to 4, behind which it rounds to 1, the
/// polynomial through erf at Chebyshev's points (numpy.polynomial.chebyshev.chebinterpolate, degree
/// 16, error 7e-10).
Value Expander::erfOfSingle(Value x) {
  static constexpr double far[] = {
      0x1.ffcaa8f4c9bdfp-1,  0x1.ac4458767c840p-9,  -0x1.91804e55cd87cp-7, 0x1.cdbbbbfd04d64p-6,
      -0x1.6596c86e5d5d8p-5, 0x1.7c802259a0f56p-5,  -0x1.051b3fec179cep-5, 0x1.30df510fb8ecep-7,
      0x1.b47b05b648dd0p-8,  -0x1.3f3fd1a0c8c97p-7, 0x1.2e6a7af1581e7p-8,  0x1.5feb9782f68d7p-11,
      -0x1.01b5e978b4b7ap-9, 0x1.6133ed125a23bp-11, 0x1.c270efa73cd98p-13, -0x1.427bd56749530p-13,
      0x1.799d1c7160b2ep-17};
  Value magnitude = abs(x), near = erfNear(x, 11);
  Value at = select(is(P::OGT, magnitude, c(4)), c(4), magnitude); // NaN stays
  Value t = mul(sub(at, c(2.5)), c(1 / 1.5));
  return select(is(P::OLT, magnitude, c(1)), near, signOf(polynomial(t, far), x));
}

/// erfc of x >= 0: e^(-x^2)/(1 + 2 x) times a polynomial in (x - 4)/(x + 4), which is smooth up to
/// 28, behind which the exponential is 0. Form: Shepherd and Laframboise, "Chebyshev approximation
/// of (1 + 2x) exp(x^2) erfc x in 0 <= x < infinity", 1981; here it goes through Chebyshev's points
/// (degree 22, error 6e-17).
Value Expander::erfcOfPositive(Value x) {
  static constexpr double scaled[] = {
      0x1.3ba5916e9fd7fp+0,   -0x1.1df1ad154a29cp-3,  0x1.f7f5df66fd951p-7,
      0x1.16ecefcfa6077p-4,   -0x1.9ddb23c3e98a6p-4,  0x1.7fee004df6263p-4,
      -0x1.0fb06dfe46987p-4,  0x1.3079edfa1033fp-5,   -0x1.0962388367b2fp-6,
      0x1.49c671893963fp-8,   -0x1.8d4a9dc0d22f3p-11, -0x1.a1de7c6e9ac9cp-13,
      0x1.3be0b393ee921p-13,  -0x1.996ad056e530bp-16, -0x1.78a43458cca4bp-17,
      0x1.7fb88e391a9fep-18,  0x1.4392983419eddp-22,  -0x1.c05fc977974eap-21,
      0x1.0d535fce28f99p-24,  0x1.ef6c0c38d1a2bp-24,  -0x1.09198a32cd9a9p-27,
      -0x1.d5bb4c6d5b92dp-27, -0x1.f47207b168acdp-30};
  Value at = select(is(P::OGT, x, c(28)), c(28), x); // NaN stays
  Value t = div(sub(at, c(4)), add(at, c(4)));
  Pair square = productOf(at, at);
  Value power = exp(neg(square.high), neg(square.low), 0);
  return mul(power, div(polynomial(t, scaled), add(c(1), add(at, at))));
}

Value Expander::erf(Value x) {
  Value magnitude = abs(x), far = sub(c(1), erfcOfPositive(magnitude));
  return select(is(P::OLT, magnitude, c(1)), erfNear(x, 21), signOf(far, x));
}

Value Expander::erfc(Value x) {
  Value magnitude = abs(x), far = erfcOfPositive(magnitude);
  far = select(is(P::OLT, x, c(0)), sub(c(2), far), far);
  return select(is(P::OLT, magnitude, c(0.5)), sub(c(1), erfNear(x, 21)), far);
}
