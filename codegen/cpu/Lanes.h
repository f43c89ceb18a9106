//===- Lanes.h - neighbouring points of a domain as vectors -----------------------------------===//
//
// Loads and stores `lanes` consecutive points of one dim: as one vector where memory is contiguous,
// else lane by lane. Lanes from `valid` on are outside the domain: never read, never written
// (padding belongs to nobody). Reading on: ContractPlan.h, Map.cpp.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_CODEGEN_CPU_LANES_H
#define SINTER_CODEGEN_CPU_LANES_H

#include "codegen/cpu/Emit.h"

#include <optional>

namespace sinter::codegen {

/// `count` values that are `step` apart: first points of tiles. Never listed, as a dim may have
/// billions.
struct Progression {
  int64_t first = 0, step = 1, count = 0;
};

/// The constant c with address(d + i) = address(d) + c*i for all d that are multiples of `chunk`
/// and i < chunk, along domain dim `dim`; nothing when there is none or it cannot be proven.
std::optional<int64_t> getStride(mlir::AffineExpr address, int64_t dim, int64_t chunk,
                                 llvm::ArrayRef<int64_t> sizes);

/// The constant address(start + step) - address(start) along `dim`, equal for all `starts`; nothing
/// when there is none or it cannot be proven. `dims`: how many dims there are.
std::optional<int64_t> getDelta(mlir::AffineExpr address, int64_t dim, Progression starts,
                                int64_t step, size_t dims);

/// Terms of the sum `expr`.
llvm::SmallVector<mlir::AffineExpr> getTerms(mlir::AffineExpr expr);

/// How an access meets the lanes.
enum class LaneKind { Uniform, Contiguous, Scattered };

/// An access seen from vectors of `lanes` points along `dim`, whose first point is a multiple of
/// `lanes`.
struct LaneAccess {
  Access access;
  int64_t dim = -1, lanes = 1;
  LaneKind kind = LaneKind::Uniform;
  std::optional<int64_t> stride; ///< elements between lanes, when constant
};

/// Classifies an access.
LaneAccess makeLaneAccess(const EmitContext &kernel, const Access &access, int64_t dim,
                          int64_t lanes);

/// Loads at `point` (its `dim` entry: the first lane). Uniform accesses give a scalar, others a
/// vector; lanes from `valid` on are zero. `address`: the linear offset, when the caller has it.
mlir::Value loadLanes(EmitContext &kernel, const LaneAccess &access,
                      llvm::ArrayRef<mlir::Value> point, int64_t valid, mlir::Value address = {});

/// Stores the first `valid` lanes of `value`. A uniform access stores lane 0. `address`: as for
/// loads.
void storeLanes(EmitContext &kernel, const LaneAccess &access, llvm::ArrayRef<mlir::Value> point,
                mlir::Value value, int64_t valid, mlir::Value address = {});

/// `value` as a vector of `lanes`.
mlir::Value splat(EmitContext &kernel, mlir::Value value, int64_t lanes);

} // namespace sinter::codegen

#endif
