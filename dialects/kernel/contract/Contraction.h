//===- Contraction.h - what a sum of products is ----------------------------------------------===//
//
// One description of a contraction for everyone who reasons about it: fusion, layout, the cost
// model, the schedule and code generation. It says what is computed, never how: the order of tiles
// is ContractWalk's (Walk.h). Two makers: getContraction for a kernel, and passes/layout for a
// fused op that is not a kernel yet. Reading on: Phase.h (the same in strides), Plan.h, Cost.h.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_DIALECTS_KERNEL_CONTRACT_CONTRACTION_H
#define SINTER_DIALECTS_KERNEL_CONTRACT_CONTRACTION_H

#include "dialects/kernel/Kernel.h"

namespace sinter::kernel {

/// A value that a contraction reads or writes: how the domain reaches it and where it lies.
struct ContractAccess {
  mlir::AffineMap map; ///< domain -> logical index
  llvm::SmallVector<int64_t> shape;
  mlir::Type element;
  LayoutAttr layout; ///< null: row-major
  bool sums = false; ///< a result that adds up all points which its map sends to one element

  bool uses(int64_t dim) const { return map.isFunctionOfDim(dim); }
  /// Stored bytes, padding included.
  int64_t getBytes() const;
  /// Domain -> linear element offset.
  mlir::AffineExpr getAddress() const;
};

/// What a dim of the domain is to the two factors.
enum class DimRole {
  Left,   ///< parallel, factor 0 alone has it: rows of a product
  Right,  ///< parallel, factor 1 alone has it: columns of a product
  Batch,  ///< parallel, both have it: a batch of products, a group of channels
  Absent, ///< parallel, neither has it
  Summed, ///< reduced, both have it
  Lone,   ///< reduced, one of them has it at most
};

/// A sum of products over trailing dims of a domain, with an epilogue.
struct Contraction {
  llvm::SmallVector<int64_t> dims; ///< sizes; parallel dims first
  int64_t parallel = 0;            ///< how many of them are not summed over
  int64_t sumLanes = 1; ///< canonical lanes along the last reduced dim; 1: one chain (D1)
  bool padded = false;  ///< accesses may leave their shapes: such terms and points are left out
  mlir::Type accumulator;
  ContractAccess factors[2];
  llvm::SmallVector<ContractAccess> extras, results; ///< of the epilogue
  llvm::SmallVector<int64_t> indexed;                ///< dims whose index the epilogue reads

  int64_t getRank() const { return static_cast<int64_t>(dims.size()); }
  /// True for sums in canonical lanes: the last reduced dim is on the vector lanes.
  bool isAcrossLanes() const { return sumLanes > 1 && getRank() > parallel; }
  DimRole getRole(int64_t dim) const;
  /// True for a parallel dim that one factor alone has.
  bool isFree(int64_t dim) const {
    return getRole(dim) == DimRole::Left || getRole(dim) == DimRole::Right;
  }
  /// The factor that has `lanes` when the other has not, else factor 1: it is read as vectors.
  int getVectorFactor(int64_t lanes) const {
    return factors[0].uses(lanes) && !factors[1].uses(lanes) ? 0 : 1;
  }
  /// The result that stands for all: most bytes, the first of equals. Its number, and it.
  size_t findMainResult() const;
  const ContractAccess &getMainResult() const { return results[findMainResult()]; }
  /// Results, and operands of the epilogue, that are as many elements in the same order as the main
  /// result.
  int64_t countStreams() const;
  /// Factors, extras, results.
  llvm::SmallVector<const ContractAccess *> getAccesses() const;
  /// True when a division of a factor's access sees the dim: neighbours along it meet different
  /// taps.
  bool isDivided(int64_t dim) const {
    return kernel::isDivided(factors[0].map, dim) || kernel::isDivided(factors[1].map, dim);
  }
  /// True for a divided dim of few values (the phase of a strided gradient): each value is walked
  /// on its own.
  bool isStridePhase(int64_t dim) const;
  /// Takes dims of one value out of the accesses.
  void dropUnits();
};

/// The contraction that a kernel is.
Contraction getContraction(ContractOp op);

} // namespace sinter::kernel

#endif
