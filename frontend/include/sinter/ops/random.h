// Random numbers: a pure function of seed, name, step and element index (D2), so a name may be used
// once an entry.
#pragma once

#include "sinter/tensor.h"

namespace sinter {

/// Uniform in [0, 1).
SINTER_API Tensor random_uniform(const std::string &name, Type type, Loc loc = Loc::current());

struct Dropout {
  double p = 0.5; ///< share of elements that become zero, in [0, 1)
};

/// In training: zeroes elements with probability p and scales the others by 1/(1-p). Elsewhere: x.
SINTER_API Tensor dropout(const std::string &name, const Operand &x, Dropout options = {},
                          Loc loc = Loc::current());

} // namespace sinter
