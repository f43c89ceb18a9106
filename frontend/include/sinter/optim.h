// Optimizers. Their scalars become flags of the trainer (--lr, --momentum, --weight-decay); a term
// that is zero when the model is built is left out, with its state and its flag.
#pragma once

#include "sinter/schedule.h"

#include <string>
#include <utility>
#include <vector>

namespace sinter {

/// Stochastic gradient descent as torch.optim.SGD computes it (dampening 0).
struct Sgd {
  Schedule lr = 0.1;
  double momentum = 0;
  bool nesterov = false;
  double weight_decay = 0;
};

/// An optimizer and its parameter groups.
struct Optimizer {
  struct Group {
    std::string
        prefix; ///< parameters named prefix or prefix.*; also the prefix of the group's flags
    Sgd options;
  };
  Sgd options;
  std::vector<Group> groups;

  /// Parameters under `prefix` get their own options and flags: --head.lr.
  Optimizer group(std::string prefix, Sgd group_options) && {
    groups.push_back({std::move(prefix), group_options});
    return std::move(*this);
  }
};

/// An optimizer for Step::minimize: SGD for all parameters.
inline Optimizer sgd(Sgd options = {}) { return Optimizer{options, {}}; }

} // namespace sinter
