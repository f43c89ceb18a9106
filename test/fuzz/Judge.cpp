//===- Judge.cpp - compiles a random graph and compares
//------------------------------------------------------------===//
//
// The oracle says what is right; -O0 and -O3 with 1, 2 and 3 threads must be near it and equal to
// each other in every bit (D1). Inputs near a kink, where a rounding decides a branch, are drawn
// again; a graph that differs from the oracle and whose inputs are all near one is undecided, and
// counted. Reading on: Model.h.
//
//===----------------------------------------------------------------------------------------------===//
#include "test/fuzz/Model.h"
#include "test/numeric/Compile.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"

#include <algorithm>
#include <cmath>

using namespace sinter;
using namespace sinter::test;
using interpret::Arguments;
using interpret::Evaluation;
using interpret::Values;

// Smallest non-zero distance between two values whose order an op looks at. Equal values are equal
// in every precision.
static double marginOf(mlir::Operation *op, llvm::ArrayRef<const Tensor *> operands) {
  llvm::StringRef name = op->getName().getStringRef();
  name.consume_front("sinter.");
  double margin = INFINITY;
  auto look = [&](double distance) {
    if (distance != 0 && std::fabs(distance) < margin)
      margin = std::fabs(distance);
  };
  if (operands.empty() || !operands[0]->isReal())
    return margin;
  if (name == "relu" || name == "abs" || name == "sign") {
    for (double value : operands[0]->reals)
      look(value);
  } else if (name == "max" || name == "min" || name == "compare") {
    Dims dims = rules::broadcastShapes(operands[0]->dims(), operands[1]->dims()).value_or(Dims());
    interpret::forEachIndex(dims, [&](const Dims &index, int64_t) {
      look(operands[0]->reals[interpret::broadcastPosition(operands[0]->dims(), index)] -
           operands[1]->reals[interpret::broadcastPosition(operands[1]->dims(), index)]);
    });
  } else if (name == "reduce_max" || name == "reduce_min" || name == "argmax" ||
             (name.starts_with("max_pool2d") && operands.size() == 1)) {
    std::vector<double> sorted = operands[0]->reals;
    std::sort(sorted.begin(), sorted.end());
    for (size_t i = 1; i < sorted.size(); ++i)
      look(sorted[i] - sorted[i - 1]);
  }
  return margin;
}

int64_t test::undecidedGraphs = 0;

// Arguments with a margin, if a few draws find one; `clear` says so.
static llvm::FailureOr<Arguments> chooseArguments(mlir::ModuleOp module, const Model &model,
                                                  bool &clear) {
  double needed = model.element == ElementType::F32 ? 1e-5 : 1e-12, best = -1;
  Arguments chosen;
  for (int salt = 0; salt < 12 && best < needed; ++salt) {
    Arguments arguments = argumentsOf(model, salt);
    double margin = INFINITY;
    arguments.observe = [&](mlir::Operation *op, llvm::ArrayRef<const Tensor *> operands) {
      margin = std::fmin(margin, marginOf(op, operands));
    };
    for (const char *entry : {"train", "predict"})
      if (failed(interpret::evaluate(module, entry, arguments)))
        return llvm::failure();
    arguments.observe = {};
    if (margin > best)
      best = margin, chosen = arguments;
  }
  clear = best >= needed;
  return chosen;
}

static double sizeOf(const Tensor &tensor) {
  double largest = 0;
  for (int64_t i = 0; i < tensor.size(); ++i)
    largest = std::fmax(largest, std::fabs(tensor.real(i)));
  return largest;
}

// Where they differ most.
static std::string worstOf(const Tensor &got, const Tensor &want) {
  int64_t worst = 0;
  if (got.size() != want.size() || want.size() == 0)
    return " in size";
  for (int64_t i = 1; i < want.size(); ++i)
    if (!(std::fabs(got.real(i) - want.real(i)) <= std::fabs(got.real(worst) - want.real(worst))))
      worst = i;
  return ", element " + std::to_string(worst) + " is " + std::to_string(got.real(worst)) +
         ", expects " + std::to_string(want.real(worst));
}

// Compares one run with the oracle and with the first run. A difference from the oracle sets
// `differs` when that is given, else it is an error.
static std::string compare(const Values &got, const Values &want, const Values &first,
                           double tolerance, const std::string &run, bool *differs) {
  for (const auto &[name, expected] : want) {
    auto found = got.find(name);
    if (found == got.end())
      return run + ": no " + name;
    const Tensor &value = found->second, &before = first.at(name);
    double error = errorAgainst(value, expected, 1 + sizeOf(expected));
    if (!(error <= tolerance) && differs)
      *differs = true;
    else if (!(error <= tolerance))
      return run + ": " + name + " differs from the oracle by " + std::to_string(error) +
             worstOf(value, expected);
    bool same =
        value.size() == before.size() &&
        std::equal(value.reals.begin(), value.reals.end(), before.reals.begin(),
                   [](double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }) &&
        value.integers == before.integers;
    if (!same)
      return run + ": " + name + " differs from -O0 with one thread";
  }
  return "";
}

static std::string judgeModule(mlir::ModuleOp module, const Model &model) {
  if (failed(mlir::verify(module)))
    return "invalid module";
  mlir::OwningOpRef<mlir::ModuleOp> expanded = module.clone();
  if (!differentiate(*expanded))
    return "does not differentiate";
  bool clear = true, differs = false;
  llvm::FailureOr<Arguments> arguments = chooseArguments(*expanded, model, clear);
  if (failed(arguments))
    return "the oracle fails";
  double tolerance = model.element == ElementType::F32 ? 5e-4 : 1e-10;
  std::unique_ptr<Program> programs[] = {compile(module, 0), compile(module, 3)};
  if (!programs[0] || !programs[1])
    return "does not compile";
  for (const char *entry : {"train", "predict"}) {
    llvm::FailureOr<Evaluation> want = interpret::evaluate(*expanded, entry, *arguments);
    Evaluation first;
    for (int level = 0; level < 2; ++level)
      for (unsigned threads = 1; threads <= 3; ++threads) {
        std::string run =
            std::string(entry) + (level ? " -O3 " : " -O0 ") + std::to_string(threads) + " threads";
        llvm::FailureOr<Evaluation> got = programs[level]->run(entry, *arguments, threads);
        if (failed(got))
          return run + ": does not run";
        if (level == 0 && threads == 1)
          first = *got;
        bool *undecided = clear ? nullptr : &differs;
        std::string why =
            compare(got->outputs, want->outputs, first.outputs, tolerance, run, undecided);
        if (why.empty())
          why = compare(got->updates, want->updates, first.updates, tolerance, run, undecided);
        if (!why.empty())
          return why;
      }
  }
  undecidedGraphs += differs;
  return "";
}

std::string test::judge(const Model &model) {
  std::string said;
  mlir::ScopedDiagnosticHandler handler(&context(), [&](mlir::Diagnostic &diagnostic) {
    if (diagnostic.getSeverity() == mlir::DiagnosticSeverity::Error)
      said += " | " + diagnostic.str();
    return mlir::success();
  });
  mlir::OwningOpRef<mlir::ModuleOp> module = build(model);
  std::string why = judgeModule(*module, model);
  return why.empty() ? why : why + said;
}
