//===- Math.cpp - our own math functions ------------------------------------------------------===//
//
// The one place of a function that needs an expansion: its code, its accuracy and what it is
// measured against (libm; test/codegen/Math.cpp does) are a line of the table at the end. One
// expansion serves scalars and vectors, so naive and vector kernels agree to the bit, on every
// machine with the same FMA. NaN, infinities, zeros and denormals are right. What is not in the
// table, or has no accuracy for f64, stays with libm.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/loops/Math.h"
#include "codegen/loops/Body.h"

#include "mlir/Dialect/Math/IR/Math.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace sinter;
using namespace sinter::codegen;

namespace {
/// Writes expressions over values of one float type (f32 or f64), scalar or vector.
class Expander {
public:
  Expander(EmitContext &k, Type type)
      : k(k), type(type), element(cast<FloatType>(getElementTypeOrSelf(type))) {
    wide = element.isF64();
    integer = shaped(k.b.getIntegerType(wide ? 64 : 32));
  }
  Value exp(Value x);
  Value log(Value x);
  Value tanh(Value x);
  Value powOfSingles(Value x, Value y);

  Value sinOfSingle(Value x); ///< f32 values in f64
  Value sineAhead(Value x, int quarters);

  Value cosOfSingle(Value x) { return sineAhead(x, 1); } ///< the same
  Value erfOfSingle(Value x);                            ///< f32 values in f64
  Value log1p(Value x);
  Value expm1(Value x);

private:
  using P = arith::CmpFPredicate;
  Type shaped(Type scalar) const {
    auto vector = dyn_cast<VectorType>(type);
    return vector ? Type(vector.clone(scalar)) : scalar;
  }
  Value splat(Type of, Attribute value) {
    if (auto vector = dyn_cast<VectorType>(of))
      value = DenseElementsAttr::get(vector, value);
    return k.constant(cast<TypedAttr>(value));
  }
  Value c(double value) { return splat(type, k.b.getFloatAttr(element, value)); }
  Value i(int64_t value) {
    return splat(integer, k.b.getIntegerAttr(getElementTypeOrSelf(integer), value));
  }
  Value fma(Value x, Value y, Value z) { return k.multiplyAdd(x, y, z); }
  Value add(Value x, Value y) { return arith::AddFOp::create(k.b, k.loc, x, y); }
  Value sub(Value x, Value y) { return arith::SubFOp::create(k.b, k.loc, x, y); }
  Value mul(Value x, Value y) { return arith::MulFOp::create(k.b, k.loc, x, y); }
  Value div(Value x, Value y) { return arith::DivFOp::create(k.b, k.loc, x, y); }
  Value addi(Value x, Value y) { return arith::AddIOp::create(k.b, k.loc, x, y); }
  Value subi(Value x, Value y) { return arith::SubIOp::create(k.b, k.loc, x, y); }
  Value is(P predicate, Value x, Value y) {
    return arith::CmpFOp::create(k.b, k.loc, predicate, x, y);
  }
  Value both(Value x, Value y) { return arith::AndIOp::create(k.b, k.loc, x, y); }
  Value select(Value which, Value x, Value y) {
    return arith::SelectOp::create(k.b, k.loc, which, x, y);
  }
  Value bits(Value x) { return arith::BitcastOp::create(k.b, k.loc, integer, x); }
  Value number(Value x) { return arith::BitcastOp::create(k.b, k.loc, type, x); }
  Value abs(Value x) { return math::AbsFOp::create(k.b, k.loc, x); }
  Value round(Value x) { return math::RoundEvenOp::create(k.b, k.loc, x); }
  Value trunc(Value x) { return math::TruncOp::create(k.b, k.loc, x); }
  Value signOf(Value magnitude, Value sign) {
    return math::CopySignOp::create(k.b, k.loc, magnitude, sign);
  }
  /// c[0] + x*(c[1] + x*(...)).
  Value polynomial(Value x, ArrayRef<double> coefficients) {
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
  Type type;
  FloatType element;
  Type integer;
  bool wide;
};
} // namespace

/// e^x = 2^n e^r with |r| <= ln(2)/2; 2^n in two factors, so that results below the normal range
/// round once. Results are 0 from -104 (-746 in f64) down, but x is kept only from `low` up: there
/// the first factor's bits are 0, a zero times e^r. A product that underflows instead costs a
/// processor some 150 cycles, and -infinity is what masks of attention are made of.
Value Expander::exp(Value x) {
  double high = wide ? 710.0 : 89.0, low = wide ? -1418.0 : -176.0; // n = -2 bias
  x = select(is(P::OGT, x, c(high)), c(high), x);                   // NaN stays
  x = select(is(P::OLT, x, c(low)), c(low), x);
  double magic = wide ? 0x1.8p52 : 0x1.8p23; // adding it rounds to an integer in the low bits
  Value shifted = fma(x, c(1.4426950408889634), c(magic));
  Value n = sub(shifted, c(magic));
  Value r = fma(n, c(-ln2High()), x);
  r = fma(n, c(-ln2Low()), r);
  SmallVector<double> series;
  double term = 1;
  for (int d = 0; d <= (wide ? 13 : 7); ++d) {
    series.push_back(term);
    term /= d + 1;
  }
  Value p = polynomial(r, series);
  llvm::APFloat magicBits(magic);
  bool lost;
  magicBits.convert(element.getFloatSemantics(), llvm::APFloat::rmNearestTiesToEven, &lost);
  Value exponent = subi(bits(shifted), i(magicBits.bitcastToAPInt().getSExtValue()));
  Value half = arith::ShRSIOp::create(k.b, k.loc, exponent, i(1)), rest = subi(exponent, half);
  auto power = [&](Value e) {
    return number(arith::ShLIOp::create(k.b, k.loc, addi(e, i(bias())), i(mantissa())));
  };
  return mul(mul(p, power(half)), power(rest));
}

/// log x = e ln 2 + log m with m in [sqrt(1/2), sqrt 2), by the series of atanh((m - 1)/(m + 1)).
Value Expander::log(Value x) {
  double smallest = wide ? 0x1p-1022 : 0x1p-126, lift = wide ? 0x1p54 : 0x1p25;
  int64_t lifted = wide ? 54 : 25, root = wide ? 0x3fe6a09e667f3bcd : 0x3f3504f3;
  Value tiny = is(P::OLT, x, c(smallest));
  Value normal = select(tiny, mul(x, c(lift)), x);
  Value offset = subi(bits(normal), i(root));
  Value e = arith::ShRSIOp::create(k.b, k.loc, offset, i(mantissa()));
  Value fraction = arith::AndIOp::create(k.b, k.loc, offset, i((int64_t(1) << mantissa()) - 1));
  Value m = number(addi(fraction, i(root)));
  e = subi(e, select(tiny, i(lifted), i(0)));
  Value f = sub(m, c(1)), s = div(f, add(m, c(1))), z = mul(s, s);
  SmallVector<double> series;
  for (int d = 1; d <= (wide ? 10 : 5); ++d)
    series.push_back(2.0 / (2 * d + 1));
  Value tail = mul(mul(s, z), polynomial(z, series)); // log m = 2 s + tail
  // 2 s = f - s f: f is exact, so only the small product rounds.
  Value exponent = arith::SIToFPOp::create(k.b, k.loc, type, e);
  Value small = fma(exponent, c(ln2Low()), sub(tail, mul(s, f)));
  Value result = fma(exponent, c(ln2High()), add(f, small));
  double infinity = std::numeric_limits<double>::infinity();
  result = select(is(P::OLT, x, c(0)), c(std::numeric_limits<double>::quiet_NaN()), result);
  result = select(is(P::OEQ, x, c(0)), c(-infinity), result);
  // +infinity and NaN are their own logarithms.
  return select(is(P::ULT, x, c(infinity)), select(is(P::UNO, x, x), x, result), x);
}

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

/// x^y of f32 values in f64.
Value Expander::powOfSingles(Value x, Value y) {
  Value magnitude = abs(x), result = exp(mul(y, log(magnitude)));
  Value whole = is(P::OEQ, trunc(y), y), half = mul(y, c(0.5));
  Value odd = both(whole, is(P::ONE, trunc(half), half));
  Value negative = is(P::OLT, signOf(c(1), x), c(0));
  result = select(both(odd, negative), arith::NegFOp::create(k.b, k.loc, result), result);
  double infinity = std::numeric_limits<double>::infinity();
  Value finite = is(P::OLT, magnitude, c(infinity));
  Value broken = both(both(is(P::OLT, x, c(0)), finite), is(P::ONE, trunc(y), y));
  result = select(broken, c(std::numeric_limits<double>::quiet_NaN()), result);
  Value unit = both(is(P::OEQ, magnitude, c(1)), is(P::OEQ, abs(y), c(infinity)));
  Value one = arith::OrIOp::create(k.b, k.loc, is(P::OEQ, y, c(0)), is(P::OEQ, x, c(1)));
  return select(arith::OrIOp::create(k.b, k.loc, one, unit), c(1), result);
}

/// The sine, `quarters` quarter turns ahead, of f32 values in f64. x 2/pi mod 4 is exact enough for
/// every single: the parts of 2/pi have 28 bits, so that products with x's 24 are exact, whole
/// turns are taken off each, and the smallest are added first.
Value Expander::sineAhead(Value x, int quarters) {
  static constexpr double parts[] = {0x1.45f306cp-1,  0x1.c9c882ap-29,  0x1.4fe13a8p-59,
                                     0x1.f47d4d0p-86, 0x1.bb81b6cp-113, 0x1.4acc9ep-143,
                                     0x1.0e4107cp-170};
  auto withoutTurns = [&](Value v) { return sub(v, mul(c(4), round(mul(v, c(0.25))))); };
  Value turns;
  for (double part : llvm::reverse(parts)) {
    Value product = withoutTurns(mul(x, c(part)));
    turns = turns ? add(turns, product) : product;
  }
  Value n = round(turns), angle = mul(sub(turns, n), c(1.5707963267948966)), z = mul(angle, angle);
  SmallVector<double> sineSeries, cosineSeries;
  double term = 1;
  for (int d = 0; d <= 10; ++d) { // |angle| <= pi/4: below 1e-9
    (d % 2 ? sineSeries : cosineSeries).push_back(d % 4 < 2 ? term : -term);
    term /= d + 1;
  }
  Value sine = mul(angle, polynomial(z, sineSeries)), cosine = polynomial(z, cosineSeries);
  n = withoutTurns(add(n, c(quarters))); // -2 … 2
  Value y = select(is(P::OEQ, abs(n), c(1)), cosine, sine);
  Value half = is(P::OEQ, abs(n), c(2)), back = is(P::OEQ, n, c(-1));
  return select(arith::OrIOp::create(k.b, k.loc, half, back), arith::NegFOp::create(k.b, k.loc, y),
                y);
}
Value Expander::sinOfSingle(Value x) {
  return select(is(P::OEQ, x, c(0)), x, sineAhead(x, 0)); // -0 stays
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
  SmallVector<double> series;
  double term = 1.1283791670955126; // 2/sqrt(pi), times (-1)^n / n!
  for (int n = 0; n <= 11; ++n) {
    series.push_back(term / (2 * n + 1));
    term /= -(n + 1);
  }
  Value magnitude = abs(x), near = mul(x, polynomial(mul(x, x), series));
  Value at = select(is(P::OGT, magnitude, c(4)), c(4), magnitude); // NaN stays
  Value t = mul(sub(at, c(2.5)), c(1 / 1.5));
  return select(is(P::OLT, magnitude, c(1)), near, signOf(polynomial(t, far), x));
}

/// log(1 + x): what the rounding of u = 1 + x has lost, over u, is added to log u.
Value Expander::log1p(Value x) {
  Value u = add(x, c(1)), result = log(u);
  Value lost = div(sub(x, sub(u, c(1))), u);
  double infinity = std::numeric_limits<double>::infinity();
  Value ordinary = both(is(P::OGT, u, c(0)), is(P::OLT, u, c(infinity)));
  return select(ordinary, signOf(add(result, lost), x), result); // also that of -0
}

/// e^x - 1 with u = e^x rounded: what the rounding did to u it did to log u as well, so that
/// (u - 1) (x / log u) has lost it. Kahan's; Higham, "Accuracy and stability of numerical
/// algorithms", 1.14.1.
Value Expander::expm1(Value x) {
  Value u = exp(x), less = sub(u, c(1)), result = mul(less, div(x, log(u)));
  double infinity = std::numeric_limits<double>::infinity();
  result = select(is(P::OEQ, less, c(-1)), less, result);
  result = select(is(P::OEQ, u, c(infinity)), u, result);
  return select(is(P::OEQ, u, c(1)), x, result);
}

//===--- the table ----------------------------------------------------------------------------===//

/// `Function` of an expander, of one operand or two.
template <Value (Expander::*Function)(Value)>
static Value expandWith(EmitContext &k, Type type, ValueRange operands) {
  return (Expander(k, type).*Function)(operands[0]);
}
template <Value (Expander::*Function)(Value, Value)>
static Value expandWith(EmitContext &k, Type type, ValueRange operands) {
  return (Expander(k, type).*Function)(operands[0], operands[1]);
}

ArrayRef<MathFunction> codegen::mathFunctions() {
  static const MathFunction functions[] = {
      {"math.exp", 2, 3, false, expandWith<&Expander::exp>,
       [](auto x, auto) { return std::exp(x); }},
      {"math.log", 2, 3, false, expandWith<&Expander::log>,
       [](auto x, auto) { return std::log(x); }},
      {"math.tanh", 2, 3, false, expandWith<&Expander::tanh>,
       [](auto x, auto) { return std::tanh(x); }},
      {"math.powf", 1, 0, true, expandWith<&Expander::powOfSingles>,
       [](auto x, auto y) { return std::pow(x, y); }},
      {"math.sin", 1, 0, true, expandWith<&Expander::sinOfSingle>,
       [](auto x, auto) { return std::sin(x); }},
      {"math.cos", 1, 0, true, expandWith<&Expander::cosOfSingle>,
       [](auto x, auto) { return std::cos(x); }},
      {"math.erf", 1, 0, true, expandWith<&Expander::erfOfSingle>,
       [](auto x, auto) { return std::erf(x); }},
      {"math.log1p", 2, 3, false, expandWith<&Expander::log1p>,
       [](auto x, auto) { return std::log1p(x); }},
      {"math.expm1", 4, 6, false, expandWith<&Expander::expm1>,
       [](auto x, auto) { return std::expm1(x); }},
  };
  return functions;
}

Value codegen::expandMath(EmitContext &k, Operation *op, ValueRange operands) {
  if (!isa<math::MathDialect>(op->getDialect()))
    return {};
  const MathFunction *function = llvm::find_if(mathFunctions(), [&](const MathFunction &f) {
    return f.name == op->getName().getStringRef();
  });
  if (function == mathFunctions().end())
    return {};
  Type type = operands[0].getType(), element = getElementTypeOrSelf(type);
  if (!element.isF32() && !(element.isF64() && function->ulpsDouble > 0))
    return {};
  if (element.isF64() || !function->throughDouble)
    return function->expand(k, type, operands);
  Type wide = k.b.getF64Type();
  if (auto vector = dyn_cast<VectorType>(type))
    wide = vector.clone(wide);
  SmallVector<Value> extended;
  for (Value operand : operands)
    extended.push_back(arith::ExtFOp::create(k.b, k.loc, wide, operand));
  return arith::TruncFOp::create(k.b, k.loc, type, function->expand(k, wide, extended));
}
