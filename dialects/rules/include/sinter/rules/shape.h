// Rules of ops that move elements or make tensors: reshape, transpose, broadcast, concat, slice,
// pad, constant, iota. Invariant: axes and bounds in attributes are absolute (non-negative); the
// DSL normalises before it calls. Reading on: reduce.h, dialects/sinter/Shape.td.
#pragma once

#include "sinter/rules/type.h"

namespace sinter::rules {

/// Same elements in another shape; one size of `dims` may be -1 and is worked out.
Result<Type> reshape(const Type &a, const std::vector<int64_t> &dims);
/// Axis i of the result is axis perm[i] of the operand.
Result<Type> transpose(const Type &a, const std::vector<int64_t> &perm);
/// NumPy broadcasting to exactly `dims`.
Result<Type> broadcast_to(const Type &a, const std::vector<int64_t> &dims);
/// One or more operands, equal but for the size of `axis`.
Result<Type> concat(const std::vector<Type> &operands, int64_t axis);
/// Elements starts[i], starts[i]+strides[i], … below limits[i] of every axis.
Result<Type> slice(const Type &a, const std::vector<int64_t> &starts,
                   const std::vector<int64_t> &limits, const std::vector<int64_t> &strides);
/// low[i] zeros before and high[i] zeros after every axis.
Result<Type> pad(const Type &a, const std::vector<int64_t> &low, const std::vector<int64_t> &high);
/// `bytes` must be all of `type`'s elements, or one (a splat).
Result<Type> constant(const Type &type, int64_t bytes);
/// Each element is its index along `axis`; integer or float `type`.
Result<Type> iota(const Type &type, int64_t axis);

} // namespace sinter::rules
