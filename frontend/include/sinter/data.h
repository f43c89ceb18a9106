// Data sets a trainer reads: named fields, which are the inputs that training sees.
#pragma once

#include "sinter/tensor.h"

#include <cstdint>
#include <string>
#include <vector>

namespace sinter {

/// How the stored elements of a field become numbers.
enum class Decode : uint8_t {
  Unit = 1, ///< bytes: byte/255 as f32
  Class = 2 ///< whole numbers below `classes` as i32
};

/// A named part of every example.
struct Field {
  std::string name; ///< of the input of the training step
  Type type;        ///< of one example
  Decode decode = Decode::Unit;
  int64_t classes = 0; ///< of Decode::Class
};

/// What the trainer reads. The functions below make it; Model::data takes it.
struct Data {
  /// Why there is no such data set; Model::data says it with its line.
  struct Mistake {
    std::string code, text, help;
  };

  std::string name; ///< in messages of the trainer
  std::vector<Field> fields;
  int64_t batch = 1; ///< default of the build option "batch"
  std::vector<Mistake> mistakes;
};

/// Options of images().
struct Images {
  int64_t batch = 256; ///< default of the build option "batch"
  int64_t classes = 0; ///< 0: known from the name
  int64_t channels = 0, height = 0, width = 0;
};

/// Fields image f32[channels,height,width] in [0,1] and label i32[].
/// Known names: mnist and fashion-mnist (10 classes, 1x28x28), cifar10 or cifar-10 (10 classes,
/// 3x32x32). --data DIR holds IDX files of images with one channel (train-images-idx3-ubyte[.gz] …)
/// and CIFAR's binary records of images with more (data_batch_1.bin[.gz] …, test_batch.bin[.gz]).
SINTER_API Data images(std::string name, Images options = {});

} // namespace sinter
