//===- Parallel.h - independent pieces of one compilation on all cores ------------------------===//
//
// Invariant: what the pieces are depends on the module only, never on the cores, so outputs are
// equal everywhere. Reading on: Lowering.cpp, codegen/cpu/Object.cpp (its users).
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_CODEGEN_LOOPS_PARALLEL_H
#define SINTER_CODEGEN_LOOPS_PARALLEL_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"

#include <cstddef>
#include <cstdint>

namespace mlir {
class MLIRContext;
} // namespace mlir

namespace sinter::codegen {

/// Calls `work(i)` once for every piece, heavy ones first, on as many threads as this process may
/// use; `context` may be used by all of them. A piece that crashes crashes the caller's thread,
/// where the compiler's own handler waits for it.
void forEachPiece(mlir::MLIRContext &context, llvm::ArrayRef<int64_t> weights,
                  llvm::function_ref<void(size_t)> work);

} // namespace sinter::codegen

#endif
