//===- MathTrigonometric.cpp - trigonometric functions and their inverses ---------------------===//
//
// See Expander.h. NaN, infinities, zeros and denormals are right.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/loops/Expander.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::codegen;

// pi/2 in three parts of 53 bits.
static constexpr double kQuarter[] = {0x1.921fb54442d18p+0, 0x1.1a62633145c07p-54,
                                      -0x1.f1976b7ed8fbcp-110};
static constexpr double kQuartersAUnit = 0x1.45f306dc9c883p-1; // 2/pi

/// Modulo 4, in [-2, 2].
Value Expander::withoutTurns(Value quarters) {
  return sub(quarters, mul(c(4), round(mul(quarters, c(0.25)))));
}

//===--- f32 values in f64 --------------------------------------------------------------------===//

/// The sine, `quarters` quarter turns ahead, of f32 values in f64. x 2/pi mod 4 is exact enough for
/// every single: the parts of 2/pi have 28 bits, so that products with x's 24 are exact, whole
/// turns are taken off each, and the smallest are added first.
Value Expander::sineAhead(Value x, int quarters) {
  static constexpr double parts[] = {0x1.45f306cp-1,  0x1.c9c882ap-29,  0x1.4fe13a8p-59,
                                     0x1.f47d4d0p-86, 0x1.bb81b6cp-113, 0x1.4acc9ep-143,
                                     0x1.0e4107cp-170};
  Value turns;
  for (double part : llvm::reverse(parts)) {
    Value product = withoutTurns(mul(x, c(part)));
    turns = turns ? add(turns, product) : product;
  }
  Value n = round(turns), angle = mul(sub(turns, n), c(kQuarter[0])), z = mul(angle, angle);
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
  return select(either(half, back), neg(y), y);
}
Value Expander::sinOfSingle(Value x) {
  return select(is(P::OEQ, x, c(0)), x, sineAhead(x, 0)); // -0 stays
}
Value Expander::cosOfSingle(Value x) { return sineAhead(x, 1); }
Value Expander::tanOfSingle(Value x) {
  return select(is(P::OEQ, x, c(0)), x, div(sineAhead(x, 0), sineAhead(x, 1)));
}

//===--- f64 ----------------------------------------------------------------------------------===//

/// By the three parts of pi/2 (Cody and Waite), for angles below 2^30: the first difference is
/// exact.
Expander::Angle Expander::reduceModerate(Value x) {
  Value turns = round(mul(x, c(kQuartersAUnit)));
  Value first = exactFma(neg(turns), c(kQuarter[0]), x);
  Pair second = productOf(turns, c(kQuarter[1]));
  Pair rest = sumOf(first, neg(second.high));
  Value small = sub(rest.low, fma(turns, c(kQuarter[2]), second.low));
  return {withoutTurns(turns), sumOf(rest.high, small)};
}

/// Bits of 2/pi behind 64 zeros.
static constexpr uint64_t kTwoOverPi[] = {0,
                                          0xa2f9836e4e441529,
                                          0xfc2757d1f534ddc0,
                                          0xdb6295993c439041,
                                          0xfe5163abdebbc561,
                                          0xb7246e3a424dd2e0,
                                          0x06492eea09d1921c,
                                          0xfe1deb1cb129a73e,
                                          0xe88235f52ebb4484,
                                          0xe99c7026b45f7e41,
                                          0x3991d639835339f4,
                                          0x9c845f8bbdf9283b,
                                          0x1ff897ffde05980f,
                                          0xef2f118b5a0a6d1f,
                                          0x6d367ecf27cb09b7,
                                          0x4f463f669e5fea2d,
                                          0x7527bac7ebe5f17b,
                                          0x3d0739f78a5292ea,
                                          0x6bfb5fb11f8d5d08,
                                          0x56033046fc7b6bab,
                                          0xf0cfbc209af4361d};

/// The four words of 2/pi from bit `from` of the table on.
SmallVector<Value> Expander::getTwoOverPi(Value from) {
  Value word = shiftRight(from, i(6)), shift = both(from, i(63));
  SmallVector<Value> words(5, i(0));
  for (size_t at = 0; at + words.size() <= std::size(kTwoOverPi); ++at) {
    Value here = is(I::eq, word, i(static_cast<int64_t>(at)));
    for (auto [ahead, value] : llvm::enumerate(words))
      value = select(here, i(static_cast<int64_t>(kTwoOverPi[at + ahead])), value);
  }
  SmallVector<Value> window;
  for (size_t n = 0; n + 1 < words.size(); ++n) {
    Value next = unsignedRight(unsignedRight(words[n + 1], i(1)), subi(i(63), shift));
    window.push_back(either(shiftLeft(words[n], shift), next));
  }
  return window;
}

/// Any larger angle: x = M 2^e times those bits of 2/pi that make no whole turns, as integers
/// (Payne and Hanek, "Radian reduction for trigonometric functions", 1983). The product's first two
/// bits are the quarter turns, 140 others are right, and 62 of them may be zeros.
Expander::Angle Expander::reduceHuge(Value x) {
  Value pattern = bits(abs(x));
  Value integer = either(both(pattern, i((int64_t(1) << 52) - 1)), i(int64_t(1) << 52));
  Value e = subi(shiftRight(pattern, i(52)), i(1075));
  SmallVector<Value> window = getTwoOverPi(addi(e, i(64 - 2)));
  SmallVector<Value> low, high;
  for (Value word : window) {
    auto product = arith::MulUIExtendedOp::create(k.b, k.loc, integer, word);
    low.push_back(product.getLow());
    high.push_back(product.getHigh());
  }
  auto carryOf = [&](Value sum, Value part) { return select(is(I::ult, sum, part), i(1), i(0)); };
  Value third = addi(low[2], high[3]), second = addi(low[1], high[2]);
  Value carry = carryOf(second, high[2]), toSecond = carryOf(third, high[3]);
  second = addi(second, toSecond);
  carry = addi(carry, carryOf(second, toSecond));
  Value first = addi(addi(low[0], high[1]), carry);
  Value turns = unsignedRight(addi(first, i(int64_t(1) << 61)), i(62));
  first = subi(first, shiftLeft(turns, i(62)));
  // Halves of words are exact as floats.
  auto part = [&](Value bits, double unit) {
    return mul(make<arith::SIToFPOp>(type, bits), c(unit));
  };
  Value half = i(0xffffffff);
  Pair rest{part(shiftRight(first, i(32)), 0x1p-30), c(0)};
  for (Value next :
       {part(both(first, half), 0x1p-62), part(unsignedRight(second, i(32)), 0x1p-94),
        part(both(second, half), 0x1p-126), part(unsignedRight(third, i(1)), 0x1p-189)}) {
    Pair sum = sumOf(rest.high, next);
    rest = {sum.high, add(rest.low, sum.low)};
  }
  rest = sumOf(rest.high, rest.low);
  Pair angle = productOf(rest.high, c(kQuarter[0]));
  Value small = fma(rest.high, c(kQuarter[1]), mul(rest.low, c(kQuarter[0])));
  angle = sumOf(angle.high, add(angle.low, small));
  Value sign = signOf(c(1), x);
  return {mul(sign, withoutTurns(make<arith::SIToFPOp>(type, turns))),
          {mul(sign, angle.high), mul(sign, angle.low)}};
}

Expander::Angle Expander::reduce(Value x) {
  Value magnitude = abs(x);
  Value huge = both(is(P::OGE, magnitude, c(0x1p30)), is(P::OLT, magnitude, c(kInfinity)));
  Angle moderate = reduceModerate(x);
  auto choice = scf::IfOp::create(k.b, k.loc, TypeRange{type, type, type}, anyOf(huge),
                                  /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(k.b);
  k.b.setInsertionPointToStart(choice.thenBlock());
  Angle other = reduceHuge(select(huge, x, c(0x1p30)));
  scf::YieldOp::create(k.b, k.loc,
                       ValueRange{select(huge, other.turns, moderate.turns),
                                  select(huge, other.rest.high, moderate.rest.high),
                                  select(huge, other.rest.low, moderate.rest.low)});
  k.b.setInsertionPointToStart(choice.elseBlock());
  scf::YieldOp::create(k.b, k.loc,
                       ValueRange{moderate.turns, moderate.rest.high, moderate.rest.low});
  return {choice.getResult(0), {choice.getResult(1), choice.getResult(2)}};
}

/// Of an angle within pi/4, by their series; that of its low part is linear.
Expander::SineAndCosine Expander::sineAndCosine(Pair angle) {
  SmallVector<double> sineSeries, cosineSeries; // behind x and 1 - x^2/2
  double term = 1.0 / 6;
  for (int d = 3; d <= 20; ++d) {
    (d % 2 ? sineSeries : cosineSeries).push_back(d % 4 < 2 ? term : -term);
    term /= d + 1;
  }
  Value x = angle.high, z = mul(x, x), halfSquare = mul(z, c(0.5)), most = sub(c(1), halfSquare);
  Value sine = add(x, fma(mul(x, z), polynomial(z, sineSeries), mul(angle.low, most)));
  Value lost = sub(sub(c(1), most), halfSquare);
  Value small = sub(mul(mul(z, z), polynomial(z, cosineSeries)), mul(x, angle.low));
  return {sine, add(most, add(lost, small))};
}

/// The sine `quarters` quarter turns ahead.
Value Expander::sineOf(const Angle &angle, int quarters) {
  auto [sine, cosine] = sineAndCosine(angle.rest);
  Value n = withoutTurns(add(angle.turns, c(quarters))); // -2 … 2
  Value y = select(is(P::OEQ, abs(n), c(1)), cosine, sine);
  Value turned = either(is(P::OEQ, abs(n), c(2)), is(P::OEQ, n, c(-1)));
  return select(turned, neg(y), y);
}

Value Expander::sin(Value x) { return select(is(P::OEQ, x, c(0)), x, sineOf(reduce(x), 0)); }
Value Expander::cos(Value x) { return sineOf(reduce(x), 1); }

Value Expander::tan(Value x) {
  Angle angle = reduce(x);
  auto [sine, cosine] = sineAndCosine(angle.rest);
  Value odd = is(P::OEQ, abs(angle.turns), c(1));
  Value ratio = div(select(odd, neg(cosine), sine), select(odd, sine, cosine));
  return select(is(P::OEQ, x, c(0)), x, ratio);
}

//===--- inverses -----------------------------------------------------------------------------===//

/// atan x = pi/2 - atan(1/x) = pi/4 + atan((x - 1)/(x + 1)); the series is left with |x| up to
/// tan(pi/8).
Value Expander::atanOfPositive(Value x) {
  SmallVector<double> series; // behind x
  for (int d = 1; d <= 23; ++d)
    series.push_back((d % 2 ? -1.0 : 1.0) / (2 * d + 1));
  Value large = is(P::OGT, x, c(1)), within = select(large, div(c(1), x), x);
  Value upper = is(P::OGT, within, c(0.41421356237309503));
  Value u = select(upper, div(sub(within, c(1)), add(within, c(1))), within), z = mul(u, u);
  Value value = fma(mul(u, z), polynomial(z, series), u);
  Value eighth = add(c(kQuarter[0] / 2), add(value, c(kQuarter[1] / 2)));
  value = select(upper, eighth, value);
  return select(large, sub(c(kQuarter[0]), sub(value, c(kQuarter[1]))), value);
}

Value Expander::atan(Value x) { return signOf(atanOfPositive(abs(x)), x); }

/// atan(|x|/sqrt(1 - x^2)).
Value Expander::asin(Value x) {
  Value magnitude = abs(x), rest = mul(sub(c(1), magnitude), add(c(1), magnitude));
  return signOf(atanOfPositive(div(magnitude, sqrt(rest))), x);
}

/// 2 atan(sqrt((1 - x)/(1 + x))).
Value Expander::acos(Value x) {
  Value half = atanOfPositive(sqrt(div(sub(c(1), x), add(c(1), x))));
  return add(half, half);
}

Value Expander::atan2(Value y, Value x) {
  Value up = abs(y), along = abs(x), ratio = div(up, along);
  // 0/0 and infinity/infinity: IEEE's corners.
  ratio = select(is(P::OEQ, up, along), select(is(P::OEQ, up, c(0)), c(0), c(1)), ratio);
  Value angle = atanOfPositive(ratio);
  Value behind = sub(c(2 * kQuarter[0]), sub(angle, c(2 * kQuarter[1])));
  Value negative = is(P::OLT, signOf(c(1), x), c(0));
  return signOf(select(negative, behind, angle), y);
}
