// Pooling and resizing of images [n,channels,height,width]. Reading on: conv.h (Pair).
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
/// Bilinear interpolation to a size, pixel centres at half coordinates (align_corners=False). NaN
/// reaches the pixels that see it, and no others.
SINTER_API Tensor resize_bilinear(const Operand &x, Pair size, Loc loc = Loc::current());

} // namespace sinter
