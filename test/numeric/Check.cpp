//===- Check.cpp - the checks of a numeric row ------------------------------------------------===//
//
// All cases of a row become entries of one module, so that a row is compiled once: value_<i>
// computes the result, gradient_<i> the cotangents of all float operands. Reading on: Check.h.
//
//===------------------------------------------------------------------------------------------===//
#include "test/numeric/Check.h"

#include "test/numeric/Compile.h"

#include "mlir/IR/Verifier.h"

#include <cfloat>
#include <cmath>
#include <cstdio>

using namespace sinter;
using namespace sinter::test;
using interpret::Arguments;
using interpret::Evaluation;
using interpret::Values;

std::string test::labelOf(const Row &row, const Case &c) {
  std::string label = row.name + " ";
  for (const Type &type : c.operands)
    label += rules::toString(type) + " ";
  if (c.result.element != ElementType::Invalid)
    label += "-> " + rules::toString(c.result) + " ";
  for (const Attr &attr : c.attrs) {
    label += attr.name + "=";
    if (auto *value = std::get_if<int64_t>(&attr.value))
      label += std::to_string(*value);
    else if (auto *value = std::get_if<bool>(&attr.value))
      label += *value ? "true" : "false";
    else if (auto *value = std::get_if<double>(&attr.value))
      label += std::to_string(*value);
    else if (auto *value = std::get_if<std::string>(&attr.value))
      label += *value;
    else if (auto *value = std::get_if<Dims>(&attr.value))
      label += rules::toString(*value);
    label += " ";
  }
  if (c.offset != 0)
    label += "+" + std::to_string(std::lround(c.offset)) + " ";
  return label;
}

std::vector<Dims> test::hardShapes() {
  return {{},   {1}, {7}, {13, 5}, {15},      {16},      {17},  {31},
          {33}, {8}, {9}, {0},     {3, 0, 2}, {2, 3, 5}, {1, 1}};
}

std::vector<std::pair<Dims, Dims>> test::broadcastPairs() {
  return {{{}, {}},
          {{7}, {7}},
          {{17}, {1}},
          {{1}, {17}},
          {{17}, {}},
          {{}, {15}},
          {{3, 5}, {5}},
          {{5}, {3, 5}},
          {{3, 5}, {3, 1}},
          {{3, 1}, {3, 5}},
          {{3, 5}, {1, 1}},
          {{3, 1}, {1, 5}},
          {{1, 5}, {3, 1}},
          {{3, 5}, {3, 5}},
          {{3, 33}, {}},
          {{2, 1, 17}, {3, 1}},
          {{2, 3, 5}, {3, 5}},
          {{2, 3, 5}, {2, 1, 5}},
          {{0}, {1}},
          {{0, 3}, {3}},
          {{1}, {0}},
          {{3, 1}, {1, 0}}};
}

static std::string operandName(size_t i) { return std::string(1, static_cast<char>('a' + i)); }

static Domain domainOf(const Row &row, size_t operand) {
  if (row.domains.empty())
    return Domain::Any;
  return row.domains[std::min(operand, row.domains.size() - 1)];
}

Values test::inputsOf(const Row &row, const Case &c) {
  Random random(seedOf(labelOf(row, c)));
  Values inputs;
  for (size_t i = 0; i < c.operands.size(); ++i)
    inputs[operandName(i)] =
        sample(c.operands[i], domainOf(row, i), random, static_cast<int>(i), c.indices);
  if (c.offset != 0)
    for (double &value : inputs[operandName(0)].reals)
      value = static_cast<float>(value + c.offset);
  return inputs;
}

static mlir::Value build(EntryBuilder &b, const Row &row, const Case &c,
                         llvm::ArrayRef<mlir::Value> operands) {
  return row.build ? row.build(b, operands, c) : b.op(row.name, operands, c.attrs, c.result);
}

namespace {
/// The operands of a case as inputs of an entry.
struct Operands {
  std::vector<mlir::Value> all, xs; ///< xs: those of floating-point numbers
  std::vector<std::string> names;   ///< of xs

  Operands(EntryBuilder &b, const Case &c) {
    for (size_t i = 0; i < c.operands.size(); ++i) {
      all.push_back(b.input(operandName(i), c.operands[i]));
      if (!rules::isFloat(c.operands[i].element))
        continue;
      xs.push_back(all.back());
      names.push_back(operandName(i));
    }
  }
  /// An input t<name> for each of xs.
  std::vector<mlir::Value> tangents(EntryBuilder &b) const {
    std::vector<mlir::Value> inputs;
    for (auto [x, name] : llvm::zip_equal(xs, names))
      inputs.push_back(b.input("t" + name, typeOf(x)));
    return inputs;
  }
  /// An output d<name> for each of xs.
  void output(EntryBuilder &b, llvm::ArrayRef<mlir::Value> dx) const {
    for (auto [value, name] : llvm::zip_equal(dx, names))
      b.output("d" + name, value);
  }
};
} // namespace

// value_<i>, and gradient_<i> where there is one. Gives the result's type.
static Type addEntries(mlir::ModuleOp module, const Row &row, const Case &c, size_t number) {
  Type result;
  for (bool gradient : {false, true}) {
    if (gradient && !row.differentiable)
      break;
    std::string name = (gradient ? "gradient_" : "value_") + std::to_string(number);
    EntryBuilder b(module, name, name, kernel::EntryKind::Predict, 0);
    Operands operands(b, c);
    mlir::Value y = build(b, row, c, operands.all);
    result = typeOf(y);
    if (gradient)
      operands.output(b, b.gradient({y}, {b.input("dy", result)}, operands.xs));
    else
      b.output("y", y);
    b.finish();
  }
  return result;
}

/// Jacobians of more elements, and of results of more, are too much for the oracle.
static constexpr int64_t kMostRows = 24, kMostElements = 2000;

static int64_t elementsOf(const Type &type) { return interpret::countOf(type.dims); }

/// forward_<i>: how the result moves when each operand x moves along tx; jacobian_<i>, of small
/// results: all rows by each operand of the result's element type.
static void addForwardEntries(mlir::ModuleOp module, const Row &row, const Case &c,
                              const Type &result, size_t number) {
  for (bool jacobian : {false, true}) {
    if (jacobian && (elementsOf(result) > kMostRows || elementsOf(result) == 0))
      break;
    std::string name = (jacobian ? "jacobian_" : "forward_") + std::to_string(number);
    EntryBuilder b(module, name, name, kernel::EntryKind::Predict, 0);
    Operands operands(b, c);
    mlir::Value y = build(b, row, c, operands.all);
    if (!jacobian) {
      b.output("ty", b.jvp(y, operands.xs, operands.tangents(b)));
    } else {
      for (auto [x, name] : llvm::zip_equal(operands.xs, operands.names)) {
        Type all = result, by = typeOf(x);
        all.dims.insert(all.dims.end(), by.dims.begin(), by.dims.end());
        if (by.element == result.element && elementsOf(all) <= kMostElements)
          b.output("d" + name, b.op("jacobian", {y, x}, {{"columns", false}}, all));
      }
    }
    b.finish();
  }
}

/// second_<i>: the derivatives of Σ gradient · tangent, so a product with the matrix of second
/// derivatives.
static void addSecondEntry(mlir::ModuleOp module, const Row &row, const Case &c, const Type &result,
                           size_t number) {
  std::string name = "second_" + std::to_string(number);
  EntryBuilder b(module, name, name, kernel::EntryKind::Predict, 0);
  Operands operands(b, c);
  mlir::Value y = build(b, row, c, operands.all);
  std::vector<mlir::Value> dx = b.gradient({y}, {b.input("dy", result)}, operands.xs);
  operands.output(b, b.gradient(dx, operands.tangents(b), operands.xs));
  b.finish();
}

static double dot(const Tensor &a, const Tensor &b) {
  double sum = 0;
  for (int64_t i = 0; i < a.size(); ++i)
    sum += a.reals[i] * b.reals[i];
  return sum;
}

static constexpr double kStep = 1e-5; ///< of central differences

/// The largest error of `slopes`, the derivatives of `scalar` of what `entry` computes, against
/// central differences along random directions.
static double slopeError(mlir::ModuleOp module, llvm::StringRef entry, const Arguments &arguments,
                         const Values &slopes, llvm::function_ref<double(Evaluation &)> scalar) {
  double worst = 0;
  Random random(12345);
  for (int direction = 0; direction < 2; ++direction) {
    const double h = kStep;
    Arguments up = arguments, down = arguments;
    double predicted = 0, scale = 1;
    for (const auto &[name, slope] : slopes) {
      std::string operand = name.substr(1);
      for (int64_t i = 0; i < slope.size(); ++i) {
        double v = 2 * random.uniform() - 1;
        up.inputs[operand].reals[i] += h * v;
        down.inputs[operand].reals[i] -= h * v;
        predicted += slope.reals[i] * v;
        scale += std::fabs(slope.reals[i] * v);
      }
    }
    llvm::FailureOr<Evaluation> above = interpret::evaluate(module, entry, up);
    llvm::FailureOr<Evaluation> below = interpret::evaluate(module, entry, down);
    if (failed(above) || failed(below))
      return INFINITY;
    double measured = (scalar(*above) - scalar(*below)) / (2 * h);
    double error = std::fabs(measured - predicted) / scale;
    worst = error <= worst ? worst : error; // keeps NaN
  }
  return worst;
}

double test::differenceError(mlir::ModuleOp module, llvm::StringRef value,
                             const Arguments &arguments, const Tensor &cotangent,
                             const Values &gradients) {
  return slopeError(module, value, arguments, gradients,
                    [&](Evaluation &at) { return dot(at.outputs["y"], cotangent); });
}

/// What differences may be off by: f64 loses u times the square of an offset where a variance is
/// the difference of two squares' means, and differences divide that by their step.
static double differenceTolerance(const Case &c) {
  return 1e-7 + c.offset * c.offset * 0x1p-52 / kStep;
}

static bool usesSingle(const Case &c, const Type &result) {
  bool single = result.element == ElementType::F32;
  for (const Type &type : c.operands)
    single |= type.element == ElementType::F32;
  return single;
}

namespace {
struct Made {
  size_t number;
  const Case *c;
  Type result;
  Arguments arguments;
  Tensor cotangent;
  bool compilesSecond = false; ///< second derivatives are compiled, too
};
} // namespace

static void checkCompiled(Program &program, mlir::ModuleOp module, const Row &row, const Made &made,
                          const std::string &entry, const Options &options, double &worst,
                          Outcome &outcome) {
  llvm::FailureOr<Evaluation> want = interpret::evaluate(module, entry, made.arguments);
  llvm::FailureOr<Evaluation> got = program.run(entry, made.arguments, options.threads);
  std::string label = labelOf(row, *made.c) + entry;
  if (failed(want) || failed(got)) {
    outcome.failures.push_back(label + ": does not run");
    return;
  }
  double terms =
      llvm::StringRef(entry).starts_with("value") ? made.c->terms : made.c->gradientTerms;
  double tolerance = terms > 0 ? sumBound(terms) : row.tolerance;
  if (!usesSingle(*made.c, made.result))
    tolerance = std::min(tolerance, 1e-12);
  for (auto &[name, expected] : want->outputs) {
    // What is too large for f32 is infinite there.
    if (expected.type.element == ElementType::F32)
      for (double &value : expected.reals)
        value = std::fabs(value) > FLT_MAX ? std::copysign(INFINITY, value) : value;
    double error = errorOf(got->outputs[name], expected);
    worst = std::max(worst, error);
    if (!(error <= tolerance))
      outcome.failures.push_back(label + " " + name + ": error " + std::to_string(error));
  }
}

/// The oracle's value of a composite against the row's own: both in f64, where f32 constants of the
/// graph are off by their own rounding.
static void checkReference(mlir::ModuleOp module, const Row &row, const Made &made,
                           Outcome &outcome) {
  if (!row.reference)
    return;
  std::vector<Tensor> operands;
  for (size_t i = 0; i < made.c->operands.size(); ++i)
    operands.push_back(made.arguments.inputs.at(operandName(i)));
  std::string entry = "value_" + std::to_string(made.number);
  llvm::FailureOr<Evaluation> got = interpret::evaluate(module, entry, made.arguments);
  double error =
      failed(got) ? INFINITY : errorOf(got->outputs["y"], row.reference(operands, *made.c));
  if (!(error <= (usesSingle(*made.c, made.result) ? sumBound(1) : 1e-12)))
    outcome.failures.push_back(labelOf(row, *made.c) + "the graph against the reference: error " +
                               std::to_string(error));
}

/// Reverse and forward mode agree, cotangent · (J t) = (cotangent · J) · t, and so do the rows of
/// the Jacobian, made all at once by the ops' batching rules.
static void checkForward(mlir::ModuleOp module, const Row &row, const Made &made,
                         const Values &gradients, Outcome &outcome) {
  // The same sums of f64 in other orders; normalising around an offset costs three of the digits.
  constexpr double kTolerance = 1e-12;
  std::string number = std::to_string(made.number), label = labelOf(row, *made.c);
  llvm::FailureOr<Evaluation> forward =
      interpret::evaluate(module, "forward_" + number, made.arguments);
  double left = failed(forward) ? INFINITY : dot(made.cotangent, forward->outputs["ty"]);
  double right = 0, scale = 1;
  for (const auto &[name, gradient] : gradients) {
    const Tensor &tangent = made.arguments.inputs.at("t" + name.substr(1));
    right += dot(gradient, tangent);
    for (int64_t i = 0; i < gradient.size(); ++i)
      scale += std::fabs(gradient.reals[i] * tangent.reals[i]);
  }
  double error = std::fabs(left - right) / scale;
  outcome.forwardError = std::max(outcome.forwardError, error);
  if (!(error <= kTolerance))
    outcome.failures.push_back(label + "forward against reverse mode: error " +
                               std::to_string(error));
  if (elementsOf(made.result) > kMostRows || elementsOf(made.result) == 0)
    return;
  llvm::FailureOr<Evaluation> jacobian =
      interpret::evaluate(module, "jacobian_" + number, made.arguments);
  if (failed(jacobian))
    outcome.failures.push_back(label + "its jacobian does not run");
  for (const auto &[name, rows] : failed(jacobian) ? Values() : jacobian->outputs) {
    const Tensor &gradient = gradients.at(name);
    Tensor sum(gradient.type);
    for (int64_t r = 0; r < made.cotangent.size(); ++r)
      for (int64_t i = 0; i < gradient.size(); ++i)
        sum.reals[i] += made.cotangent.reals[r] * rows.reals[r * gradient.size() + i];
    error = errorOf(sum, gradient);
    ++outcome.jacobians;
    outcome.jacobianError = std::max(outcome.jacobianError, error);
    if (!(error <= kTolerance))
      outcome.failures.push_back(label + "jacobian by " + name.substr(1) +
                                 " against gradient: error " + std::to_string(error));
  }
}

/// Second derivatives against differences of first ones, which are checked themselves.
static void checkSecond(mlir::ModuleOp module, const Row &row, const Made &made, Outcome &outcome) {
  std::string number = std::to_string(made.number), label = labelOf(row, *made.c);
  llvm::FailureOr<Evaluation> second =
      interpret::evaluate(module, "second_" + number, made.arguments);
  double error = INFINITY;
  if (succeeded(second))
    error = slopeError(module, "gradient_" + number, made.arguments, second->outputs,
                       [&](Evaluation &at) {
                         double sum = 0;
                         for (const auto &[name, gradient] : at.outputs)
                           sum += dot(gradient, made.arguments.inputs.at("t" + name.substr(1)));
                         return sum;
                       });
  ++outcome.seconds;
  outcome.secondError = std::max(outcome.secondError, error);
  if (!(error <= differenceTolerance(*made.c)))
    outcome.failures.push_back(label + "second derivatives against differences: error " +
                               std::to_string(error));
}

Outcome test::check(const Row &row, const Options &options) {
  Outcome outcome;
  mlir::OwningOpRef<mlir::ModuleOp> module = makeModule("row");
  std::vector<Made> all;
  bool compilesSecond = true; ///< until one is
  // Which cases a sample takes depends on the row, so that all kinds of shapes are met.
  for (size_t i = seedOf(row.name) % options.sampleEvery; i < row.cases.size();
       i += options.sampleEvery) {
    Made made{i, &row.cases[i], addEntries(*module, row, row.cases[i], i), {}, {}};
    made.arguments.inputs = inputsOf(row, row.cases[i]);
    if (row.differentiable) {
      Random random(i);
      made.cotangent = sample(made.result, Domain::Any, random);
      made.arguments.inputs["dy"] = made.cotangent;
      for (size_t k = 0; k < made.c->operands.size(); ++k)
        if (rules::isFloat(made.c->operands[k].element))
          made.arguments.inputs["t" + operandName(k)] =
              sample(made.c->operands[k], Domain::Any, random);
    }
    // Of second derivatives the first case of f64 is compiled: as many again as values and
    // gradients would be too much, and what f32 loses in two derivatives no bound is known for.
    made.compilesSecond = compilesSecond && row.differentiable && !made.c->operands.empty() &&
                          !usesSingle(*made.c, made.result);
    compilesSecond &= !made.compilesSecond;
    if (made.compilesSecond)
      addSecondEntry(*module, row, *made.c, made.result, i);
    all.push_back(made);
  }
  if (failed(mlir::verify(*module))) {
    outcome.failures.push_back(row.name + ": the module is invalid");
    return outcome;
  }
  std::unique_ptr<Program> program;
  if (options.compiles && !(program = compile(*module, options.level, options.machine)))
    outcome.failures.push_back(row.name + ": does not compile");
  for (const Made &made : all)
    if (row.differentiable) { // not compiled
      addForwardEntries(*module, row, *made.c, made.result, made.number);
      if (!made.compilesSecond)
        addSecondEntry(*module, row, *made.c, made.result, made.number);
    }
  if (row.differentiable && (!differentiate(*module) || !batchSteps(*module))) {
    outcome.failures.push_back(row.name + ": does not differentiate");
    return outcome;
  }
  for (const Made &made : all) {
    std::string number = std::to_string(made.number);
    checkReference(*module, row, made, outcome);
    if (program) {
      checkCompiled(*program, *module, row, made, "value_" + number, options, outcome.valueError,
                    outcome);
      ++outcome.values;
    } else if (failed(interpret::evaluate(*module, "value_" + number, made.arguments))) {
      outcome.failures.push_back(labelOf(row, *made.c) + "the oracle fails");
    }
    if (!row.differentiable)
      continue;
    llvm::FailureOr<Evaluation> gradients =
        interpret::evaluate(*module, "gradient_" + number, made.arguments);
    double error = failed(gradients) ? INFINITY
                                     : differenceError(*module, "value_" + number, made.arguments,
                                                       made.cotangent, gradients->outputs);
    outcome.gradientError = std::max(outcome.gradientError, error);
    ++outcome.gradients;
    if (succeeded(gradients))
      checkForward(*module, row, made, gradients->outputs, outcome);
    checkSecond(*module, row, made, outcome);
    if (!(error <= differenceTolerance(*made.c)))
      outcome.failures.push_back(labelOf(row, *made.c) + "gradient against differences: error " +
                                 std::to_string(error));
    if (program) {
      checkCompiled(*program, *module, row, made, "gradient_" + number, options,
                    outcome.compiledError, outcome);
      ++outcome.compiledGradients;
      if (made.compilesSecond)
        checkCompiled(*program, *module, row, made, "second_" + number, options,
                      outcome.compiledError, outcome);
    }
  }
  return outcome;
}

//===--- Speed --------------------------------------------------------------------------------===//

// The first f32 case whose operands are all alike, at a size that fills the first caches.
static Case enlarged(const Row &row) {
  for (const Case &c : row.cases) {
    bool alike = !c.operands.empty() && c.operands[0].element == ElementType::F32 &&
                 c.operands[0].rank() == 1 && c.attrs.empty() &&
                 c.result.element == ElementType::Invalid;
    for (const Type &type : c.operands)
      alike &= type == c.operands[0];
    if (!alike)
      continue;
    Case large = c;
    for (Type &type : large.operands)
      type.dims = {1 << 17};
    return large;
  }
  return {};
}

void test::measure(const Row &row, const Options &options) {
  Row large = row;
  Case c = row.perf.operands.empty() ? enlarged(row) : row.perf;
  if (c.operands.empty())
    return;
  mlir::OwningOpRef<mlir::ModuleOp> module = makeModule("row");
  large.differentiable = false;
  Type result = addEntries(*module, large, c, 0);
  std::unique_ptr<Program> program = compile(*module, 3);
  Arguments arguments;
  arguments.inputs = inputsOf(row, c);
  double nanoseconds = program ? program->time("value_0", arguments, options.threads) : -1;
  int64_t elements = interpret::countOf(result.dims);
  std::printf("%-60s %10.1f us %10.3f ns an element\n", labelOf(row, c).c_str(), nanoseconds / 1000,
              nanoseconds / static_cast<double>(elements ? elements : 1));
}
