//===- Attention.h - what the two files of attention share ------------------------------------===//
//
// Reading on: Attention.cpp (the ops), FormAttention.cpp (who makes them).
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_DIALECTS_SINTER_ATTENTION_H
#define SINTER_DIALECTS_SINTER_ATTENTION_H

#include "dialects/sinter/Sinter.h"

namespace sinter::ir {

/// Keys that a row takes at once before its sums are rescaled.
inline constexpr int64_t kAttentionBlock = 64;

/// True for what may stand in a region of scores: elementwise work, and constants of one number,
/// whose results broadcast to `scores`.
bool isScoreOp(mlir::Operation *op, llvm::ArrayRef<int64_t> scores);

} // namespace sinter::ir

#endif
