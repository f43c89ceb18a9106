// minimize: the gradient op and the optimizer's updates, written as ordinary ops (D22 lets the
// compiler move them into the gradient kernels). Reading on: Optimizers.h, Entry.cpp (who calls).
#include "frontend/src/Optimizers.h"

#include <algorithm>
#include <deque>

namespace sinter::detail {

void addUpdate(Call &call, const std::string &symbol, const Tensor &value) {
  Context &current = context();
  if (!call.isPoison(value))
    current.trace->builder.update(symbol, TensorAccess::value(value),
                                  current.location(call.loc(), symbol));
}

/// Parameters that a gradient of `loss` reaches.
static std::set<std::string> reached(const Trace &trace, uint32_t loss) {
  std::set<uint32_t> values = dependencies(trace, loss, [](uint32_t) { return false; });
  std::set<std::string> symbols;
  for (const auto &[symbol, value] : trace.builder.symbols())
    if (values.count(value))
      symbols.insert(symbol);
  return symbols;
}

/// Patterns that the model and the optimizer froze.
static std::vector<std::string> frozenPatterns(const Optimizer &optimizer) {
  std::vector<std::string> patterns = context().trace->frozen;
  patterns.insert(patterns.end(), optimizer.frozen_patterns.begin(),
                  optimizer.frozen_patterns.end());
  return patterns;
}

static bool isFrozen(const std::vector<std::string> &patterns, const std::string &parameter) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string &pattern) {
    return matchesPattern(pattern, parameter);
  });
}

/// Parameters that `loss` reaches and that are not frozen, in the order in which they were made; a
/// warning for each that it does not reach.
static std::vector<std::string> collectTrained(Call &call, const Tensor &loss,
                                               const std::vector<std::string> &frozen) {
  Context &current = context();
  const Trace &trace = *current.trace;
  std::set<std::string> touched = reached(trace, TensorAccess::value(loss));
  std::vector<std::string> names;
  for (const proto::Symbol &symbol : current.graph.module.symbols()) {
    if (symbol.kind() != proto::Symbol::PARAMETER ||
        !trace.builder.symbols().count(symbol.name()) || isFrozen(frozen, symbol.name()))
      continue;
    if (touched.count(symbol.name())) {
      names.push_back(symbol.name());
      continue;
    }
    current.warning("E0011", current.place(symbol.location()),
                    "parameter '" + symbol.name() +
                        "' is not reached by the loss and will not be trained",
                    "use its result in the loss, or make it a state(…)",
                    {{Place(call.loc()), "the loss is minimised here"}});
  }
  return names;
}

/// The group of each of `names`. Nothing: a pattern names none of them, or two name one (reported).
static std::optional<std::vector<Group *>> groupsOf(Call &call, std::deque<Group> &groups,
                                                    const std::vector<std::string> &names) {
  std::vector<Group *> result(names.size(), &groups.front());
  bool good = true;
  for (size_t k = 1; k < groups.size(); ++k) {
    bool found = false;
    for (size_t i = 0; i < names.size(); ++i) {
      if (!groups[k].matches(names[i]))
        continue;
      if (result[i] != &groups.front()) {
        call.fail("E0020", "expects each parameter in one group, got '" + names[i] +
                               "' in the groups '" + result[i]->pattern() + "' and '" +
                               groups[k].pattern() + "'");
        good = false;
      }
      found = true;
      result[i] = &groups[k];
    }
    if (!found)
      call.fail("E0020", "expects trained parameters under the group's name '" +
                             groups[k].pattern() + "', got none");
    good &= found;
  }
  return good ? std::optional(result) : std::nullopt;
}

/// False: a frozen pattern names no parameter of this entry (reported).
static bool checkFrozen(Call &call, const std::vector<std::string> &frozen) {
  const Context &current = context();
  bool good = true;
  for (const std::string &pattern : frozen) {
    bool found = false;
    for (const auto &[name, value] : current.trace->builder.symbols()) {
      const proto::Symbol *symbol = current.graph.findSymbol(name);
      found |=
          symbol && symbol->kind() == proto::Symbol::PARAMETER && matchesPattern(pattern, name);
    }
    if (!found)
      call.fail("E0020",
                "expects parameters that the frozen pattern '" + pattern + "' names, got none");
    good &= found;
  }
  return good;
}

static Tensors parametersOf(const std::vector<std::string> &names) {
  const Trace &trace = *context().trace;
  Tensors parameters;
  for (const std::string &name : names)
    parameters.push_back(TensorAccess::make(trace.serial, trace.builder.symbols().at(name)));
  return parameters;
}

std::optional<Tensors> gradientsOf(Call &call, const Tensor &loss,
                                   const std::vector<std::string> &names) {
  return differentiate(call, loss, call.number(call.type(loss).element, 1), parametersOf(names));
}

void applyGradients(Call &call, const Optimizer &optimizer, const std::vector<std::string> &names,
                    const Gradients &gradients) {
  Training training{call, {}};
  std::deque<Group> groups;
  groups.emplace_back(training, "", optimizer.options, nullptr);
  bool valid = groups.back().valid();
  for (const Optimizer::Group &group : optimizer.groups) {
    groups.emplace_back(training, group.pattern, group.options, &groups.front());
    valid &= groups.back().valid();
  }
  std::optional<std::vector<Group *>> chosen = groupsOf(call, groups, names);
  std::optional<Tensors> slopes = valid && chosen ? gradients() : std::nullopt;
  if (!slopes)
    return;
  clipGradients(call, *chosen, *slopes);
  Tensors parameters = parametersOf(names), values;
  for (size_t i = 0; i < names.size(); ++i) {
    Update update{call, *(*chosen)[i], names[i], parameters[i], (*slopes)[i]};
    values.push_back(updated(update));
    addUpdate(call, names[i], values.back());
  }
  updateAverages(call, names, values);
  if (groups.front().scheduled()) { // a scheduled rate is worth a column in the log
    Tensor rate = groups.front().rate();
    if (call.isPoison(rate))
      return;
    addOutput(call, "lr", rate);
  }
}

void applyOptimizer(Call &call, const Tensor &loss, const Optimizer &optimizer) {
  std::vector<std::string> frozen = frozenPatterns(optimizer);
  std::vector<std::string> names = collectTrained(call, loss, frozen);
  bool valid = checkFrozen(call, frozen);
  if (names.empty())
    return void(call.fail(
        "E0010", "expects a loss that depends on parameters, got one that depends on none",
        !frozen.empty() ? "all parameters are frozen"
                        : "make the model's parameters with linear(…) or parameter(…)",
        {loss}));
  applyGradients(call, optimizer, names,
                 [&] { return valid ? gradientsOf(call, loss, names) : std::nullopt; });
}

} // namespace sinter::detail

void sinter::frozen(const std::string &pattern, Loc loc) {
  detail::Call call("frozen", loc);
  if (call.inTrace())
    detail::context().trace->frozen.push_back(pattern);
}
