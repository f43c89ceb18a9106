//===- Rows.h - numeric rows: one op, one case list, all checks
//--------------------------------------------===//
//
// A row says how to build an op and for which operand types. From that the runner makes the value
// check (compiled against the oracle), the gradient check (the oracle's gradient against central
// differences, and the compiled gradient against the oracle's) and, with --perf, the speed. Reading
// on: Elementwise.cpp and the other families (the rows), Check.h (the checks), main.cpp (the
// runner).
//
//===----------------------------------------------------------------------------------------------===//
#ifndef SINTER_TEST_NUMERIC_ROWS_H
#define SINTER_TEST_NUMERIC_ROWS_H

#include "test/numeric/Graph.h"
#include "test/numeric/Values.h"

#include <functional>

namespace sinter::test {

/// Operand types and attributes of one case.
struct Case {
  std::vector<Type> operands;
  std::vector<Attr> attrs = {};
  Type result = {};    ///< where the rules need it from outside
  int64_t indices = 2; ///< limit of Domain::Indices
};

/// One op (or small composite) and its cases.
struct Row {
  std::string name;
  std::vector<Case> cases = {};
  std::vector<Domain> domains = {}; ///< by operand; the last one repeats; none: Any
  bool differentiable = true;       ///< false: the op has no gradient, or it is zero everywhere
  double tolerance = 1e-5;          ///< f32, against errorOf; f64 has 1e-12
  Case perf = {}; ///< for --perf; none: the first case whose operands are alike, enlarged
  /// Builds the result; by default one op called `name`.
  std::function<mlir::Value(EntryBuilder &, llvm::ArrayRef<mlir::Value>, const Case &)> build = {};
};

/// "f32[3,5], f32[5] {axis=1}".
std::string labelOf(const Row &row, const Case &c);

/// Shapes that break things: scalars, ones, odd primes, vector width ± 1, zero sizes.
std::vector<Dims> hardShapes();
/// Pairs of shapes that broadcast, in every position.
std::vector<std::pair<Dims, Dims>> broadcastPairs();

/// The rows of every family.
void elementwiseRows(std::vector<Row> &rows);
void shapeRows(std::vector<Row> &rows);
void reduceRows(std::vector<Row> &rows);
void matmulRows(std::vector<Row> &rows);
void convRows(std::vector<Row> &rows);
void poolRows(std::vector<Row> &rows);
void normRows(std::vector<Row> &rows);
void lossRows(std::vector<Row> &rows);
void randomRows(std::vector<Row> &rows);
void trainRows(std::vector<Row> &rows);

} // namespace sinter::test

#endif
