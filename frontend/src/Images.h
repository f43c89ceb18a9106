// What convolutions and pooling share: how messages name their operands, images judged, and a
// convolution's layer. Reading on: Conv.cpp (layers), ConvOther.cpp, Pool.cpp, Resize.cpp.
#pragma once

#include "frontend/src/Call.h"

namespace sinter::detail {

inline constexpr const char *kSignals = "signals f32[n,channels,length]";
inline constexpr const char *kImages = "images f32[n,channels,height,width]";
inline constexpr const char *kVolumes = "volumes f32[n,channels,depth,height,width]";

/// False: poison, or not images of floating-point numbers (reported).
bool isImages(Call &call, const Tensor &x);

/// What `along` makes of signals as images of one row, as signals again.
Tensor asRows(const char *op, const Operand &signals, const Loc &loc,
              const std::function<Tensor(const Tensor &images)> &along);
/// What `across` makes of the planes of volumes, and `along` of their depths, which are the rows of
/// images then, as volumes again.
Tensor asPlanes(const char *op, const Operand &volumes, const Loc &loc,
                const std::function<Tensor(const Tensor &images)> &across,
                const std::function<Tensor(const Tensor &images)> &along);

using Bias = std::optional<Tensor>;

/// What a convolution's layer makes its parameters by.
struct ConvLayer {
  const char *op;
  const char *operand; ///< what it expects, of a rank that follows from the kernel
  std::vector<int64_t> kernel;
  int64_t filters, groups;
  bool bias;
  Init weight, biasInit;
  bool transposed = false; ///< the weight has its inputs first

  template <class Options>
  ConvLayer(const char *op, const char *operand, std::vector<int64_t> kernel, const Options &given,
            bool transposed = false)
      : op(op), operand(operand), kernel(std::move(kernel)), filters(given.filters),
        groups(given.groups), bias(given.bias), weight(given.weight), biasInit(given.bias_init),
        transposed(transposed) {}
};

/// A filter and bias for an operand, and `convolve` with them. `fits` judges the operand's sizes
/// before there are parameters; false: reported.
Tensor applyLayer(const ConvLayer &layer, const Name &name, const Operand &operand, const Loc &loc,
                  const std::function<bool(Call &, const Tensor &x)> &fits,
                  const std::function<Tensor(Call &, const Tensor &x, const Tensor &filter,
                                             const Bias &bias)> &convolve);
/// Plus a bias [channels] along axis 1 of images.
Tensor shifted(const Tensor &images, const Bias &bias);

} // namespace sinter::detail
