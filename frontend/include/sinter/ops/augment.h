// Random changes of pictures, each example of a batch on its own, as ops of the graph: a trainer
// draws them anew each step, from its seed (D2). Outside of training they change nothing by chance.
// Pictures are floats [n,channels,height,width]. Names and ranges are torchvision.transforms'.
#pragma once

#include "sinter/ops/conv.h"

namespace sinter {

/// Options of random_flip.
struct RandomFlip {
  double p = 0.5;    ///< chance of an example, in [0, 1]
  int64_t axis = -1; ///< -1: left becomes right (RandomHorizontalFlip), -2: top becomes bottom
};
/// In training: mirrors an example with probability p. Elsewhere: x.
SINTER_API Tensor random_flip(const std::string &name, const Operand &x, RandomFlip options = {},
                              Loc loc = Loc::current());

/// Options of random_crop.
struct RandomCrop {
  Pair size = 0;    ///< of the result; 0: that of x
  Pair padding = 0; ///< zeros around x first
};
/// In training: a window of each example, at a place drawn evenly (RandomCrop). Elsewhere: the
/// window in the middle, which is x where the size is that of x.
SINTER_API Tensor random_crop(const std::string &name, const Operand &x, RandomCrop options,
                              Loc loc = Loc::current());

/// Options of color_jitter: a factor is drawn evenly from [max(0, 1 - v), 1 + v].
struct ColorJitter {
  double brightness = 0, contrast = 0, saturation = 0; ///< 0 or more
};
/// In training: pictures in [0,1] of 3 channels, red, green and blue, times a factor of brightness;
/// then moved away from their mean grey by one of contrast; then each pixel from its own grey by
/// one of saturation; after each held to [0,1]. Elsewhere: x. (ColorJitter, which takes the three
/// in an order that it draws, and knows hue.)
SINTER_API Tensor color_jitter(const std::string &name, const Operand &x, ColorJitter options,
                               Loc loc = Loc::current());

/// Options of normalize_channels.
struct NormalizeChannels {
  std::vector<double> mean; ///< of each channel, or one for all
  std::vector<double> std;  ///< the same, above 0
};
/// (x - mean) / std of the channels, axis 1 (transforms.Normalize); always.
SINTER_API Tensor normalize_channels(const Operand &x, NormalizeChannels options,
                                     Loc loc = Loc::current());

} // namespace sinter
