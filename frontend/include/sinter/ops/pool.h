// Pooling and resizing of images [n,channels,height,width], pooling of signals [n,channels,length]
// and volumes [n,channels,depth,height,width]. Reading on: conv.h (Pair, Triple).
#pragma once

#include "sinter/ops/conv.h"

namespace sinter {

/// Options of max_pool2d and avg_pool2d.
struct Pool2d {
  Pair window = 2;
  Pair stride = 0;   ///< 0: the window's size
  Pair padding = 0;  ///< on each side; at most half the window
  bool ceil = false; ///< a last window that begins inside the image counts, as PyTorch's ceil_mode
  bool count_include_pad = true; ///< avg_pool2d divides by the window's size, padding included
};

/// The largest element of each window; of equal ones the first has the gradient; NaN propagates.
SINTER_API Tensor max_pool2d(const Operand &x, Pool2d options = {}, Loc loc = Loc::current());
/// The mean of each window.
SINTER_API Tensor avg_pool2d(const Operand &x, Pool2d options = {}, Loc loc = Loc::current());
/// The mean of each image: [n,c,1,1].
SINTER_API Tensor global_avg_pool2d(const Operand &x, Loc loc = Loc::current());
/// The mean of each of height x width cells; sizes need not divide (cells then overlap as PyTorch's
/// do). NaN reaches the cells that hold it, and no others.
SINTER_API Tensor adaptive_avg_pool2d(const Operand &x, Pair size, Loc loc = Loc::current());
/// The largest element of each of these cells; of equal ones the first has the gradient. Cells that
/// do not divide cost an op a row and a column of the result.
SINTER_API Tensor adaptive_max_pool2d(const Operand &x, Pair size, Loc loc = Loc::current());
/// The nearest pixel above or left: row i of the result is row ⌊i · height / size⌋, with the
/// quotient rounded to f32, as PyTorch's mode="nearest" has it (not "nearest-exact").
SINTER_API Tensor resize_nearest(const Operand &x, Pair size, Loc loc = Loc::current());
/// The mean of the pixels that a pixel of the result covers: adaptive_avg_pool2d, PyTorch's
/// mode="area".
SINTER_API Tensor resize_area(const Operand &x, Pair size, Loc loc = Loc::current());
/// Bilinear interpolation to a size, pixel centres at half coordinates (align_corners=False). NaN
/// reaches the pixels that see it, and no others.
SINTER_API Tensor resize_bilinear(const Operand &x, Pair size, Loc loc = Loc::current());

/// Options of max_pool1d and avg_pool1d.
struct Pool1d {
  int64_t window = 2;
  int64_t stride = 0; ///< 0: the window's size
  int64_t padding = 0;
  bool ceil = false;
  bool count_include_pad = true;
};
/// max_pool2d and avg_pool2d along one axis: [n,c,l].
SINTER_API Tensor max_pool1d(const Operand &x, Pool1d options = {}, Loc loc = Loc::current());
SINTER_API Tensor avg_pool1d(const Operand &x, Pool1d options = {}, Loc loc = Loc::current());

/// Options of max_pool3d and avg_pool3d.
struct Pool3d {
  Triple window = 2;
  Triple stride = 0; ///< 0: the window's size
  Triple padding = 0;
  bool ceil = false;
  bool count_include_pad = true;
};
/// The same over volumes [n,c,d,h,w]: planes first, then the depth.
SINTER_API Tensor max_pool3d(const Operand &x, Pool3d options = {}, Loc loc = Loc::current());
SINTER_API Tensor avg_pool3d(const Operand &x, Pool3d options = {}, Loc loc = Loc::current());

/// Cells along one axis: x [n,c,l] → [n,c,size].
SINTER_API Tensor adaptive_avg_pool1d(const Operand &x, int64_t size, Loc loc = Loc::current());
SINTER_API Tensor adaptive_max_pool1d(const Operand &x, int64_t size, Loc loc = Loc::current());
/// Cells of volumes [n,c,d,h,w]: planes first, then the depth.
SINTER_API Tensor adaptive_avg_pool3d(const Operand &x, Triple size, Loc loc = Loc::current());
SINTER_API Tensor adaptive_max_pool3d(const Operand &x, Triple size, Loc loc = Loc::current());

/// How elements between others are made.
enum class Interpolation : uint8_t {
  nearest,       ///< the one above or left, as resize_nearest
  nearest_exact, ///< the one whose middle is nearest
  linear,        ///< along each axis: PyTorch's linear, bilinear and trilinear
  bicubic,       ///< of 4 along each axis, of images only; Keys's kernel with -0.75
  area           ///< the mean of what is covered, as resize_area
};
/// Options of interpolate: a size or factors, one number for all axes or one an axis.
struct Interpolate {
  std::vector<int64_t> size = {};
  std::vector<double> scale_factor = {}; ///< sizes are ⌊size · factor⌋, and places go by the factor
  Interpolation mode = Interpolation::nearest;
  bool align_corners = false;          ///< linear, bicubic: corners stay corners
  bool recompute_scale_factor = false; ///< places go by the sizes, as where `size` is given
};
/// Signals [n,c,l], images [n,c,h,w] or volumes [n,c,d,h,w] of another size; one axis after the
/// other. What weighs nothing is not read, so that NaN stays where it is seen.
SINTER_API Tensor interpolate(const Operand &x, Interpolate options, Loc loc = Loc::current());

} // namespace sinter
