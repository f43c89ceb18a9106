// What convolutions and pooling share: how messages name their operands, and images judged. Reading
// on: Conv.cpp, ConvOther.cpp, Pool.cpp, Resize.cpp.
#pragma once

#include "frontend/src/Call.h"

namespace sinter::detail {

inline constexpr const char *kSignals = "signals f32[n,channels,length]";
inline constexpr const char *kImages = "images f32[n,channels,height,width]";
inline constexpr const char *kVolumes = "volumes f32[n,channels,depth,height,width]";

/// False: poison, or not images of floating-point numbers (reported).
bool isImages(Call &call, const Tensor &x);

} // namespace sinter::detail
