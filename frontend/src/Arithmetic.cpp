// Arithmetic composed of other ops. What is not chosen (where) stays finite, so that its gradient,
// times 0, is 0; and what is chosen is smooth there, so that second derivatives are right, too.
// Reading on: include/sinter/ops/arithmetic.h.
#include "sinter/ops/arithmetic.h"

#include "frontend/src/Call.h"
#include "sinter/ops/activation.h"

#include <cfloat>
#include <cmath>

namespace sinter {

using namespace detail;

/// Both operands as floats; poison: reported.
static std::pair<Tensor, Tensor> floats(Call &call, const Operand &a, const Operand &b) {
  auto [x, y] = call.pair(a, b);
  if (call.isPoison(x) || call.isPoison(y) || !call.isFloat(x) || !call.isFloat(y))
    return {call.poison(), call.poison()};
  return {x, y};
}

/// True where `rest` of a division by b is not 0 and has another sign than b.
static Tensor isOnOtherSide(const Tensor &rest, const Tensor &b) {
  return logical_or(logical_and(rest < 0, b > 0), logical_and(rest > 0, b < 0));
}

Tensor remainder(const Operand &a, const Operand &b, Loc loc) {
  Call call("remainder", loc);
  auto [x, y] = call.pair(a, b);
  Tensor rest = fmod(x, y);
  return where(isOnOtherSide(rest, y), rest + y, rest);
}

Tensor floor_divide(const Operand &a, const Operand &b, Loc loc) {
  Call call("floor_divide", loc);
  auto [x, y] = call.pair(a, b);
  if (call.isPoison(x) || call.isPoison(y))
    return call.poison();
  Tensor rest = fmod(x, y), whole = x - rest, below = isOnOtherSide(rest, y);
  bool isReal = rules::isFloat(call.type(x).element);
  auto quotient = [&](const Tensor &n, const Tensor &d) { // n is a multiple of d
    return isReal ? n / d : cast(n, f64) / cast(d, f64);
  };
  Tensor result = round(quotient(whole, y));
  result = where(y == 0, quotient(x, y), where(below, result - 1, result));
  return stop_gradient(isReal ? result : cast(result, x.dtype()));
}

Tensor fmax(const Operand &a, const Operand &b, Loc loc) {
  Call call("fmax", loc);
  auto [x, y] = call.pair(a, b);
  return where(y != y, x, where(x != x, y, max(x, y)));
}
Tensor fmin(const Operand &a, const Operand &b, Loc loc) {
  Call call("fmin", loc);
  auto [x, y] = call.pair(a, b);
  return where(y != y, x, where(x != x, y, min(x, y)));
}

Tensor copysign(const Operand &a, const Operand &b, Loc loc) {
  Call call("copysign", loc);
  auto [x, y] = floats(call, a, b);
  Tensor size = abs(x), sign = stop_gradient(y);
  // Of zeros the reciprocal has the sign; NaN counts as positive.
  Tensor isNegative = where(sign == 0, 1 / sign, sign) < 0;
  return where(isNegative, -size, size);
}

Tensor heaviside(const Operand &a, const Operand &values, Loc loc) {
  Call call("heaviside", loc);
  auto [x, v] = call.pair(a, values);
  return call.isPoison(x) ? x : where(x == 0, v, cast(x > 0, x.dtype()));
}

Tensor hypot(const Operand &a, const Operand &b, Loc loc) {
  Call call("hypot", loc);
  auto [x, y] = floats(call, a, b);
  if (call.isPoison(x))
    return x;
  Tensor p = cast(x, f64), q = cast(y, f64); // squares of f32 fit
  Tensor square = p * p + q * q, isZero = square == 0;
  Tensor length = where(isZero, 0, sqrt(where(isZero, 1, square)));
  // An infinite side wins over NaN.
  length = where(logical_or(abs(p) == HUGE_VAL, abs(q) == HUGE_VAL), HUGE_VAL, length);
  return cast(length, x.dtype());
}

Tensor logaddexp(const Operand &a, const Operand &b, Loc loc) {
  Call call("logaddexp", loc);
  auto [x, y] = floats(call, a, b);
  Tensor sameInfinity = logical_and(x == y, abs(x) == HUGE_VAL);
  Tensor gap = where(sameInfinity, 0, x - y);
  return where(x >= y, x + softplus(-gap), y + softplus(gap));
}

Tensor xlogy(const Operand &a, const Operand &b, Loc loc) {
  Call call("xlogy", loc);
  auto [x, y] = floats(call, a, b);
  Tensor isNothing = logical_and(x == 0, logical_or(y <= 0, y == HUGE_VAL));
  return x * log(where(isNothing, 1, y));
}

Tensor logit(const Operand &a, double eps, Loc loc) {
  Call call("logit", loc);
  if (!(eps >= 0 && eps < 0.5))
    return call.fail("E0020", "expects an eps in [0, 0.5), got " + numberText(eps));
  Tensor x = call.tensor(a);
  if (eps > 0)
    x = clamp(x, eps, 1 - eps);
  return log(x) - log(1 - x); // a quotient's gradient would be NaN at 0 and 1
}

Tensor lerp(const Operand &a, const Operand &b, const Operand &weight, Loc loc) {
  Call call("lerp", loc);
  auto [x, y] = floats(call, a, b);
  if (call.isPoison(x))
    return x;
  Tensor w = call.tensor(weight, call.type(x).element), way = y - x;
  return where(abs(w) < 0.5, x + w * way, y - way * (1 - w));
}

Tensor nan_to_num(const Operand &a, NanToNum options, Loc loc) {
  Call call("nan_to_num", loc);
  Tensor x = call.tensor(a);
  if (call.isPoison(x) || !call.isFloat(x))
    return call.poison();
  double largest = call.type(x).element == rules::ElementType::F64 ? DBL_MAX : FLT_MAX;
  Tensor finite = where(x == HUGE_VAL, options.posinf.value_or(largest),
                        where(x == -HUGE_VAL, options.neginf.value_or(-largest), x));
  return where(x != x, options.nan, finite);
}

} // namespace sinter
