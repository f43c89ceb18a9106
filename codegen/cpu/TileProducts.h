//===- TileProducts.h - small products of tiles in cache --------------------------------------===//
//
// sums[i, lane] = (scaled sums[i, lane] +) Σ over k of a[i, k] * b[k, lane], with a broadcast and b
// in vectors, in register tiles. How many rows and terms there are may be known at run time only.
// Every sum is one chain in the order of k, whatever the tiles (D1). Reading on: Stream.cpp.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_CODEGEN_CPU_TILEPRODUCTS_H
#define SINTER_CODEGEN_CPU_TILEPRODUCTS_H

#include "codegen/cpu/Kernels.h"

namespace sinter::codegen {

/// Element (i, k) lies at base + i * rowStep + k * depthStep.
struct BroadcastFactor {
  mlir::Value memory, base;
  int64_t rowStep = 0, depthStep = 0;
};

/// Element (k, lane) lies at base + k * depthStep + lane.
struct LaneFactor {
  mlir::Value memory, base;
  int64_t depthStep = 0;
};

/// Sum (i, lane) lies at base + i * rowStep + lane.
struct TileSums {
  mlir::Value memory, base;
  int64_t rowStep = 0;
  bool adds = false; ///< to what lies there
  mlir::Value scale; ///< of what lies there: one number a row, or null
};

/// `rows` and `depth` are indices; `width` counts lanes.
void emitTileProducts(EmitContext &kernel, mlir::Type element, const BroadcastFactor &a,
                      const LaneFactor &b, const TileSums &sums, mlir::Value rows,
                      mlir::Value depth, int64_t width);

/// Calls `visit(offset, valid)` for the vectors of `lanes` that cover [0, width); `valid` lanes of
/// each are inside.
void forEachVector(EmitContext &kernel, int64_t width, int64_t lanes,
                   llvm::function_ref<void(mlir::Value offset, int64_t valid)> visit);

} // namespace sinter::codegen

#endif
