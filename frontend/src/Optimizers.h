// Inside minimize: groups with their scalars, one parameter's update, and the description of each
// optimizer.
//
// An optimizer is an Algorithm: its options with their defaults and a function that writes the
// update of one parameter in ordinary ops. All else is shared: flags, ranges, states, decay,
// clipping (Groups.cpp), schedules (Schedules.cpp) and the loop over parameters (Optim.cpp).
#pragma once

#include "frontend/src/Call.h"

namespace sinter::detail {

/// The scalar that by_epochs(…) reads; the trainer knows it.
inline constexpr const char *kStepsPerEpoch = "steps-per-epoch";

/// An option out of range.
struct Mistake {
  std::string wanted;
  double got;
};

/// What is wrong with a schedule, its parts included.
std::vector<Mistake> mistakesOf(const Schedule &schedule);
/// The rate of the step as f32[]; its scalars are flags that begin with `prefix`.
Tensor scheduledRate(Call &call, const std::string &prefix, const Schedule &schedule);
/// "weight_decay" → "weight-decay": an option's name as a flag.
std::string flagOf(std::string name);
/// A run-time scalar, declared when first asked for.
Tensor scalarOf(Call &call, const std::string &flag, rules::ElementType element, double initial,
                const char *help);

class Group;
struct Update;

/// How an optimizer treats weight decay.
enum class Decay : uint8_t {
  Penalty,   ///< g + weight_decay · p
  Decoupled, ///< p · (1 - lr · weight_decay)
  Own        ///< by its update
};

/// An optimizer.
struct Algorithm {
  const char *name;
  Decay decay;
  /// Of each option its value when it is left out; options of all optimizers stand in kOptions.
  std::vector<std::pair<const char *, double>> defaults;
  /// → the new value of the parameter.
  Tensor (*update)(Update &u);
};

/// The optimizer of a name that a function of optim.h gave.
const Algorithm &algorithmOf(const char *name);

/// What all groups of a step share.
struct Training {
  Call &call;
  std::optional<Tensor> count; ///< steps of the optimizer, this one included: f64[]
};

/// The parameters of a pattern and their options; the first group is that of all others.
class Group {
public:
  /// `around` is the optimizer's own group, null for itself.
  Group(Training &training, const std::string &pattern, const GivenOptions &given, Group *around);

  const std::string &pattern() const { return name; }
  const Algorithm &algorithm() const { return *kind; }
  /// Whether the parameter `parameter` belongs to it.
  bool matches(const std::string &parameter) const;
  /// False: options are out of range (all reported).
  bool valid();
  /// The value of an option when the model is built; 0: the optimizer has none of that name.
  double setting(const char *option) const;
  /// The group whose option it is: this one, or that around.
  Group &ownerOf(const char *option);
  /// An option as a scalar.
  Tensor scalar(const char *option, rules::ElementType element);
  /// The step's learning rate, f32[].
  Tensor rate();
  bool scheduled() const { return schedule().kind != Schedule::Kind::Constant; }
  /// Number of the step from 1, f64[].
  Tensor count();
  /// An optimizer's state that is one number for all parameters.
  Tensor state(const char *slot, double initial);
  void keep(const char *slot, const Tensor &value);
  /// What `make` gives, converted to `element`; made once.
  Tensor once(const std::string &key, rules::ElementType element,
              const std::function<Tensor(Group &)> &make);

private:
  /// Its own learning rate, or its optimizer's standard one; not for a group that inherits it.
  const Schedule &schedule() const;
  bool inherits() const { return around && !given.algorithm; }
  std::string slotOf(const char *slot) const { return "optimizer/" + prefix + slot; }

  Training &training;
  std::string name, prefix;
  GivenOptions given;
  Group *around;
  const Algorithm *kind;
  Schedule standard; ///< the rate when none is given
  std::map<std::string, Tensor> made;
};

/// The update of one parameter.
struct Update {
  Call &call;
  Group &group;
  const std::string &name;
  Tensor p, g; ///< the parameter and its gradient

  rules::ElementType element() const { return call.type(p).element; }
  /// Whether an option is there and not 0 when the model is built.
  bool has(const char *option) const { return group.setting(option) != 0; }
  /// An option in the parameter's element type.
  Tensor scalar(const char *option) { return group.scalar(option, element()); }
  /// The learning rate in the parameter's element type.
  Tensor rate();
  Tensor once(const char *key, const std::function<Tensor(Group &)> &make) {
    return group.once(key, element(), make);
  }
  /// The old value of a state of the parameter's type.
  Tensor state(const char *slot, double initial = 0);
  /// Its new value.
  Tensor keep(const char *slot, const Tensor &value);
  /// 1 - β: what an average takes of what is new.
  Tensor takes(const char *beta);
  /// A state that averages `x`: β · old + (1 - β) · x.
  Tensor average(const char *slot, const Tensor &x, const char *beta);
};

/// The new value of the parameter: penalties and decay, then its optimizer's update.
Tensor updated(Update &u);
/// Updates the averages of the entry with the new values of parameters.
void updateAverages(Call &call, const std::vector<std::string> &names,
                    const std::vector<Tensor> &values);
/// Clips gradients in place: `groups` and `gradients` by parameter.
void clipGradients(Call &call, const std::vector<Group *> &groups, std::vector<Tensor> &gradients);
/// Whether `pattern` names `parameter`; see struct Optimizer.
bool matchesPattern(const std::string &pattern, const std::string &parameter);

} // namespace sinter::detail
