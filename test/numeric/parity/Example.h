//===- Example.h - a model's training entry, as the parity programs run it --------------------===//
//
// A module that `sinter emit --stage graph` made, its first values and its batches by the formulas
// of goldens/convnets.py. Reading on: Examples.cpp, Precision.cpp.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_TEST_NUMERIC_PARITY_EXAMPLE_H
#define SINTER_TEST_NUMERIC_PARITY_EXAMPLE_H

#include "dialects/sinter/Sinter.h"
#include "test/numeric/Graph.h"
#include "test/numeric/parity/Golden.h"

namespace sinter::test {

/// A module with one training entry, and what the tests ask of it.
struct Example {
  mlir::OwningOpRef<mlir::ModuleOp> module;
  ir::EntryOp train;
  std::vector<std::string> parameters; // sorted
  std::vector<std::string> trained;    // of these, sorted: a gradient is taken
  bool norms = false;                  // has running statistics

  /// False, with a message, when the file holds no such module.
  bool read(const char *path);
  /// Outputs each parameter's gradient under its name.
  void outputGradients();
  /// First values: parameters by the formula of goldens/convnets.py, others as the module says.
  interpret::Values start(uint64_t seed = 0);
  /// The inputs of a step: those of numbers and those of indices each in the order of the entry.
  void setBatch(interpret::Arguments &arguments, int64_t step, uint64_t seed = 0);
};

} // namespace sinter::test

#endif
