// Random numbers: a pure function of seed, name, step and element index (D2), so a name may be used
// once an entry.
#pragma once

#include "sinter/tensor.h"

namespace sinter {

/// Uniform in [0, 1).
SINTER_API Tensor random_uniform(const std::string &name, Type type, Loc loc = Loc::current());
/// random_uniform, by PyTorch's name.
inline Tensor rand(const std::string &name, Type type, Loc loc = Loc::current()) {
  return random_uniform(name, std::move(type), loc);
}

/// Options of random_normal.
struct Normal {
  double mean = 0;
  double std = 1; ///< 0 or more
};
/// Normally distributed numbers, by the transform of Box and Muller from two uniform ones, so
/// within 5.8 deviations.
SINTER_API Tensor random_normal(const std::string &name, Type type, Normal options = {},
                                Loc loc = Loc::current());
/// random_normal with mean 0 and deviation 1.
inline Tensor randn(const std::string &name, Type type, Loc loc = Loc::current()) {
  return random_normal(name, std::move(type), {}, loc);
}
/// 1 with probability `p`, floats of any shape, else 0.
SINTER_API Tensor random_bernoulli(const std::string &name, const Operand &p,
                                   Loc loc = Loc::current());
/// The same of one probability in [0, 1].
SINTER_API Tensor random_bernoulli(const std::string &name, Type type, double p = 0.5,
                                   Loc loc = Loc::current());
/// i32 indices along `axis`, each with the probability softmax(logits) gives it: the largest of
/// logits plus Gumbel noise.
SINTER_API Tensor categorical(const std::string &name, const Operand &logits, int64_t axis = -1,
                              Loc loc = Loc::current());

struct Dropout {
  double p = 0.5; ///< share of elements that become zero, in [0, 1)
};

/// In training: zeroes elements with probability p and scales the others by 1/(1-p). Elsewhere: x.
SINTER_API Tensor dropout(const std::string &name, const Operand &x, Dropout options = {},
                          Loc loc = Loc::current());
/// The same with whole channels of x [n,channels,…] together. Tompson et al., "Efficient object
/// localization using convolutional networks", 2015.
SINTER_API Tensor dropout2d(const std::string &name, const Operand &x, Dropout options = {},
                            Loc loc = Loc::current());

} // namespace sinter
