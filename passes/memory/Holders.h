//===- Holders.h - what takes memory, for errors that say so ----------------------------------===//
//
// Reading on: CheckSizes.cpp (before any work), PlanMemory.cpp (when all is known).
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_PASSES_MEMORY_HOLDERS_H
#define SINTER_PASSES_MEMORY_HOLDERS_H

#include "dialects/sinter/Sinter.h"

namespace sinter::passes {

/// Bytes that a process can address on the machines that code is made for (47 bits).
inline constexpr int64_t kMostBytes = int64_t(1) << 47;

/// x + y, at most a bound far above kMostBytes: sums of sizes do not overflow.
int64_t addBytes(int64_t x, int64_t y);

/// What takes memory: its name, its line, and "f32[4,3]".
struct Holder {
  llvm::StringRef name;
  mlir::Location loc;
  std::string type;
  int64_t bytes;
};

/// A tensor in memory; its bytes are bounded as in addBytes.
Holder makeHolder(llvm::StringRef name, mlir::Location loc, mlir::RankedTensorType type);

/// Parameters and state: they stay through every entry.
void addSymbols(mlir::ModuleOp module, llvm::SmallVectorImpl<Holder> &holders);

/// Notes that name the largest few.
void noteLargest(mlir::InFlightDiagnostic &error, llvm::SmallVector<Holder> holders);

} // namespace sinter::passes

#endif
