//===- Phase.h - a contraction reduced to strides ---------------------------------------------===//
//
// What the analysis finds: the values of divided dims taken one by one (stride phases), dims of one
// value gone, addresses as sums of multiples of dims, borders as indices that must stay in a range.
// Terms outside are left out, never multiplied by zero. No walk has a say yet. Reading on: Plan.h.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_DIALECTS_KERNEL_CONTRACT_PHASE_H
#define SINTER_DIALECTS_KERNEL_CONTRACT_PHASE_H

#include "dialects/kernel/contract/Contraction.h"

#include <vector>

namespace sinter::kernel {

/// An index that must lie in [0, size) for a term to be part of the sum; linear.
struct Bound {
  mlir::AffineExpr expr;
  int64_t size;
};

/// A reduced dim that became (outer, inner); the last outer step has `tail` inner ones, when not 0.
struct Split {
  int64_t outer, inner, tail;
};

/// Parallel dims that have one value here.
using FixedDims = llvm::SmallVector<std::pair<int64_t, int64_t>>;

/// One stride phase of a contraction; the whole of it where no access divides.
struct ContractPhase {
  FixedDims fixed;
  llvm::SmallVector<int64_t> dims;               ///< sizes; dims that are split off are appended
  llvm::SmallVector<int64_t> reduced;            ///< k loops, outermost first
  llvm::SmallVector<mlir::AffineExpr> addresses; ///< of factors, extras, results
  llvm::SmallVector<Bound> bounds;               ///< on factors
  llvm::SmallVector<Split> splits;               ///< of reduced dims
  bool nothing = false;                          ///< no point at all
  bool empty = false;                            ///< no term at all: sums are 0

  /// `expr` as short as the sizes allow.
  mlir::AffineExpr simplify(mlir::AffineExpr expr) const;
  /// True when a border has a say in `dim`.
  bool isBounded(int64_t dim) const;
  /// Replaces the reduced dim `dim` by outer * by + inner.
  void split(int64_t dim, int64_t by);
  /// Makes the dims `inner - 1` and `inner` one, which keeps the number `inner`.
  void merge(int64_t inner);
  /// Products of all sums: what borders leave out is not counted.
  int64_t countTerms() const;
};

/// The combinations of values of all stride phases, one of no dims where there are none.
llvm::SmallVector<FixedDims> getStridePhases(const Contraction &contraction);

/// The phase in which the dims `fixed` have their values; nothing where an index is no sum of
/// multiples of dims.
std::optional<ContractPhase> analyzePhase(const Contraction &contraction, const FixedDims &fixed);

/// All phases of `contraction`; empty where one cannot be analyzed.
std::vector<ContractPhase> analyze(const Contraction &contraction);

/// Products that the contraction makes; all of its domain where it cannot be analyzed.
int64_t countTerms(const Contraction &contraction);

/// True when the parallel dims `inner - 1` and `inner` are one for every access, so that small maps
/// fill their tiles.
bool mayMerge(const Contraction &contraction, const ContractPhase &phase, int64_t inner);

} // namespace sinter::kernel

#endif
