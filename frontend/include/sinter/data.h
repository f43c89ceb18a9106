// Data sets a trainer reads; each fixes the inputs that training sees.
#pragma once

#include "sinter/loc.h"

#include <cstdint>
#include <string>
#include <utility>

namespace sinter {

struct Images {
  int64_t batch = 256; ///< default of the build option "batch"
  int64_t classes = 0; ///< 0: known from the name
  int64_t channels = 0, height = 0, width = 0;
};

/// What the trainer reads, made by images().
struct Data {
  std::string name;
  Images options;
};

/// Inputs image f32[batch,channels,height,width] in [0,1] and label i32[batch].
/// Known names: mnist and fashion-mnist (10 classes, 1x28x28), cifar10 or cifar-10 (10 classes,
/// 3x32x32). --data DIR holds IDX files of images with one channel (train-images-idx3-ubyte[.gz] …)
/// and CIFAR's binary records of images with more (data_batch_1.bin[.gz] …, test_batch.bin[.gz]).
inline Data images(std::string name, Images options = {}) { return Data{std::move(name), options}; }

} // namespace sinter
