// What the losses share. Reading on: include/sinter/ops/loss.h.
#pragma once

#include "frontend/src/Call.h"
#include "sinter/ops/loss.h"

namespace sinter::detail {

/// All losses, their mean or their sum. batchmean is refused: kl_div makes it itself.
Tensor reduced(Call &call, const Tensor &losses, Reduction reduction);
/// softmax_cross_entropy of healthy operands, whose labels nobody looks at.
Tensor crossEntropyOf(Call &call, const Tensor &logits, const Tensor &labels);
/// The losses of rows, and an index outside of [0, size) is an error of the run. It is looked at
/// beside the losses, not on its way into them, so that their gradient does not wait for it.
Tensor withCheck(const Tensor &losses, const Tensor &index, int64_t size);
/// False: `target` has not the shape and element type of the float tensor `x` (reported); numbers
/// have any shape.
bool matches(Call &call, const Tensor &x, const Tensor &target);

} // namespace sinter::detail
