//===- Lanes.h - neighbouring points of a domain as vectors -----------------------------------===//
//
// Loads and stores `lanes` consecutive points of one dim: as one vector where memory is contiguous,
// else lane by lane. Lanes from `valid` on are outside the domain: never read, never written
// (padding belongs to nobody). Reading on: ContractEmitter.h, Map.cpp.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_CODEGEN_CPU_LANES_H
#define SINTER_CODEGEN_CPU_LANES_H

#include "codegen/cpu/Kernels.h"

#include <optional>

namespace sinter::codegen {

using kernel::LaneKind;

/// An access seen from vectors of `lanes` points along `dim`, whose first point is a multiple of
/// `lanes`.
struct LaneAccess {
  Access access;
  int64_t dim = -1, lanes = 1;
  LaneKind kind = LaneKind::Uniform;
  std::optional<int64_t> stride; ///< elements between lanes, when constant
  /// Of scattered lanes that are neighbours in memory but may leave the shape: the index that
  /// steps.
  std::optional<unsigned> border;
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

/// Adds the first `valid` lanes of `value`, one after the other where lanes lie apart; what is
/// outside is left out.
void addLanes(EmitContext &kernel, const LaneAccess &access, llvm::ArrayRef<mlir::Value> point,
              mlir::Value value, int64_t valid);

/// Loads and stores of the first `valid` lanes of a vector at the linear offset `address`; lanes
/// from `valid` on are loaded as 0.
mlir::Value loadVector(EmitContext &kernel, mlir::VectorType type, mlir::Value memory,
                       mlir::Value address, int64_t valid);
void storeVector(EmitContext &kernel, mlir::Value value, mlir::Value memory, mlir::Value address,
                 int64_t valid);

/// True in the first `valid` of `lanes` lanes.
mlir::Value maskLanes(EmitContext &kernel, int64_t lanes, int64_t valid);

/// `value` as a vector of `lanes`.
mlir::Value splat(EmitContext &kernel, mlir::Value value, int64_t lanes);

} // namespace sinter::codegen

#endif
