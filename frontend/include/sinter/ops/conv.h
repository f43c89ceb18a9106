// Convolutions over images [n,channels,height,width], signals [n,channels,length] and volumes
// [n,channels,depth,height,width]. Reading on: pool.h.
#pragma once

#include "sinter/nn.h"

namespace sinter {

/// One number for both axes, or {height, width}.
struct Pair {
  Pair(int64_t both) : height(both), width(both) {}
  Pair(int both) : height(both), width(both) {}
  Pair(int64_t height, int64_t width) : height(height), width(width) {}
  int64_t height, width;
};

/// Zeros around an image: a number, {height, width}, same (the result has the image's size; stride
/// 1; an odd zero goes behind) or valid (none).
struct Padding {
  enum class Kind : uint8_t { Explicit, Same };
  Padding(int64_t both) : zeros(both) {}
  Padding(int both) : zeros(both) {}
  Padding(Pair zeros) : zeros(zeros) {}
  Padding(int64_t height, int64_t width) : zeros(height, width) {}
  Padding(Kind kind) : kind(kind) {}
  Kind kind = Kind::Explicit;
  Pair zeros = 0;
};
inline const Padding same{Padding::Kind::Same};
inline const Padding valid{0};

/// Options of conv2d.
struct Conv2d {
  int64_t filters = 0; ///< channels of the output
  Pair kernel = 1;
  Pair stride = 1;
  Padding padding = 0;
  Pair dilation = 1;
  int64_t groups = 1;
  bool bias = true;
  Init weight = {};    ///< default: uniform in ±1/√(inputs of one output)
  Init bias_init = {}; ///< default: the same
};

/// Cross-correlation with `name`.weight [out,in/groups,height,width], plus `name`.bias [out].
/// x [n,in,h,w] → [n,out,oh,ow].
SINTER_API Tensor conv2d(Name name, const Operand &x, Conv2d options, Loc loc = Loc::current());

/// The same with a filter [out,in/groups,height,width] that is any tensor; of `options` filters,
/// kernel and what makes parameters are not read.
SINTER_API Tensor conv2d(const Operand &x, const Operand &filter, Conv2d options = {},
                         Loc loc = Loc::current());

/// Options of conv1d.
struct Conv1d {
  int64_t filters = 0; ///< channels of the output
  int64_t kernel = 1;
  int64_t stride = 1;
  Padding padding = 0; ///< a number, same or valid
  int64_t dilation = 1;
  int64_t groups = 1;
  bool bias = true;
  Init weight = {};    ///< default: uniform in ±1/√(inputs of one output)
  Init bias_init = {}; ///< default: the same
};
/// The same along one axis: `name`.weight [out,in/groups,kernel], x [n,in,l] → [n,out,ol].
SINTER_API Tensor conv1d(Name name, const Operand &x, Conv1d options, Loc loc = Loc::current());
/// With a filter [out,in/groups,kernel] that is any tensor.
SINTER_API Tensor conv1d(const Operand &x, const Operand &filter, Conv1d options = {},
                         Loc loc = Loc::current());

/// One number for three axes, or {depth, height, width}.
struct Triple {
  Triple(int64_t all) : depth(all), height(all), width(all) {}
  Triple(int all) : depth(all), height(all), width(all) {}
  Triple(int64_t depth, int64_t height, int64_t width)
      : depth(depth), height(height), width(width) {}
  int64_t depth, height, width;
};

/// Options of conv3d.
struct Conv3d {
  int64_t filters = 0; ///< channels of the output
  Triple kernel = 1;
  Triple stride = 1;
  Triple padding = 0;
  Triple dilation = 1;
  int64_t groups = 1;
  bool bias = true;
  Init weight = {};    ///< default: uniform in ±1/√(inputs of one output)
  Init bias_init = {}; ///< default: the same
};
/// The same over volumes: `name`.weight [out,in/groups,depth,height,width], x [n,in,d,h,w] →
/// [n,out,od,oh,ow]. Made of one conv2d whose channels are the planes that a kernel covers, which
/// takes memory for `kernel.depth` copies of x.
SINTER_API Tensor conv3d(Name name, const Operand &x, Conv3d options, Loc loc = Loc::current());
/// With a filter that is any tensor.
SINTER_API Tensor conv3d(const Operand &x, const Operand &filter, Conv3d options = {},
                         Loc loc = Loc::current());

/// Options of conv_transpose2d.
struct ConvTranspose2d {
  int64_t filters = 0; ///< channels of the output
  Pair kernel = 1;
  Pair stride = 1;         ///< distance of the inputs in the result
  Pair padding = 0;        ///< taken off the result on each side
  Pair output_padding = 0; ///< added behind; less than the stride or the dilation
  Pair dilation = 1;
  int64_t groups = 1;
  bool bias = true;
  Init weight = {};    ///< default: uniform in ±1/√(filters/groups · kernel), as PyTorch
  Init bias_init = {}; ///< default: the same
};
/// The transpose of conv2d, also called deconvolution: what is the gradient of conv2d by its
/// images, with the same filter. `name`.weight is [in,out/groups,height,width]: inputs first. x
/// [n,in,h,w] → [n,out,oh,ow] with oh = (h - 1) stride - 2 padding + dilation (kernel - 1) +
/// output_padding + 1. Dumoulin, Visin, "A guide to convolution arithmetic for deep learning",
/// 2016.
SINTER_API Tensor conv_transpose2d(Name name, const Operand &x, ConvTranspose2d options,
                                   Loc loc = Loc::current());
/// With a filter [in,out/groups,height,width] that is any tensor.
SINTER_API Tensor conv_transpose2d(const Operand &x, const Operand &filter,
                                   ConvTranspose2d options = {}, Loc loc = Loc::current());

/// Options of conv_transpose1d.
struct ConvTranspose1d {
  int64_t filters = 0; ///< channels of the output
  int64_t kernel = 1;
  int64_t stride = 1;
  int64_t padding = 0;
  int64_t output_padding = 0;
  int64_t dilation = 1;
  int64_t groups = 1;
  bool bias = true;
  Init weight = {};    ///< default: uniform in ±1/√(filters/groups · kernel), as PyTorch
  Init bias_init = {}; ///< default: the same
};
/// The same along one axis: `name`.weight [in,out/groups,kernel], x [n,in,l] → [n,out,ol].
SINTER_API Tensor conv_transpose1d(Name name, const Operand &x, ConvTranspose1d options,
                                   Loc loc = Loc::current());
/// With a filter [in,out/groups,kernel] that is any tensor.
SINTER_API Tensor conv_transpose1d(const Operand &x, const Operand &filter,
                                   ConvTranspose1d options = {}, Loc loc = Loc::current());

/// Options of unfold and fold.
struct Unfold {
  Pair kernel = 1;
  Pair stride = 1;
  Pair padding = 0;
  Pair dilation = 1;
};
/// The windows of images as columns: x [n,c,h,w] → [n,c·kh·kw,windows], a column's numbers in the
/// order of channel, row, column (im2col).
SINTER_API Tensor unfold(const Operand &x, Unfold options, Loc loc = Loc::current());
/// Images of `size` that columns [n,c·kh·kw,windows] add up to where windows overlap: the transpose
/// of unfold, and not its inverse.
SINTER_API Tensor fold(const Operand &x, Pair size, Unfold options, Loc loc = Loc::current());

} // namespace sinter
