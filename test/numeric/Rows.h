//===- Rows.h - numeric rows: one op, one case list, all checks -------------------------------===//
//
// A row says how to build an op and for which operand types. From that the runner makes the value
// check (compiled against the oracle), the gradient check (the oracle's gradient against central
// differences, and the compiled gradient against the oracle's) and, with --perf, the speed. Reading
// on: Elementwise.cpp and the other families (the rows), Check.h (the checks), main.cpp (the
// runner).
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_TEST_NUMERIC_ROWS_H
#define SINTER_TEST_NUMERIC_ROWS_H

#include "test/numeric/Graph.h"
#include "test/numeric/Values.h"

#include <cmath>
#include <functional>

namespace sinter::test {

/// Operand types and attributes of one case.
struct Case {
  std::vector<Type> operands;
  std::vector<Attr> attrs = {};
  Type result = {};    ///< where the rules need it from outside
  int64_t indices = 2; ///< limit of Domain::Indices
  double offset = 0;   ///< added to the first operand: a mean far from 0
  /// Products of the longest sum behind an element of the result, and of the gradients: they then
  /// make the tolerance (sumBound); 0: the row's.
  double terms = 0, gradientTerms = 0;
};

/// One op (or small composite) and its cases.
struct Row {
  std::string name;
  std::vector<Case> cases = {};
  std::vector<Domain> domains = {}; ///< by operand; the last one repeats; none: Any
  bool differentiable = true;       ///< false: the op has no gradient, or it is zero everywhere
  double tolerance = 1e-5; ///< f32, against errorOf, where cases name no sums; f64 has 1e-12
  Case perf = {};          ///< for --perf; none: the first case whose operands are alike, enlarged
  /// Builds the result; by default one op called `name`.
  std::function<mlir::Value(EntryBuilder &, llvm::ArrayRef<mlir::Value>, const Case &)> build = {};
  /// What the result should be, for rows of composites: plain loops in f64, or PyTorch's numbers,
  /// never what `build` computes again. The oracle's value of the graph must be it; none: the
  /// oracle's own definition of the op is the reference.
  std::function<Tensor(const std::vector<Tensor> &, const Case &)> reference = {};
};

/// What f32 may lose in a sum of `terms` products of two values in [-2, 2] (Domain::Any), one after
/// the other. With u = 2^-24, step k rounds a partial sum of size s √k, s = 1.4 the deviation of a
/// product, by at most u of it, so by u / √3 in the mean square; steps are independent. So the
/// error deviates by u s √(Σ k / 3) = u s terms / √6, and no element of some hundred thousand
/// leaves five deviations: 2.9 terms u.
inline double sumBound(double terms) { return 3 * terms * 0x1p-24; }

/// Terms of a sum whose factors come out of sums of `inner` terms: their errors, independent too,
/// add up like √terms of them.
inline double chained(double terms, double inner) { return terms + std::sqrt(terms) * inner; }

/// "f32[3,5], f32[5] {axis=1}".
std::string labelOf(const Row &row, const Case &c);

/// Shapes that break things: scalars, ones, odd primes, vector width ± 1, zero sizes.
std::vector<Dims> hardShapes();
/// Pairs of shapes that broadcast, in every position.
std::vector<std::pair<Dims, Dims>> broadcastPairs();

/// <family>Rows of every file of rows, which CMake finds.
#define SINTER_FAMILY(family) void family##Rows(std::vector<Row> &rows);
#include "test/numeric/Families.inc"
#undef SINTER_FAMILY

} // namespace sinter::test

#endif
