// Ops that rearrange elements, made of slices, joins and reads at indices; and tensors of known
// numbers. Axes may be negative: -1 is the last one. Reading on: shape.h (the ops below), index.h.
#pragma once

#include "sinter/ops/shape.h"

namespace sinter {

/// What stands around a padded tensor.
enum class PadMode : uint8_t {
  constant,  ///< one number
  reflect,   ///< the elements mirrored at the border, which is not repeated: 3 2 | 1 2 3 | 2 1
  replicate, ///< the border: 1 1 | 1 2 3 | 3 3
  circular   ///< the elements from the other side: 2 3 | 1 2 3 | 1 2
};
/// Options of pad.
struct Pad {
  PadMode mode = PadMode::constant;
  double value = 0; ///< under PadMode::constant
};
/// low[i] elements before and high[i] after every axis: fewer than there are under reflect, not
/// more under circular. Unlike PyTorch, which names the last axis first, in the axes' order.
SINTER_API Tensor pad(const Operand &x, std::vector<int64_t> low, std::vector<int64_t> high,
                      Pad options, Loc loc = Loc::current());

/// The elements along each of `axes` in reverse order.
SINTER_API Tensor flip(const Operand &x, std::vector<int64_t> axes, Loc loc = Loc::current());
/// Elements moved by `shift` places along `axis`; those beyond the end come in at the beginning.
SINTER_API Tensor roll(const Operand &x, int64_t shift, int64_t axis, Loc loc = Loc::current());
/// Along several axes, shifts[i] along axes[i].
SINTER_API Tensor roll(const Operand &x, const std::vector<int64_t> &shifts,
                       const std::vector<int64_t> &axes, Loc loc = Loc::current());

/// Tensors of one shape along a new axis: two f32[3] make f32[2,3].
SINTER_API Tensor stack(const std::vector<Tensor> &tensors, int64_t axis = 0,
                        Loc loc = Loc::current());
/// Pieces of `size` along `axis`; the last one is shorter where it does not divide.
SINTER_API Tensors split(const Operand &x, int64_t size, int64_t axis = 0,
                         Loc loc = Loc::current());
/// Pieces of given sizes, which add up to the axis's.
SINTER_API Tensors split(const Operand &x, const std::vector<int64_t> &sizes, int64_t axis = 0,
                         Loc loc = Loc::current());
/// At most `count` pieces along `axis`, of equal size but for the last; fewer where the rounded-up
/// size covers the axis earlier, as in PyTorch: 5 elements in 4 chunks are 2, 2, 1.
SINTER_API Tensors chunk(const Operand &x, int64_t count, int64_t axis = 0,
                         Loc loc = Loc::current());

/// Without the axes of size 1.
SINTER_API Tensor squeeze(const Operand &x, Loc loc = Loc::current());
/// Without `axis` if its size is 1, else as it is.
SINTER_API Tensor squeeze(const Operand &x, int64_t axis, Loc loc = Loc::current());
/// With a new axis of size 1 at `axis` of the result.
SINTER_API Tensor unsqueeze(const Operand &x, int64_t axis, Loc loc = Loc::current());

/// Matrices (the last two axes) with 0 above diagonal `diagonal`; 0 is the main one, 1 the one
/// above.
SINTER_API Tensor tril(const Operand &x, int64_t diagonal = 0, Loc loc = Loc::current());
/// Matrices with 0 below diagonal `diagonal`.
SINTER_API Tensor triu(const Operand &x, int64_t diagonal = 0, Loc loc = Loc::current());

/// What arange is below: `count` times start + i step, computed in f64.
SINTER_API Tensor sequence(double start, double limit, double step, DType element, Loc loc);
/// start, start + step, … before limit: i64 of whole numbers, f32 where one has a point.
template <class Start, class Limit, class Step = int>
  requires(std::is_arithmetic_v<Start> && std::is_arithmetic_v<Limit> && std::is_arithmetic_v<Step>)
Tensor arange(Start start, Limit limit, Step step = 1, Loc loc = Loc::current()) {
  constexpr bool real = std::is_floating_point_v<Start> || std::is_floating_point_v<Limit> ||
                        std::is_floating_point_v<Step>;
  return sequence(static_cast<double>(start), static_cast<double>(limit), static_cast<double>(step),
                  real ? f32 : i64, loc);
}
/// 0, 1, … before limit.
template <class Limit>
  requires std::is_arithmetic_v<Limit>
Tensor arange(Limit limit, Loc loc = Loc::current()) {
  return arange(Limit(0), limit, 1, loc);
}
/// `count` numbers from start to end, both included, equally far apart.
SINTER_API Tensor linspace(double start, double end, int64_t count, DType element = f32,
                           Loc loc = Loc::current());
/// The matrix with 1 on its diagonal and 0 elsewhere; `columns` 0: as many as rows.
SINTER_API Tensor eye(int64_t rows, int64_t columns = 0, DType element = f32,
                      Loc loc = Loc::current());
/// Rows of `count` numbers, 1 at the index and 0 elsewhere: ids of any shape → […ids,count]. Unlike
/// PyTorch's, floats by default, for what computes with them. An index that is none of them is an
/// error of the run.
SINTER_API Tensor one_hot(const Operand &ids, int64_t count, DType element = f32,
                          Loc loc = Loc::current());

} // namespace sinter
