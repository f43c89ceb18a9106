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
/// Whole numbers of `type` (i32 or i64) from `low` on and below `high`, all alike.
SINTER_API Tensor randint(const std::string &name, int64_t low, int64_t high, Type type,
                          Loc loc = Loc::current());
/// The numbers below `n`, i64[n], in a random order: an index for index_select.
SINTER_API Tensor randperm(const std::string &name, int64_t n, Loc loc = Loc::current());
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
/// In training: elements with probability p become what selu approaches below, and all are scaled
/// and moved so that mean 0 and variance 1 stay. Elsewhere: x. Klambauer et al., "Self-normalizing
/// neural networks", 2017.
SINTER_API Tensor alpha_dropout(const std::string &name, const Operand &x, Dropout options = {},
                                Loc loc = Loc::current());

/// Options of gumbel_softmax.
struct GumbelSoftmax {
  double tau = 1;    ///< temperature, above 0
  bool hard = false; ///< 1 for the largest and 0 for the others, with the gradient of the soft one
  int64_t axis = -1;
};
/// softmax((logits + Gumbel noise) / tau): a choice that passes a gradient. Jang, Gu, Poole,
/// "Categorical reparameterization with Gumbel-softmax", 2017.
SINTER_API Tensor gumbel_softmax(const std::string &name, const Operand &logits,
                                 GumbelSoftmax options = {}, Loc loc = Loc::current());

} // namespace sinter
