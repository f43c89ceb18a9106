//===- Values.h - inputs for numeric tests and their comparison -------------------------------===//
//
// Inputs are pure functions of a label, exactly representable in f32, and chosen away from kinks,
// because central differences break there. Reading on: Rows.h.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_TEST_NUMERIC_VALUES_H
#define SINTER_TEST_NUMERIC_VALUES_H

#include "codegen/interpret/Tensor.h"

#include <string>

namespace sinter::test {

/// Which values an operand may have.
enum class Domain {
  Any,      ///< [-2, 2], at least 0.1 away from 0
  Positive, ///< [0.3, 2.5]
  Distinct, ///< no two elements of one row's operands closer than 0.02
  Indices,  ///< integers in [0, limit)
  Special,  ///< NaN, infinities, zeros, denormals, large and small magnitudes
  Anything  ///< integers in [-50, 50], bools, floats in [-3, 3] with zeros
};

/// A small deterministic generator.
class Random {
public:
  explicit Random(uint64_t seed) : state(seed) {}
  /// 64 mixed bits (splitmix64).
  uint64_t bits();
  /// [0, 1) with 24 bits.
  double uniform() { return static_cast<double>(bits() >> 40) / 16777216.0; }
  /// [0, n).
  int64_t below(int64_t n) { return static_cast<int64_t>(bits() % static_cast<uint64_t>(n)); }

private:
  uint64_t state;
};

/// A seed from a label.
uint64_t seedOf(const std::string &label);
/// Values of `type` in `domain`; `operand` keeps the Distinct values of different operands apart.
interpret::Tensor sample(const rules::Type &type, Domain domain, Random &random, int operand = 0,
                         int64_t limit = 2);

/// The largest error of `got` against `want`: |got - want| / (1 + |want|) for floats (both NaN is
/// 0), 1 for a wrong integer; infinite when sizes differ.
double errorOf(const interpret::Tensor &got, const interpret::Tensor &want);
/// errorOf, relative to `scale` (>= |want|, say the sum of absolute terms) instead.
double errorAgainst(const interpret::Tensor &got, const interpret::Tensor &want, double scale);
/// Equal bit by bit; one NaN is as good as another.
bool sameBits(const interpret::Tensor &x, const interpret::Tensor &y);

} // namespace sinter::test

#endif
