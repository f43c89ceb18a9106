// Groups of parameters: patterns, options with their ranges and flags, clipping, and what all
// updates have in common. Reading on: Optimizers.h, Optimizers.cpp (the formulas).
#include "frontend/src/Optimizers.h"
#include "sinter/ops/elementwise.h"
#include "sinter/ops/reduce.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace sinter::detail {

using E = rules::ElementType;

namespace {
enum class Range : uint8_t { Positive, Unit, Truth };

/// An option of optimizers. Those without help are fixed when the model is built.
struct Option {
  const char *name;
  Range range = Range::Positive;
  const char *help = nullptr;
  E element = E::F64; ///< f64: 1 - 0.999 keeps its digits
};

const Option kOptions[] = {
    {"momentum", Range::Positive, "momentum", E::F32},
    {"weight_decay", Range::Positive, "weight decay", E::F32},
    {"dampening", Range::Positive, "part of the gradient that momentum leaves out"},
    {"beta1", Range::Unit, "rate at which the average of gradients forgets"},
    {"beta2", Range::Unit, "rate at which the average of squared gradients forgets"},
    {"alpha", Range::Unit, "rate at which the average of squared gradients forgets"},
    {"rho", Range::Unit, "rate at which the averages of squares forget"},
    {"eps", Range::Positive, "what keeps a divisor from 0"},
    {"lr_decay", Range::Positive, "decay of the learning rate a step"},
    {"momentum_decay", Range::Positive, "decay of the momentum"},
    {"trust_coefficient", Range::Positive, "part of a weight's norm that a step may be"},
    {"l1", Range::Positive, "L1 penalty"},
    {"clip_norm", Range::Positive, "largest norm of all gradients"},
    {"clip_value", Range::Positive, "largest element of the gradients"},
    {"clip_each", Range::Positive, "largest norm of each parameter's gradient"},
    {"initial_accumulator_value"},
    {"nesterov", Range::Truth},
    {"centered", Range::Truth},
    {"amsgrad", Range::Truth},
    {"maximize", Range::Truth},
    {"decoupled_weight_decay", Range::Truth},
};
} // namespace

static const Option &optionOf(const char *name) {
  return *std::find_if(std::begin(kOptions), std::end(kOptions),
                       [&](const Option &option) { return std::strcmp(option.name, name) == 0; });
}

std::string flagOf(std::string name) {
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

static bool globMatches(const char *pattern, const char *text) {
  if (*pattern == '*')
    return globMatches(pattern + 1, text) || (*text && globMatches(pattern, text + 1));
  return *pattern == *text && (!*pattern || globMatches(pattern + 1, text + 1));
}

bool matchesPattern(const std::string &pattern, const std::string &parameter) {
  if (pattern.find('*') != std::string::npos)
    return globMatches(pattern.c_str(), parameter.c_str());
  return parameter == pattern || parameter.starts_with(pattern + ".") ||
         parameter.ends_with("." + pattern);
}

Tensor scalarOf(Call &call, const std::string &flag, E element, double initial, const char *help) {
  if (!declareScalar(flag, element, initial, help, call.loc()))
    return call.poison();
  return call.get(flag, {element, {}}, "hyperparameter '" + flag + "'");
}

//===--- Group --------------------------------------------------------------------------------===//

/// "encoder.*" → "encoder.": what the flags and own states of a group begin with.
static std::string prefixOf(const std::string &pattern) {
  std::string result;
  for (char c : pattern)
    if (c != '*' && !(c == '.' && (result.empty() || result.back() == '.')))
      result += c;
  if (!result.empty() && result.back() != '.')
    result += '.';
  return result;
}

/// Null: it is not in the list.
static const double *find(const std::vector<std::pair<const char *, double>> &list,
                          const char *option) {
  for (const auto &[name, value] : list)
    if (std::strcmp(name, option) == 0)
      return &value;
  return nullptr;
}

Group::Group(Training &training, const std::string &pattern, const GivenOptions &given,
             Group *around)
    : training(training), name(pattern), prefix(prefixOf(pattern)), given(given), around(around),
      kind(given.algorithm ? &algorithmOf(given.algorithm) : around->kind) {
  standard = *find(kind->defaults, "lr");
}

bool Group::matches(const std::string &parameter) const { return matchesPattern(name, parameter); }

bool Group::valid() {
  bool good = true;
  auto refuse = [&](const std::string &wanted, const std::string &option, double got) {
    std::string said = std::isnan(got) ? "none" : numberText(got);
    training.call.fail("E0020", "expects " + wanted + " for " + prefix + option + ", got " + said);
    good = false;
  };
  for (const Mistake &mistake : inherits() ? mistakesOf(given.lr) : mistakesOf(schedule()))
    refuse(mistake.wanted, "lr", mistake.got);
  for (const auto &[name, value] : given.settings) {
    const Option &option = optionOf(name);
    if (!(value >= 0) || !std::isfinite(value))
      refuse("a number of 0 or more", name, std::isfinite(value) ? value : HUGE_VAL);
    else if (option.range == Range::Unit && value >= 1)
      refuse("a number in [0, 1)", name, value);
    else if (option.range == Range::Truth && value != 0 && value != 1)
      refuse("true or false", name, value);
  }
  if (setting("nesterov") != 0 && setting("momentum") == 0)
    refuse("a number above 0 with nesterov", "momentum", 0);
  if (setting("nesterov") != 0 && setting("dampening") != 0)
    refuse("0 with nesterov", "dampening", setting("dampening"));
  return good;
}

Group &Group::ownerOf(const char *option) {
  return find(given.settings, option) || !inherits() ? *this : around->ownerOf(option);
}

double Group::setting(const char *option) const {
  if (const double *value = find(given.settings, option))
    return *value;
  if (inherits())
    return around->setting(option);
  const double *left = find(kind->defaults, option);
  return left ? *left : 0;
}

Tensor Group::scalar(const char *option, E element) {
  Group &owner = ownerOf(option);
  if (&owner != this)
    return owner.scalar(option, element);
  const Option &facts = optionOf(option);
  return once(option, element, [&](Group &) {
    return scalarOf(training.call, prefix + flagOf(option), facts.element, setting(option),
                    facts.help);
  });
}

const Schedule &Group::schedule() const {
  return given.lr.kind != Schedule::Kind::None ? given.lr : standard;
}

Tensor Group::rate() {
  if (given.lr.kind == Schedule::Kind::None && inherits())
    return around->rate();
  return once("lr", E::F32,
              [&](Group &) { return scheduledRate(training.call, prefix, schedule()); });
}

Tensor Group::count() {
  if (!training.count) {
    Call &call = training.call;
    const std::string symbol = "optimizer/step";
    const rules::Type type{E::I64, {}};
    if (!declareSymbol(symbol, proto::Symbol::OPTIMIZER, type, proto::Initializer(), call.loc()))
      return call.poison();
    Tensor next = call.get(symbol, type, "the optimizer's step") + int64_t(1);
    addUpdate(call, symbol, next);
    training.count = cast(next, f64);
  }
  return *training.count;
}

static bool declareState(Call &call, const std::string &symbol, const rules::Type &type,
                         double initial) {
  proto::Initializer start;
  start.set_a(initial);
  return declareSymbol(symbol, proto::Symbol::OPTIMIZER, type, start, call.loc());
}

Tensor Group::state(const char *slot, double initial) {
  Call &call = training.call;
  if (!declareState(call, slotOf(slot), {E::F64, {}}, initial))
    return call.poison();
  return call.get(slotOf(slot), {E::F64, {}}, std::string(slot) + " of the optimizer");
}

void Group::keep(const char *slot, const Tensor &value) {
  addUpdate(training.call, slotOf(slot), value);
}

Tensor Group::once(const std::string &key, E element, const std::function<Tensor(Group &)> &make) {
  Tensor &value = made[key + " " + toString(rules::Type{element, {}})];
  if (Call::isPoison(value)) {
    Tensor wide = make(*this);
    value = Call::isPoison(wide) ? wide : cast(wide, DType{static_cast<uint8_t>(element)});
  }
  return value;
}

//===--- One parameter ------------------------------------------------------------------------===//

Tensor Update::rate() { return cast(group.rate(), p.dtype()); }

static std::string stateOf(const std::string &parameter, const char *slot) {
  return "optimizer/" + parameter + "." + slot;
}

Tensor Update::state(const char *slot, double initial) {
  const rules::Type type = call.type(p);
  std::string symbol = stateOf(name, slot);
  if (!declareState(call, symbol, type, initial))
    return call.poison();
  context().graph.nameState(symbol, name, slot);
  return call.get(symbol, type, std::string(slot) + " of '" + name + "'");
}

Tensor Update::keep(const char *slot, const Tensor &value) {
  addUpdate(call, stateOf(name, slot), value);
  return value;
}

Tensor Update::takes(const char *beta) {
  return once((std::string("1-") + beta).c_str(),
              [&](Group &o) { return 1.0 - o.scalar(beta, E::F64); });
}

Tensor Update::average(const char *slot, const Tensor &x, const char *beta) {
  Tensor forgets = scalar(beta), part = takes(beta);
  return keep(slot, forgets * state(slot) + part * x);
}

Tensor updated(Update &u) {
  if (u.has("maximize"))
    u.g = -u.g;
  if (u.has("l1"))
    u.g = u.g + u.scalar("l1") * sign(u.p);
  Decay decay = u.group.algorithm().decay;
  if (u.has("decoupled_weight_decay"))
    decay = Decay::Decoupled;
  if (u.has("weight_decay") && decay == Decay::Penalty)
    u.g = u.g + u.scalar("weight_decay") * u.p;
  if (u.has("weight_decay") && decay == Decay::Decoupled)
    u.p = u.p * u.once("decay", [](Group &o) {
      return 1.0 - cast(o.rate(), f64) * o.scalar("weight_decay", E::F64);
    });
  return u.group.algorithm().update(u);
}

//===--- Clipping -----------------------------------------------------------------------------===//

/// The part of a gradient that stays where its norm, whose square is given, may be `most`.
static Tensor partWithin(const Tensor &most, const Tensor &square) {
  return min(most / (sqrt(square) + 1e-6), 1.0);
}

static Tensor squareOf(const Tensor &g) { return cast(sum(g * g), f64); }

void clipGradients(Call &call, const std::vector<Group *> &groups, std::vector<Tensor> &gradients) {
  std::vector<Group *> owners; // of clip_norm, in the order of their first parameters
  for (size_t i = 0; i < groups.size(); ++i) {
    Tensor &g = gradients[i];
    if (groups[i]->setting("clip_value") != 0) {
      Tensor limit = groups[i]->scalar("clip_value", call.type(g).element);
      g = max(min(g, limit), -limit);
    }
    if (groups[i]->setting("clip_each") != 0)
      g = g * cast(partWithin(groups[i]->scalar("clip_each", E::F64), squareOf(g)), g.dtype());
    Group &owner = groups[i]->ownerOf("clip_norm");
    if (owner.setting("clip_norm") != 0 &&
        std::find(owners.begin(), owners.end(), &owner) == owners.end())
      owners.push_back(&owner);
  }
  for (Group *owner : owners) {
    std::optional<Tensor> squares;
    for (size_t i = 0; i < groups.size(); ++i)
      if (&groups[i]->ownerOf("clip_norm") == owner) {
        Tensor square = squareOf(gradients[i]);
        squares = squares ? *squares + square : square;
      }
    Tensor factor = partWithin(owner->scalar("clip_norm", E::F64), *squares);
    for (size_t i = 0; i < groups.size(); ++i)
      if (&groups[i]->ownerOf("clip_norm") == owner)
        gradients[i] = gradients[i] * cast(factor, gradients[i].dtype());
  }
}

} // namespace sinter::detail
