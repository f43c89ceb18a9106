//===- Golden.h - PyTorch's numbers, and the distance from them -------------------------------===//
//
// The counters from which inputs and first weights are made, golden files, and the measures of the
// parity rule. goldens/make.py and goldens/convnets.py write the files by the same formula. Reading
// on: Parity.cpp (softmax, mlp), Examples.cpp (the models of examples/).
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_TEST_NUMERIC_PARITY_GOLDEN_H
#define SINTER_TEST_NUMERIC_PARITY_GOLDEN_H

#include "codegen/interpret/Interpreter.h"

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/JSON.h"

#include <map>
#include <string>
#include <vector>

namespace sinter::test {

/// splitmix64 of counter `counter` of stream `tag`.
uint64_t mixed(uint64_t tag, uint64_t counter);
/// A number in [0, 1), a multiple of 2^-24, of that counter.
double uniformOf(uint64_t tag, uint64_t counter);
/// A pixel: byte / 255 rounded to f32, 0 in two of three cases.
double pixelOf(uint64_t bits);

/// One line: a loss, or a tensor's norm and elements mixed(3000, s) % size.
struct Golden {
  double norm;
  std::vector<double> samples;
};
/// By "loss STEP", "weight STEP NAME", "gradient STEP NAME".
using Goldens = std::map<std::string, Golden>;

/// All lines of a file; empty when there is none.
Goldens readGoldens(const char *path);
/// Calls `take` with every line of a file of JSON objects, and its text; ends the program at a line
/// that is none.
void readObjects(const char *path,
                 llvm::function_ref<void(const llvm::json::Object &, llvm::StringRef)> take);
/// Euclidean norm.
double normOf(const interpret::Tensor &tensor);
/// The larger of the norm's error and of the sampled elements' root mean square error, seen as a
/// norm of the whole.
double distance(const interpret::Tensor &got, const Golden &want);
/// The largest error of one sampled element.
double largest(const interpret::Tensor &got, const Golden &want);
/// The values rounded to f32.
interpret::Values single(const interpret::Values &values);

/// Counts and prints an error above `limit`; a NaN is one, too.
void expect(const std::string &what, double error, double limit);
/// How many there were.
int failures();

} // namespace sinter::test

#endif
