// Axes moved, picked, repeated; diagonals; elements put where a tensor says. Made of the ops below
// and named as in PyTorch. Axes may be negative: -1 is the last one. Reading on: shape.h,
// arrange.h.
#pragma once

#include "sinter/ops/arrange.h"

namespace sinter {

/// concat, by PyTorch's name.
inline Tensor cat(const std::vector<Tensor> &tensors, int64_t axis = 0, Loc loc = Loc::current()) {
  Composite call("cat", loc);
  return concat(tensors, axis, loc);
}
/// A tensor of x's type full of one number.
SINTER_API Tensor full_like(const Operand &x, double value, Loc loc = Loc::current());
/// full_like(x, 0).
inline Tensor zeros_like(const Operand &x, Loc loc = Loc::current()) {
  Composite call("zeros_like", loc);
  return full_like(x, 0);
}
/// full_like(x, 1).
inline Tensor ones_like(const Operand &x, Loc loc = Loc::current()) {
  Composite call("ones_like", loc);
  return full_like(x, 1);
}
/// `count` numbers base^e with e equally far apart from start to end, both included.
SINTER_API Tensor logspace(double start, double end, int64_t count, double base = 10,
                           DType element = f32, Loc loc = Loc::current());

/// Axis `from` at the place `to`, the others in their order.
SINTER_API Tensor movedim(const Operand &x, int64_t from, int64_t to, Loc loc = Loc::current());
/// Two axes exchanged; PyTorch's transpose(a, b), which here takes all axes.
SINTER_API Tensor swapaxes(const Operand &x, int64_t a, int64_t b, Loc loc = Loc::current());
/// One axis as several, of which one size may be -1: [6,4] with axis 0 and {2,-1} → [2,3,4].
SINTER_API Tensor unflatten(const Operand &x, int64_t axis, const std::vector<int64_t> &sizes,
                            Loc loc = Loc::current());

/// `length` elements along `axis` from `start` on, which counts from the end when it is negative.
SINTER_API Tensor narrow(const Operand &x, int64_t axis, int64_t start, int64_t length,
                         Loc loc = Loc::current());
/// Without `axis`: its element `index`, which counts from the end when it is negative.
SINTER_API Tensor select(const Operand &x, int64_t axis, int64_t index, Loc loc = Loc::current());
/// All of these.
SINTER_API Tensors unbind(const Operand &x, int64_t axis = 0, Loc loc = Loc::current());

/// x as if axes of size 1 were longer; -1 leaves a size as it is, and there may be more in front.
SINTER_API Tensor expand(const Operand &x, const std::vector<int64_t> &sizes,
                         Loc loc = Loc::current());
/// x laid out counts[i] times along axis i; there may be more counts in front. (Tensor.repeat.)
SINTER_API Tensor repeat(const Operand &x, const std::vector<int64_t> &counts,
                         Loc loc = Loc::current());
/// The same, where missing counts in front are 1.
SINTER_API Tensor tile(const Operand &x, const std::vector<int64_t> &counts,
                       Loc loc = Loc::current());
/// Each element along `axis` `count` times: [1, 2] twice → [1, 1, 2, 2].
SINTER_API Tensor repeat_interleave(const Operand &x, int64_t count, int64_t axis,
                                    Loc loc = Loc::current());
/// Options of meshgrid.
struct Meshgrid {
  bool xy = false; ///< the first two axes exchanged, as PyTorch's indexing="xy"
};
/// Of vectors a, b, …: tensors [|a|,|b|,…], tensor i with the elements of vector i along axis i.
SINTER_API Tensors meshgrid(const std::vector<Tensor> &vectors, Meshgrid options = {},
                            Loc loc = Loc::current());

/// The diagonal of two axes, as the last axis: `offset` above 0 takes one further up.
SINTER_API Tensor diagonal(const Operand &x, int64_t offset = 0, int64_t first = 0,
                           int64_t second = 1, Loc loc = Loc::current());
/// Matrices with the last axis on their diagonal and 0 elsewhere: [...,n] → [...,n+|offset|,…].
SINTER_API Tensor diag_embed(const Operand &x, int64_t offset = 0, Loc loc = Loc::current());
/// A matrix of a vector, or the diagonal of a matrix.
SINTER_API Tensor diag(const Operand &x, int64_t offset = 0, Loc loc = Loc::current());
/// The sum of the diagonal of a matrix.
SINTER_API Tensor trace(const Operand &x, Loc loc = Loc::current());

/// x with `source` in the place of slice(x, starts, limits, strides). (PyTorch's slice_scatter, of
/// one axis; here of all.)
SINTER_API Tensor slice_scatter(const Operand &x, const Operand &source,
                                std::vector<int64_t> starts, std::vector<int64_t> limits,
                                std::vector<int64_t> strides = {}, Loc loc = Loc::current());
/// x with `source` in the place of select(x, axis, index).
SINTER_API Tensor select_scatter(const Operand &x, const Operand &source, int64_t axis,
                                 int64_t index, Loc loc = Loc::current());
/// x with the elements of `source` where gather would read them; of those for one place the last
/// along `axis` stays, and the others get no gradient, where PyTorch keeps any of them and gives
/// all a gradient. (PyTorch's scatter; floating point only.)
SINTER_API Tensor scatter(const Operand &x, const Operand &index, const Operand &source,
                          int64_t axis, Loc loc = Loc::current());
/// Differences of neighbours along `axis`, `n` times: [1, 4, 9] → [3, 5].
SINTER_API Tensor diff(const Operand &x, int64_t n = 1, int64_t axis = -1,
                       Loc loc = Loc::current());

/// Images [n,c·r²,h,w] → [n,c,h·r,w·r]: r² channels become the pixels of a square. Shi et al.,
/// "Real-time single image and video super-resolution", 2016.
SINTER_API Tensor pixel_shuffle(const Operand &x, int64_t factor, Loc loc = Loc::current());
/// The inverse.
SINTER_API Tensor pixel_unshuffle(const Operand &x, int64_t factor, Loc loc = Loc::current());
/// Channels of x [n,c,…] in `groups` groups, one of each in turn. Zhang et al., "ShuffleNet", 2018.
SINTER_API Tensor channel_shuffle(const Operand &x, int64_t groups, Loc loc = Loc::current());

} // namespace sinter
