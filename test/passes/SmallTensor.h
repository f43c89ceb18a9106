//===- SmallTensor.h - reproducible values for tests of passes --------------------------------===//
#ifndef SINTER_TEST_PASSES_SMALLTENSOR_H
#define SINTER_TEST_PASSES_SMALLTENSOR_H

#include "codegen/interpret/Interpreter.h"

#include <cmath>

namespace sinter::test {

/// Small reproducible numbers that follow from `state`; integers stay in [0, 4).
inline interpret::Tensor makeTensor(mlir::Type type, uint64_t &state) {
  interpret::Tensor tensor(interpret::typeOf(type));
  for (int64_t i = 0; i < tensor.size(); ++i) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    double unit = static_cast<double>(state >> 40) / static_cast<double>(1 << 24);
    tensor.setReal(i, tensor.isReal() ? unit - 0.4 : std::floor(4 * unit));
  }
  return tensor;
}

} // namespace sinter::test

#endif
