// Ops that move elements or make tensors. Axes may be negative: -1 is the last one.
#pragma once

#include "sinter/tensor.h"

namespace sinter {

/// The same elements in another shape; one size may be -1 and is worked out.
SINTER_API Tensor reshape(const Operand &x, Shape shape, Loc loc = Loc::current());
/// reshape, as PyTorch calls it where no element moves; here none ever does.
inline Tensor view(const Operand &x, Shape shape, Loc loc = Loc::current()) {
  Composite call("view", loc);
  return reshape(x, std::move(shape), loc);
}
/// All axes from `axis` on become one: f32[N,6,5,5] → f32[N,150].
SINTER_API Tensor flatten(const Operand &x, int64_t axis = 1, Loc loc = Loc::current());
/// Axes in reverse order.
SINTER_API Tensor transpose(const Operand &x, Loc loc = Loc::current());
/// Axis i of the result is axis perm[i] of x.
SINTER_API Tensor transpose(const Operand &x, std::vector<int64_t> perm, Loc loc = Loc::current());
/// The same, by PyTorch's name.
inline Tensor permute(const Operand &x, std::vector<int64_t> perm, Loc loc = Loc::current()) {
  Composite call("permute", loc);
  return transpose(x, std::move(perm), loc);
}
/// NumPy broadcasting to exactly `shape`.
SINTER_API Tensor broadcast_to(const Operand &x, Shape shape, Loc loc = Loc::current());
/// Tensors one after the other along `axis`.
SINTER_API Tensor concat(const std::vector<Tensor> &tensors, int64_t axis,
                         Loc loc = Loc::current());
/// Elements starts[i], starts[i] + strides[i], … below limits[i] of every axis; negative bounds
/// count from the end. No strides: 1 everywhere.
SINTER_API Tensor slice(const Operand &x, std::vector<int64_t> starts, std::vector<int64_t> limits,
                        std::vector<int64_t> strides = {}, Loc loc = Loc::current());
/// low[i] times `value` before and high[i] times after every axis.
SINTER_API Tensor pad(const Operand &x, std::vector<int64_t> low, std::vector<int64_t> high,
                      double value = 0, Loc loc = Loc::current());

/// A tensor full of one number.
SINTER_API Tensor full(Type type, double value, Loc loc = Loc::current());
/// full(type, 0); without a type zeros() is an initialiser.
inline Tensor zeros(Type type, Loc loc = Loc::current()) {
  Composite call("zeros", loc);
  return full(std::move(type), 0);
}
/// full(type, 1); without a type ones() is an initialiser.
inline Tensor ones(Type type, Loc loc = Loc::current()) {
  Composite call("ones", loc);
  return full(std::move(type), 1);
}
/// A tensor of given numbers in row-major order, converted to the type's elements.
SINTER_API Tensor constant(Type type, const std::vector<double> &values, Loc loc = Loc::current());
/// Each element is its index along `axis`.
SINTER_API Tensor iota(Type type, int64_t axis = 0, Loc loc = Loc::current());

} // namespace sinter
