// Model and its entries.
//
// train() traces its function in training mode and, for evaluation, once per evaluation batch size;
// predict() once per batch size. Tracing happens in the call, so the function may capture by
// reference. Reading on: data.h, optim.h, nn.h.
#pragma once

#include "sinter/data.h"
#include "sinter/optim.h"
#include "sinter/tensor.h"

#include <concepts>

namespace sinter {

/// An entry being traced; a handle, pass it by value.
class SINTER_API Entry {
public:
  /// Examples in this trace; stands in shapes.
  int64_t batch() const;
  /// A named input.
  Tensor input(const std::string &name, Type type, Loc loc = Loc::current());
  /// A named result.
  void output(const std::string &name, const Operand &value, Loc loc = Loc::current());
};

/// What becomes of a metric's mean when an epoch ends.
enum class Finish : uint8_t {
  mean = 0, ///< nothing
  exp = 1,  ///< its exponential: perplexity, of the mean loss of a token
  sqrt = 2  ///< its root: of a mean of squares
};

/// Options of metric.
struct Metric {
  Finish finish = Finish::mean;
};

/// Options of minimize.
struct Minimize {
  /// Parts of equal size that a training batch is worked off in, one after the other: the memory of
  /// a step is that of a part, its gradient the mean of the parts' (as torch's loss / accumulate,
  /// backward(), so often, then step()). In training the function then sees the part: batch() is
  /// its size, and batch statistics are its own. Losses and metrics are means over the parts, so
  /// a loss that is a mean over examples gives the whole batch's gradient. Divides the batch.
  int64_t accumulate = 1;
};

/// The training step being traced.
class SINTER_API Step : public Entry {
public:
  using Entry::input;
  /// An input of the data set: its type is known.
  Tensor input(const std::string &name, Loc loc = Loc::current());
  /// Differentiates the scalar `loss` and updates every parameter it reaches. Once a step.
  void minimize(const Operand &loss, const Optimizer &optimizer, Minimize options = {},
                Loc loc = Loc::current());
  /// A number to report at the end of an epoch: the mean of `value` over all examples, or what
  /// `options` make of it. Or counts i32[K,K], as confusion_matrix gives: they are added up, the
  /// number is the share on their diagonal, and evaluations show them, with the accuracy of each
  /// class.
  void metric(const std::string &name, const Operand &value, Metric options = {},
              Loc loc = Loc::current());
};

/// Options of Model::train.
struct Train {
  int64_t epochs = 10;                    ///< default of the trainer's --epochs
  std::vector<int64_t> eval_batches = {}; ///< default: the training batch, 16 and 1
};

/// A model: the one object of a model program. It collects a data set, a training step and entries,
/// and write() hands their graph to the compiler.
class SINTER_API Model {
public:
  /// The name becomes that of files and C functions.
  Model(const std::string &name, int argc, char **argv, Loc loc = Loc::current());
  ~Model();
  Model(const Model &) = delete;
  Model &operator=(const Model &) = delete;

  /// The chosen value of a build option: `--set name=value`, else the default. A whole number of 0
  /// or more; a truth value when the default is one (`--set name=true`, also 1).
  int64_t option(const std::string &name, int64_t default_value, Loc loc = Loc::current());
  template <std::same_as<bool> Truth>
  bool option(const std::string &name, Truth default_value, Loc loc = Loc::current()) {
    return truth(name, default_value, loc);
  }
  /// What training reads.
  void data(const Data &data, Loc loc = Loc::current());

  /// The training step: a function of a Step.
  template <class F> void train(F function, Train options = {}, Loc loc = Loc::current()) {
    trainWith([](void *f, Step step) { (*static_cast<F *>(f))(step); }, &function, options, loc);
  }
  /// A further entry: a function of an Entry.
  template <class F> void entry(const std::string &name, F function, Loc loc = Loc::current()) {
    entryWith(name, [](void *f, Entry entry) { (*static_cast<F *>(f))(entry); }, &function, loc);
  }
  /// The entry named predict.
  template <class F> void predict(F function, Loc loc = Loc::current()) {
    entry("predict", static_cast<F &&>(function), loc);
  }

  /// Writes the graph, or reports what is missing. → the exit code for main.
  int write(Loc loc = Loc::current());

private:
  bool truth(const std::string &name, bool default_value, const Loc &loc);
  bool owner = false; // a second Model, which is an error, must not end the first
  void trainWith(void (*call)(void *, Step), void *function, const Train &options, Loc loc);
  void entryWith(const std::string &name, void (*call)(void *, Entry), void *function, Loc loc);
};

} // namespace sinter
