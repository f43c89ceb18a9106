// Convolutions over images [n,channels,height,width]. Reading on: pool.h.
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

} // namespace sinter
