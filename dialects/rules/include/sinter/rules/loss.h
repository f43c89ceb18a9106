// Rules of softmax and losses, and of the gradient op (D9).
// Invariant: labels are i32 class indices shaped like the logits without their last axis.
// Reading on: dialects/sinter/Loss.td, passes/gradient.
#pragma once

#include "sinter/rules/type.h"

namespace sinter::rules {

/// Float; normalised along `axis`, which must exist and not be empty.
Result<Type> softmax(const Type &a, int64_t axis);
Result<Type> log_softmax(const Type &a, int64_t axis);
/// logits f[N…,C], labels i32[N…] → f[N…].
Result<Type> softmax_cross_entropy(const Type &logits, const Type &labels);
/// Operands ys, cotangents (one a y, of its type), xs; float all. → the types of xs.
Result<std::vector<Type>> gradient(const std::vector<Type> &operands, int64_t numYs);

} // namespace sinter::rules
