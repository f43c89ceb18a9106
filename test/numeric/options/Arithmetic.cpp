//===- Arithmetic.cpp - arithmetic, order statistics, truth -----------------------------------===//
//
// Reading on: Functions.h.
//
//===------------------------------------------------------------------------------------------===//
#include "test/numeric/options/Functions.h"

#include <cmath>
#include <limits>

using namespace sinter::test;
using Tensors = std::vector<sinter::Tensor>;

/// Whole numbers in place of x's own, which take gradients as x does.
static sinter::Tensor counts(const sinter::Tensor &x, const sinter::Tensor &whole) {
  return x + stop_gradient(whole - x);
}
static sinter::Tensor quarters(const sinter::Tensor &x, const sinter::Tensor &counted) {
  return (cast(counted, x.dtype()) - 7) * 0.25;
}
using Binary = sinter::Tensor (*)(const sinter::Operand &, const sinter::Operand &, sinter::Loc);

static DslFunction ofPair(Binary f) {
  return {[f](const Tensors &x, const Case &) { return f(x[0], x[1], sinter::Loc::current()); }};
}
static DslFunction ofEquals(Binary f) {
  return {[f](const Tensors &x, const Case &) {
    sinter::Tensor other = quarters(x[0], x[1]);
    return f(counts(x[0], other), other, sinter::Loc::current());
  }};
}
static DslFunction ofCounts(Binary f) {
  return {[f](const Tensors &x, const Case &c) {
    return f(x[0] - 7, integerOf(c, "by_number", 1), sinter::Loc::current());
  }};
}
static DslFunction atZero(Binary f) {
  return {[f](const Tensors &x, const Case &) {
    sinter::Tensor whole = cast(x[2], x[0].dtype()) - 1;
    return f(where(whole != 0, whole, x[0] * 0), abs(x[1]), sinter::Loc::current());
  }};
}
static sinter::Tensor withHoles(const Tensors &x) {
  sinter::Tensor hole = where(
      x[1] == 0, std::numeric_limits<double>::quiet_NaN(),
      where(x[1] == 1, INFINITY, where(x[1] == 2, -INFINITY, full(x[0].dtype()(x[0].shape()), 1))));
  return x[0] + hole;
}

static sinter::Quantile quantileOf(const Case &c) {
  sinter::Quantile options{.keepdims = flagOf(c, "keepdims"),
                           .interpolation = static_cast<sinter::Between>(integerOf(c, "mode", 0))};
  if (!flagOf(c, "whole"))
    options.axis = axisOf(c);
  return options;
}

static void addStatistics(OptionFunctions &all) {
  all.insert({
      {"median", SINTER_CALL(median(x[0], axisOf(c), flagOf(c, "keepdims")).values)},
      {"median indices", SINTER_CALL(median(x[0], axisOf(c), flagOf(c, "keepdims")).indices)},
      {"median of all", SINTER_CALL(median(x[0]))},
      {"quantile", SINTER_CALL(quantile(x[0], realOf(c, "q", 0), quantileOf(c)))},
      {"quantile of several", SINTER_CALL(quantile(x[0], std::vector{0.25, 0.8}, quantileOf(c)))},
      {"cummax", SINTER_CALL(cummax(x[0], axisOf(c)).values)},
      {"cummin", SINTER_CALL(cummin(x[0], axisOf(c)).values)},
      {"cummax indices", SINTER_CALL(cummax(x[0], axisOf(c)).indices)},
      {"cummin indices", SINTER_CALL(cummin(x[0], axisOf(c)).indices)},
      {"cummax of equals",
       SINTER_CALL(cummax(counts(x[0], cast(x[1], x[0].dtype())), axisOf(c)).values)},
      {"cummin of equals",
       SINTER_CALL(cummin(counts(x[0], cast(x[1], x[0].dtype())), axisOf(c)).values)},
      {"cummax indices of equals",
       SINTER_CALL(cummax(counts(x[0], cast(x[1], x[0].dtype())), axisOf(c)).indices)},
      {"cummin indices of equals",
       SINTER_CALL(cummin(counts(x[0], cast(x[1], x[0].dtype())), axisOf(c)).indices)},
      {"amax", SINTER_CALL(amax(x[0], axesOf(c), flagOf(c, "keepdims")))},
      {"amin", SINTER_CALL(amin(x[0], axesOf(c), flagOf(c, "keepdims")))},
      {"any", SINTER_CALL(sinter::any(x[0], axesOf(c), flagOf(c, "keepdims")))},
      {"all", SINTER_CALL(sinter::all(x[0] != 0, axesOf(c), flagOf(c, "keepdims")))},
      {"count_nonzero", SINTER_CALL(count_nonzero(x[0], axesOf(c)))},
  });
}

void sinter::test::addArithmetic(OptionFunctions &all) {
  const std::pair<const char *, Binary> pairs[] = {
      {"fmod", sinter::fmod},         {"remainder", sinter::remainder},
      {"maximum", sinter::maximum},   {"minimum", sinter::minimum},
      {"fmax", sinter::fmax},         {"fmin", sinter::fmin},
      {"copysign", sinter::copysign}, {"heaviside", sinter::heaviside},
      {"hypot", sinter::hypot},       {"logaddexp", sinter::logaddexp},
      {"xlogy", sinter::xlogy},       {"floor_divide", sinter::floor_divide}};
  for (auto [name, function] : pairs) {
    all.insert({name, ofPair(function)});
    all.insert({std::string(name) + " of counts", ofCounts(function)});
    all.insert({std::string(name) + " of equals", ofEquals(function)});
    all.insert({std::string(name) + " at zero", atZero(function)});
  }
  all["xlogy"] = SINTER_CALL(xlogy(x[0], abs(x[1])));
  all["heaviside"] = SINTER_CALL(heaviside(x[0], stop_gradient(x[1])));
  all.insert({
      {"scatter of repeats", SINTER_CALL(scatter(x[0], x[2], x[1], axisOf(c)))},
      {"scatter of an order",
       SINTER_CALL(scatter(x[0], argsort(x[1], axisOf(c)), x[1], axisOf(c)))},
      {"index_fill", SINTER_CALL(index_fill(x[0], x[1], 0.75, axisOf(c)))},
      {"masked_scatter", SINTER_CALL(masked_scatter(x[0], x[2] > 0, x[1]))},
      {"frac", SINTER_CALL(frac(x[0]))},
      {"sinc", SINTER_CALL(sinc(x[0]))},
      {"sinc at zero", SINTER_CALL(sinc(x[0] * 0 + cast(x[1], x[0].dtype()) - 1))},
      {"deg2rad", SINTER_CALL(deg2rad(x[0]))},
      {"rad2deg", SINTER_CALL(rad2deg(x[0]))},
      {"logit", SINTER_CALL(logit(sigmoid(x[0]), realOf(c, "eps", 0)))},
      {"lerp", SINTER_CALL(lerp(x[0], x[1], x[2]))},
      {"addcmul", SINTER_CALL(addcmul(x[0], x[1], x[2], realOf(c, "value_of", 1)))},
      {"addcdiv", SINTER_CALL(addcdiv(x[0], x[1], x[2], realOf(c, "value_of", 1)))},
      {"masked_fill", SINTER_CALL(masked_fill(x[0], x[1] > 0, 0.75))},
      {"nan_to_num",
       SINTER_CALL(nan_to_num(withHoles(x), {.nan = 0.5, .posinf = 3.0, .neginf = -2.0}))},
      {"logical_xor", SINTER_CALL(logical_xor(x[0] > 0, x[1] > 0))},
  });
  addStatistics(all);
}
