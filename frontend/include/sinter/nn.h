// Parameters, scopes, state variables and layers.
//
// Names are PyTorch's: linear("fc1", …) makes fc1.weight [out,in] and fc1.bias [out]. A name used
// again in another entry is the same parameter; within one entry that gets a warning unless
// shared("fc1") says it is meant. Reading on: init.h, optim.h.
#pragma once

#include "sinter/init.h"
#include "sinter/tensor.h"

namespace sinter {

/// A parameter's or layer's name within the scopes around it.
struct Name {
  Name(const char *text) : text(text) {}
  Name(std::string text) : text(std::move(text)) {}
  std::string text;
  bool shared = false;
};

/// Says that using this name again is meant.
inline Name shared(Name name) {
  name.shared = true;
  return name;
}

/// While it lives, names are prefixed: Scope block("block1"); linear("fc", …) makes
/// block1.fc.weight.
class SINTER_API Scope {
public:
  explicit Scope(const std::string &name, Loc loc = Loc::current());
  ~Scope();
  Scope(const Scope &) = delete;
  Scope &operator=(const Scope &) = delete;

private:
  uint64_t depth = 0;
};

/// A trainable tensor.
SINTER_API Tensor parameter(Name name, Type type, Init init = {}, Loc loc = Loc::current());
/// A variable that is not trained, such as running statistics; saved with the weights.
SINTER_API State state(Name name, Type type, Init init = {}, Loc loc = Loc::current());
/// A variable that is 0 again when an epoch begins, such as the state of a net that reads a text batch
/// by batch; checkpoints hold it, weight files do not.
SINTER_API State epoch_state(Name name, Type type, Loc loc = Loc::current());
/// A run-time scalar f32[] with a flag of the trainer, --NAME.
SINTER_API Tensor hyperparameter(const std::string &name, double initial,
                                 const std::string &help = "", Loc loc = Loc::current());
/// Index of the step that runs, from 0: i64[].
SINTER_API Tensor get_step(Loc loc = Loc::current());
/// True while the training step itself is traced, false in evaluation and prediction.
SINTER_API bool training();

/// Options of linear.
struct Linear {
  int64_t units = 0; ///< size of the output
  int64_t axis = 0;  ///< 0: x is a matrix [batch,features]; -1: the last axis of any tensor
  bool bias = true;
  Init weight = {};    ///< default: uniform in ±1/√features
  Init bias_init = {}; ///< default: uniform in ±1/√features
};

/// x · weightᵀ + bias.
SINTER_API Tensor linear(Name name, const Operand &x, Linear options, Loc loc = Loc::current());

} // namespace sinter
