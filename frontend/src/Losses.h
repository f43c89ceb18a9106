// What the losses share. Reading on: include/sinter/ops/loss.h.
#pragma once

#include "frontend/src/Call.h"
#include "sinter/ops/loss.h"

namespace sinter::detail {

/// All losses, their mean or their sum. batchmean is refused: kl_div makes it itself.
Tensor reduced(Call &call, const Tensor &losses, Reduction reduction);
/// softmax_cross_entropy of healthy operands.
Tensor crossEntropyOf(Call &call, const Tensor &logits, const Tensor &labels);
/// False: `target` has not the shape and element type of the float tensor `x` (reported); numbers
/// have any shape.
bool matches(Call &call, const Tensor &x, const Tensor &target);

} // namespace sinter::detail
