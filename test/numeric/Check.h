//===- Check.h - the checks of a numeric row --------------------------------------------------===//
//
// Reading on: Rows.h (what a row is), Compile.h (how modules run), Interpreter.h (the oracle).
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_TEST_NUMERIC_CHECK_H
#define SINTER_TEST_NUMERIC_CHECK_H

#include "test/numeric/Compile.h"
#include "test/numeric/Rows.h"

namespace sinter::test {

/// What a row's checks found.
struct Outcome {
  int values = 0, gradients = 0, compiledGradients = 0, jacobians = 0; ///< cases checked
  double valueError = 0, gradientError = 0, compiledError = 0;         ///< the worst of each
  double forwardError = 0, jacobianError = 0;
  int seconds = 0; ///< cases whose second derivatives were checked
  double secondError = 0;
  std::vector<std::string> failures; ///< one line each
};

/// How to check.
struct Options {
  bool compiles = true;     ///< false: the oracle against differences only
  int level = 2;            ///< -O
  Machine machine = {};     ///< what is compiled for
  unsigned threads = 2;     ///< of the compiled entries
  unsigned sampleEvery = 1; ///< every n-th case
};

/// Runs all checks of `row`.
Outcome check(const Row &row, const Options &options);
/// Prints nanoseconds an element of the row's compiled value at a large size (--perf).
void measure(const Row &row, const Options &options);

/// Inputs of one case: one tensor an operand, named a, b, c, ….
interpret::Values inputsOf(const Row &row, const Case &c);
/// Largest relative error of `gradients` (of sum(cotangent * result)) against central differences
/// of the entry `value` along random directions; the oracle evaluates both.
double differenceError(mlir::ModuleOp module, llvm::StringRef value,
                       const interpret::Arguments &arguments, const Tensor &cotangent,
                       const interpret::Values &gradients);

} // namespace sinter::test

#endif
