// Rules of derivatives: forward mode, the Jacobian, functions with a gradient of their own (D9).
// Invariant: floating-point tensors only; a derivative has the type of what it belongs to.
// Reading on: loss.h (gradient), dialects/sinter/Derivative.td, passes/gradient.
#pragma once

#include "sinter/rules/type.h"

namespace sinter::rules {

/// ys, xs, then one tangent for each x, of its type → one tangent for each y. E0119.
Result<std::vector<Type>> jvp(const std::vector<Type> &operands, int64_t numYs);
/// [y…], [x…] of one element type → [y…, x…]. E0119.
Result<Type> jacobian(const Type &y, const Type &x);
/// A function that is differentiated by another: `outputs` are what it gives for `inputs`, and
/// `cotangents` what its backward function gives, one for each input, of its type → outputs. E0119.
/// Operands of the error count `inputs`, then `cotangents`.
Result<std::vector<Type>> custom_gradient(const std::vector<Type> &inputs,
                                          const std::vector<Type> &outputs,
                                          const std::vector<Type> &cotangents);

} // namespace sinter::rules
