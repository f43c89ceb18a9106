//===- Activation.cpp - numeric rows of composed activations ----------------------------------===//
//
// Reading on: Dsl.h; frontend/include/sinter/ops/activation.h.
//
//===------------------------------------------------------------------------------------------===//
#include "test/numeric/Dsl.h"

#include <sinter/ops/activation.h>

#include <numbers>

using namespace sinter::test;
using E = ElementType;

/// By the definition: x P(N(0, 1) < x), where the share is erfc's.
static double geluByErfc(double x) { return x * std::erfc(-x / std::numbers::sqrt2) / 2; }
/// Tanh as a quotient of exponentials.
static double geluByTanh(double x) {
  double z = std::exp(2 * std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * std::pow(x, 3)));
  return x * (1 - 1 / (z + 1));
}

namespace {
/// A function of the DSL of one number, and by its definition.
struct Function {
  const char *name;
  sinter::Tensor (*call)(const sinter::Tensor &);
  double (*reference)(double);
};
} // namespace

static double between(double x, double low, double high) {
  return x < low ? low : x > high ? high : x;
}
/// log(1 + exp(x)), which keeps NaN.
static double softened(double x) { return x > 700 ? x : std::log1p(std::exp(x)); }
static double logistic(double x) { return 1 / (1 + std::exp(-x)); }

static const Function kFunctions[] = {
    {"exp2", [](const auto &x) { return exp2(x); }, [](double x) { return std::exp2(x); }},
    {"log2", [](const auto &x) { return log2(softplus(x) + 0.5); },
     [](double x) { return std::log2(softened(x) + 0.5); }},
    {"log10", [](const auto &x) { return log10(softplus(x) + 0.5); },
     [](double x) { return std::log10(softened(x) + 0.5); }},
    {"clamp", [](const auto &x) { return clamp(x, -1.5, 2); },
     [](double x) { return between(x, -1.5, 2); }},
    {"clamp of empty bounds", [](const auto &x) { return clamp(x, 2, -1); },
     [](double x) { return std::isnan(x) ? x : -1; }},
    {"clamp_min", [](const auto &x) { return clamp_min(x, 1.25); },
     [](double x) { return between(x, 1.25, INFINITY); }},
    {"clamp_max", [](const auto &x) { return clamp_max(x, 1.25); },
     [](double x) { return between(x, -INFINITY, 1.25); }},
    {"hardtanh", [](const auto &x) { return hardtanh(x, {.min_val = -0.75}); },
     [](double x) { return between(x, -0.75, 1); }},
    {"relu6", [](const auto &x) { return relu6(x); }, [](double x) { return between(x, 0, 6); }},
    {"leaky_relu", [](const auto &x) { return leaky_relu(x, {.negative_slope = 0.125}); },
     [](double x) { return x < 0 ? x / 8 : x; }},
    {"elu", [](const auto &x) { return elu(x, {.alpha = 0.75}); },
     [](double x) { return x < 0 ? 0.75 * (std::exp(x) - 1) : x; }},
    {"celu", [](const auto &x) { return celu(x, {.alpha = 2}); },
     [](double x) { return x < 0 ? 2 * (std::exp(x / 2) - 1) : x; }},
    {"selu", [](const auto &x) { return selu(x); },
     [](double x) {
       return 1.0507009873554805 * (x < 0 ? 1.6732632423543772 * (std::exp(x) - 1) : x);
     }},
    {"silu", [](const auto &x) { return silu(x); },
     [](double x) { return x / (1 + std::exp(-x)); }},
    {"mish", [](const auto &x) { return mish(x); },
     [](double x) {
       // tanh(log(z)) = (z^2 - 1) / (z^2 + 1), and 1 where that is inf / inf.
       double z = 1 + std::exp(x), square = z * z;
       return std::isinf(square) ? x : x * ((square - 1) / (square + 1));
     }},
    {"hard_sigmoid", [](const auto &x) { return hard_sigmoid(x); },
     [](double x) { return between(x + 3, 0, 6) / 6; }},
    {"hard_swish", [](const auto &x) { return hard_swish(x); },
     [](double x) { return x * (between(x + 3, 0, 6) / 6); }},
    {"softsign", [](const auto &x) { return softsign(x); },
     [](double x) { return x / (std::fabs(x) + 1); }},
    {"log_sigmoid", [](const auto &x) { return log_sigmoid(x); },
     [](double x) { return x < -30 ? x : std::log(logistic(x)); }},
    {"tanhshrink", [](const auto &x) { return tanhshrink(x); },
     [](double x) { return x - std::tanh(x); }},
    {"softshrink", [](const auto &x) { return softshrink(x); },
     [](double x) {
       return x > 0.5 ? x - 0.5 : x < -0.5 ? x + 0.5 : std::isnan(x) ? x : 0;
     }},
    {"hardshrink", [](const auto &x) { return hardshrink(x, {.lambda = 0.75}); },
     [](double x) { return x > 0.75 || x < -0.75 || std::isnan(x) ? x : 0; }},
    {"threshold", [](const auto &x) { return threshold(x, 0.5, 7); },
     [](double x) { return x > 0.5 || std::isnan(x) ? x : 7; }},
    {"square", [](const auto &x) { return square(x); }, [](double x) { return std::pow(x, 2); }},
    {"reciprocal", [](const auto &x) { return reciprocal(x); }, [](double x) { return 1 / x; }},
};

static std::function<Tensor(const std::vector<Tensor> &, const Case &)>
elementByElement(double (*reference)(double), double scale) {
  return [=](const auto &x, const Case &) {
    Tensor y = x[0];
    for (double &value : y.reals)
      value = reference(value * scale);
    return y;
  };
}

/// Values behind all bends, with gradients; and special ones.
static void functionRows(std::vector<Row> &rows) {
  for (const Function &function : kFunctions) {
    Row row{.name = function.name};
    row.build = fromDsl({[&](const auto &x, const Case &) { return function.call(x[0] * 4); }});
    row.reference = elementByElement(function.reference, 4);
    for (E element : {E::F32, E::F64})
      for (const Dims &dims : hardShapes())
        row.cases.push_back({{{element, dims}}});
    rows.push_back(row);
    // What f32 overflows to f64 does not: such values are compared by their compiled results alone.
    Row special{.name = function.name, .domains = {Domain::Special}, .differentiable = false};
    special.build = fromDsl({[&](const auto &x, const Case &) { return function.call(x[0]); }});
    special.reference = elementByElement(function.reference, 1);
    for (E element : {E::F32, E::F64})
      for (int64_t size : {7, 33})
        special.cases.push_back({{{element, {size}}}});
    rows.push_back(special);
  }
}

static void testRows(std::vector<Row> &rows) {
  struct Question {
    const char *name;
    sinter::Tensor (*call)(const sinter::Tensor &);
    bool (*reference)(double);
  };
  static const Question questions[] = {
      {"isnan", [](const auto &x) { return isnan(x); }, [](double x) { return std::isnan(x); }},
      {"isinf", [](const auto &x) { return isinf(x); }, [](double x) { return std::isinf(x); }},
      {"isfinite", [](const auto &x) { return isfinite(x); },
       [](double x) { return std::isfinite(x); }}};
  for (const Question &question : questions) {
    Row row{.name = question.name, .domains = {Domain::Special}, .differentiable = false};
    row.build = fromDsl({[&](const auto &x, const Case &) { return question.call(x[0]); }});
    row.reference = [&](const auto &x, const Case &) {
      Tensor y({E::Bool, x[0].dims()});
      for (int64_t i = 0; i < y.size(); ++i)
        y.integers[i] = question.reference(x[0].reals[i]);
      return y;
    };
    for (E element : {E::F32, E::F64})
      for (int64_t size : {7, 33})
        row.cases.push_back({{{element, {size}}}});
    rows.push_back(row);
  }
}

/// Slopes of negative numbers: one, or one a channel.
static Row preluRow() {
  Row row{.name = "prelu"};
  row.build =
      fromDsl({.call =
                   [](const auto &x, const Case &c) {
                     return prelu("act", x[0], {.num_parameters = integerOf(c, "count", 1)});
                   },
               .symbols = {"", "act.weight"}});
  row.reference = [](const auto &x, const Case &) {
    Tensor y = x[0];
    sinter::interpret::forEachIndex(y.dims(), [&](const Dims &at, int64_t i) {
      double slope = x[1].reals[x[1].size() == 1 ? 0 : at[1]];
      y.reals[i] *= y.reals[i] < 0 ? slope : 1;
    });
    return y;
  };
  for (E element : {E::F32, E::F64}) {
    for (const Dims &dims : {Dims{7}, {3, 5}, {2, 3, 4, 5}})
      row.cases.push_back({{{element, dims}, {element, {1}}}});
    for (const Dims &dims : {Dims{3, 5}, {2, 3, 4, 5}, {2, 17, 3}})
      row.cases.push_back({{{element, dims}, {element, {dims[1]}}}, {{"count", dims[1]}}});
  }
  return row;
}

static Row gluRow() {
  Row row{.name = "glu"};
  row.build =
      fromDsl({[](const auto &x, const Case &c) { return glu(x[0], integerOf(c, "axis", 0)); }});
  row.reference = [](const auto &x, const Case &c) {
    int64_t axis = integerOf(c, "axis", 0);
    Dims dims = x[0].dims();
    dims[axis] /= 2;
    Tensor y({x[0].type.element, dims});
    sinter::interpret::forEachIndex(dims, [&](const Dims &at, int64_t i) {
      Dims gate = at;
      gate[axis] += dims[axis];
      y.reals[i] = x[0].reals[sinter::interpret::positionOf(x[0].dims(), at)] *
                   logistic(x[0].reals[sinter::interpret::positionOf(x[0].dims(), gate)]);
    });
    return y;
  };
  for (E element : {E::F32, E::F64})
    for (auto [dims, axis] :
         {std::pair<Dims, int64_t>{{8}, 0}, {{3, 34}, 1}, {{4, 3, 5}, 0}, {{0, 2}, 1}})
      row.cases.push_back({{{element, dims}}, {{"axis", axis}}});
  return row;
}

void sinter::test::activationRows(std::vector<Row> &rows) {
  for (bool approximate : {false, true}) {
    Row row{.name = approximate ? "gelu approximate" : "gelu"};
    row.build = fromDsl(
        {[=](const auto &x, const Case &) { return gelu(x[0], {.approximate = approximate}); }});
    row.reference = [=](const auto &x, const Case &) {
      Tensor y = x[0];
      for (double &value : y.reals)
        value = approximate ? geluByTanh(value) : geluByErfc(value);
      return y;
    };
    for (E element : {E::F32, E::F64})
      for (const Dims &dims : hardShapes())
        row.cases.push_back({{{element, dims}}});
    rows.push_back(row);
  }
  functionRows(rows);
  testRows(rows);
  rows.push_back(preluRow());
  rows.push_back(gluRow());
}
