//===- MathExponential.cpp - exponentials, logarithms, powers ---------------------------------===//
//
// See Expander.h. NaN, infinities, zeros and denormals are right.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/loops/Expander.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::codegen;

Value Expander::anyOf(Value condition) {
  if (!isa<VectorType>(condition.getType()))
    return condition;
  return make<vector::ReductionOp>(vector::CombiningKind::OR, condition);
}

SmallVector<Value> Expander::repeat(SmallVector<Value> start,
                                    function_ref<Value(ValueRange)> condition,
                                    function_ref<SmallVector<Value>(ValueRange)> step) {
  auto loop = scf::WhileOp::create(
      k.b, k.loc, TypeRange(ValueRange(start)), start,
      [&](OpBuilder &, Location, ValueRange values) {
        scf::ConditionOp::create(k.b, k.loc, anyOf(condition(values)), values);
      },
      [&](OpBuilder &, Location, ValueRange values) {
        scf::YieldOp::create(k.b, k.loc, step(values));
      });
  return SmallVector<Value>(loop.getResults());
}

/// Knuth, "The art of computer programming", 4.2.2, theorem B.
Expander::Pair Expander::sumOf(Value x, Value y) {
  Value sum = add(x, y), ofY = sub(sum, x), ofX = sub(sum, ofY);
  return {sum, add(sub(x, ofX), sub(y, ofY))};
}

Expander::Pair Expander::productOf(Value x, Value y) {
  Value product = mul(x, y);
  return {product, exactFma(x, y, neg(product))};
}

/// e^x = 2^n e^r with |r| <= ln(2)/2; 2^n in two factors, so that results below the normal range
/// round once. Results are 0 from -104 (-746 in f64) down, but x is kept only from `low` up: there
/// the first factor's bits are 0, a zero times e^r. A product that underflows instead costs a
/// processor some 150 cycles, and -infinity is what masks of attention are made of. `rest`, if any,
/// is a small part of x that x has no room for; the result is 2^scale times as large (scale -1 …
/// 0).
Value Expander::exp(Value x, Value rest, int64_t scale) {
  double high = wide ? 710.0 : 89.0, low = wide ? -1418.0 : -176.0; // n = -2 bias
  high -= static_cast<double>(scale);
  x = select(is(P::OGT, x, c(high)), c(high), x); // NaN stays
  x = select(is(P::OLT, x, c(low)), c(low), x);
  double magic = wide ? 0x1.8p52 : 0x1.8p23; // adding it rounds to an integer in the low bits
  Value shifted = fma(x, c(1.4426950408889634), c(magic));
  Value n = sub(shifted, c(magic));
  Value r = fma(n, c(-ln2High()), x);
  r = fma(n, c(-ln2Low()), r);
  if (rest)
    r = add(r, rest);
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
  Value exponent = subi(bits(shifted), i(magicBits.bitcastToAPInt().getSExtValue() - scale));
  Value half = shiftRight(exponent, i(1)), otherHalf = subi(exponent, half);
  auto power = [&](Value e) { return number(shiftLeft(addi(e, i(bias())), i(mantissa()))); };
  return mul(mul(p, power(half)), power(otherHalf));
}

Expander::Split Expander::split(Value x) {
  double smallest = wide ? 0x1p-1022 : 0x1p-126, lift = wide ? 0x1p54 : 0x1p25;
  int64_t lifted = wide ? 54 : 25, root = wide ? 0x3fe6a09e667f3bcd : 0x3f3504f3;
  Value tiny = is(P::OLT, x, c(smallest));
  Value normal = select(tiny, mul(x, c(lift)), x);
  Value offset = subi(bits(normal), i(root));
  Value e = shiftRight(offset, i(mantissa()));
  Value fraction = both(offset, i((int64_t(1) << mantissa()) - 1));
  Value m = number(addi(fraction, i(root)));
  e = subi(e, select(tiny, i(lifted), i(0)));
  return {make<arith::SIToFPOp>(type, e), m};
}

/// log x = e ln 2 + log m with m in [sqrt(1/2), sqrt 2), by the series of atanh((m - 1)/(m + 1)).
Value Expander::log(Value x) {
  auto [exponent, m] = split(x);
  Value f = sub(m, c(1)), s = div(f, add(m, c(1))), z = mul(s, s);
  SmallVector<double> series;
  for (int d = 1; d <= (wide ? 10 : 5); ++d)
    series.push_back(2.0 / (2 * d + 1));
  Value tail = mul(mul(s, z), polynomial(z, series)); // log m = 2 s + tail
  // 2 s = f - s f: f is exact, so only the small product rounds.
  Value small = fma(exponent, c(ln2Low()), sub(tail, mul(s, f)));
  Value result = fma(exponent, c(ln2High()), add(f, small));
  result = select(is(P::OLT, x, c(0)), c(kNaN), result);
  result = select(is(P::OEQ, x, c(0)), c(-kInfinity), result);
  // +infinity and NaN are their own logarithms.
  return select(is(P::ULT, x, c(kInfinity)), select(is(P::UNO, x, x), x, result), x);
}

/// log(1 + x): what the rounding of u = 1 + x has lost, over u, is added to log u.
Value Expander::log1p(Value x) {
  Value u = add(x, c(1)), result = log(u);
  Value lost = div(sub(x, sub(u, c(1))), u);
  Value ordinary = both(is(P::OGT, u, c(0)), is(P::OLT, u, c(kInfinity)));
  return select(ordinary, signOf(add(result, lost), x), result); // also that of -0
}

/// e^x - 1 with u = e^x rounded: what the rounding did to u it did to log u as well, so that
/// (u - 1) (x / log u) has lost it. Kahan's; Higham, "Accuracy and stability of numerical
/// algorithms", 1.14.1.
Value Expander::expm1(Value x) {
  Value u = exp(x), less = sub(u, c(1)), result = mul(less, div(x, log(u)));
  result = select(is(P::OEQ, less, c(-1)), less, result);
  result = select(is(P::OEQ, u, c(kInfinity)), u, result);
  return select(is(P::OEQ, u, c(1)), x, result);
}

/// log x of a positive number to twice the digits: s = (m - 1)/(m + 1) and the first terms of its
/// series are pairs, the others matter less than 2^-66.
Expander::Pair Expander::logPair(Value x) {
  auto [exponent, m] = split(x);
  Value f = sub(m, c(1));
  Pair below = sumOf(m, c(1));
  Value s = div(f, below.high);
  Value sLow = div(sub(exactFma(neg(s), below.high, f), mul(s, below.low)), below.high);
  Pair z = productOf(s, s);
  z.low = fma(add(s, s), sLow, z.low);
  SmallVector<double> series;
  for (int d = 2; d <= 14; ++d)
    series.push_back(1.0 / (2 * d + 1));
  Pair q = sumOf(c(0x1.5555555555555p-2), mul(z.high, polynomial(z.high, series)));
  q.low = add(q.low, c(0x1.5555555555555p-56)); // the rest of 1/3
  Pair p = productOf(z.high, q.high);
  p.low = add(p.low, fma(z.high, q.low, mul(z.low, q.high)));
  Pair v = productOf(s, p.high);
  v.low = add(v.low, fma(s, p.low, mul(sLow, p.high)));
  Pair half = sumOf(s, v.high); // log m = 2 (s + v)
  half.low = add(half.low, add(sLow, v.low));
  Pair result = sumOf(mul(exponent, c(ln2High())), add(half.high, half.high));
  Value small = fma(exponent, c(ln2Low()), add(half.low, half.low));
  return sumOf(result.high, add(result.low, small));
}

/// x^y with its sign and special values, from |x|^y.
Value Expander::powWith(Value magnitudePower, Value x, Value y) {
  Value magnitude = abs(x), result = magnitudePower;
  Value whole = is(P::OEQ, trunc(y), y), half = mul(y, c(0.5));
  Value odd = both(whole, is(P::ONE, trunc(half), half));
  Value negative = is(P::OLT, signOf(c(1), x), c(0));
  result = select(both(odd, negative), neg(result), result);
  Value finite = is(P::OLT, magnitude, c(kInfinity));
  Value broken = both(both(is(P::OLT, x, c(0)), finite), is(P::ONE, trunc(y), y));
  result = select(broken, c(kNaN), result);
  Value unit = both(is(P::OEQ, magnitude, c(1)), is(P::OEQ, abs(y), c(kInfinity)));
  Value one = either(is(P::OEQ, y, c(0)), is(P::OEQ, x, c(1)));
  return select(either(one, unit), c(1), result);
}

Value Expander::powOfSingles(Value x, Value y) { return powWith(exp(mul(y, log(abs(x)))), x, y); }

/// e^(y log |x|) with the product as a pair: an error of the exponent is multiplied by up to 745.
Value Expander::pow(Value x, Value y) {
  Value magnitude = abs(x);
  auto [high, low] = logPair(magnitude);
  Value ordinary = both(is(P::OGT, magnitude, c(0)), is(P::OLT, magnitude, c(kInfinity)));
  Value special = select(is(P::OEQ, magnitude, c(0)), c(-kInfinity), magnitude);
  Pair product = productOf(y, select(ordinary, high, special));
  Value matters = both(ordinary, is(P::OLT, abs(product.high), c(800)));
  Value rest = select(matters, fma(y, low, product.low), c(0));
  return powWith(exp(product.high, rest, 0), x, y);
}

/// Of a division that rounds to 0, as C's fmod, exactly: |y| times powers of two are taken off |x|,
/// the largest first. A difference of numbers within a factor of two has no rounding.
Value Expander::remainder(Value x, Value y) {
  Value magnitude = abs(x), divisor = abs(y), finite = is(P::OLT, magnitude, c(kInfinity));
  Value sound = both(both(finite, is(P::OGT, divisor, c(0))), is(P::OLT, divisor, c(kInfinity)));
  Value rest = select(sound, magnitude, c(0)), by = select(sound, divisor, c(1));
  Value most = repeat(
      {by}, [&](ValueRange at) { return is(P::OLE, add(at[0], at[0]), rest); },
      [&](ValueRange at) {
        Value twice = add(at[0], at[0]);
        return SmallVector<Value>{select(is(P::OLE, twice, rest), twice, at[0])};
      })[0];
  rest = repeat(
      {rest, most}, [&](ValueRange at) { return is(P::OGE, at[1], by); },
      [&](ValueRange at) {
        Value fits = both(is(P::OGE, at[1], by), is(P::OGE, at[0], at[1]));
        return SmallVector<Value>{select(fits, sub(at[0], at[1]), at[0]), mul(at[1], c(0.5))};
      })[0];
  Value endless = both(finite, is(P::OEQ, divisor, c(kInfinity))); // x itself
  return select(sound, signOf(rest, x), select(endless, x, c(kNaN)));
}
