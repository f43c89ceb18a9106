// minimize: the gradient op and the optimizer's update, written as ordinary ops (D22 lets the
// compiler move them into the gradient kernels). SGD is torch.optim.SGD's: a zero momentum buffer
// and dampening 0 make the first step the gradient. Reading on: include/sinter/optim.h, Model.cpp
// (who calls).
#include "frontend/src/Call.h"
#include "sinter/ops/elementwise.h"
#include "sinter/rules/loss.h"

#include <algorithm>
#include <cmath>

namespace sinter::detail {

using Types = std::vector<rules::Type>;

void addUpdate(Call &call, const std::string &symbol, const Tensor &value) {
  Context &current = context();
  if (!call.isPoison(value))
    current.trace->builder.update(symbol, TensorAccess::value(value),
                                  current.location(call.loc(), symbol));
}

using Nodes = google::protobuf::RepeatedPtrField<proto::Node>;

static void collectProducers(const Nodes &nodes,
                             std::map<uint32_t, const proto::Node *> &producers) {
  for (const proto::Node &node : nodes) {
    for (const proto::Value &result : node.results())
      producers[result.id()] = &node;
    for (const proto::Region &region : node.regions())
      collectProducers(region.nodes(), producers);
  }
}

/// Parameters that a gradient of `loss` reaches, by walking back over floating-point values; from
/// an op with bodies through what they yield, and from their arguments to what these stand for.
static std::set<std::string> reached(const Trace &trace, uint32_t loss) {
  std::map<uint32_t, const proto::Node *> producers;
  collectProducers(trace.builder.nodes(), producers);
  std::set<std::string> symbols;
  std::set<uint32_t> seen{loss};
  std::vector<uint32_t> work{loss};
  auto visit = [&](uint32_t value) {
    if (seen.insert(value).second)
      work.push_back(value);
  };
  while (!work.empty()) {
    uint32_t value = work.back();
    work.pop_back();
    if (!rules::isFloat(trace.builder.type(value).element))
      continue;
    if (uint32_t source = trace.builder.source(value))
      visit(source);
    auto made = producers.find(value);
    if (made == producers.end() || made->second->op() == "stop_gradient")
      continue;
    const proto::Node &node = *made->second;
    if (node.op() == "get")
      symbols.insert(node.attributes(0).symbol());
    for (const proto::Region &region : node.regions())
      for (uint32_t yield : region.yields())
        visit(yield);
    if (node.regions_size() == 0)
      for (uint32_t input : node.inputs())
        visit(input);
  }
  return symbols;
}

/// One group's scalars as tensors; each is made when first asked for.
class Group {
public:
  Group(Call &call, std::string prefix, const Sgd &options)
      : call(call), prefix(prefix.empty() ? "" : prefix + "."), options(options) {}

  /// False: options are out of range (all reported).
  bool valid() {
    bool good = true;
    auto expect = [&](bool holds, const char *name, const std::string &wanted, double got) {
      if (!holds)
        call.fail("E0020",
                  "expects " + wanted + " for " + prefix + name + ", got " + numberText(got));
      good &= holds;
    };
    auto positive = [](double value) { return value >= 0 && std::isfinite(value); };
    expect(positive(options.lr.initial), "lr", "a number of 0 or more", options.lr.initial);
    expect(positive(options.momentum), "momentum", "a number of 0 or more", options.momentum);
    expect(positive(options.weight_decay), "weight_decay", "a number of 0 or more",
           options.weight_decay);
    expect(!options.nesterov || options.momentum != 0, "momentum", "a number above 0 with nesterov",
           0);
    expect(options.lr.every >= 0, "lr", "a schedule with every of 1 or more", 0);
    expect(options.lr.every <= 0 || positive(options.lr.factor), "lr",
           "a schedule with a factor of 0 or more", options.lr.factor);
    return good;
  }

  /// Scalar `name` converted to `element`.
  Tensor scalar(const char *name, double initial, rules::ElementType element, const char *help) {
    Tensor value = get(name, rules::ElementType::F32, initial, help);
    return converted(value, element);
  }

  /// The step's learning rate.
  Tensor rate() {
    if (lr)
      return *lr;
    const Loc &loc = call.loc();
    Tensor base = get("lr", rules::ElementType::F32, options.lr.initial, "learning rate");
    lr = base;
    if (options.lr.every > 0) {
      Tensor every = get("lr-every", rules::ElementType::I64, static_cast<double>(options.lr.every),
                         "steps between two decays of the learning rate");
      Tensor factor =
          get("lr-factor", rules::ElementType::F32, options.lr.factor, "factor of a decay");
      if (call.isPoison(every) || call.isPoison(factor) || call.isPoison(base))
        return base;
      // Whole numbers divide exactly enough in f64: ⌊step / every⌋ is right below 2^53.
      Tensor step = converted(call.get("step", {rules::ElementType::I64, {}}, "step"),
                              rules::ElementType::F64);
      Tensor quotient =
          Operand(step, loc) / Operand(converted(every, rules::ElementType::F64), loc);
      Tensor decays =
          converted(converted(quotient, rules::ElementType::I64), rules::ElementType::F32);
      lr = Operand(base, loc) * Operand(pow(Operand(factor, loc), Operand(decays, loc), loc), loc);
    }
    return *lr;
  }

  Tensor converted(const Tensor &value, rules::ElementType element) {
    return cast(Operand(value, call.loc()), DType{static_cast<uint8_t>(element)}, call.loc());
  }

  const Sgd &sgd() const { return options; }

private:
  Tensor get(const char *name, rules::ElementType element, double initial, const char *help) {
    std::string path = prefix + name;
    if (!declareScalar(path, element, initial, help, call.loc()))
      return call.poison();
    return call.get(path, {element, {}}, "hyperparameter '" + path + "'");
  }

  Call &call;
  std::string prefix;
  Sgd options;
  std::optional<Tensor> lr;
};

/// p, its gradient and its group → the new p; the momentum buffer gets its own update.
static Tensor sgdStep(Call &call, Group &group, const std::string &name, const Tensor &p,
                      Tensor g) {
  const Loc &loc = call.loc();
  rules::Type type = call.type(p);
  auto times = [&](const Tensor &scalar, const Tensor &x) {
    return Operand(scalar, loc) * Operand(x, loc);
  };
  auto plus = [&](const Tensor &a, const Tensor &b) { return Operand(a, loc) + Operand(b, loc); };
  const Sgd &options = group.sgd();
  if (options.weight_decay != 0)
    g = plus(
        g,
        times(group.scalar("weight-decay", options.weight_decay, type.element, "L2 penalty"), p));
  if (options.momentum != 0) {
    Tensor momentum = group.scalar("momentum", options.momentum, type.element, "momentum");
    std::string symbol = "optimizer/" + name + ".momentum_buffer";
    if (!declareSymbol(symbol, proto::Symbol::OPTIMIZER, type, proto::Initializer(), loc))
      return call.poison();
    context().graph.nameState(symbol, name, "momentum_buffer");
    Tensor buffer = plus(times(momentum, call.get(symbol, type, "momentum of '" + name + "'")), g);
    addUpdate(call, symbol, buffer);
    g = options.nesterov ? plus(g, times(momentum, buffer)) : buffer;
  }
  return Operand(p, loc) - Operand(times(group.converted(group.rate(), type.element), g), loc);
}

static bool under(const std::string &name, const std::string &prefix) {
  return name == prefix || name.rfind(prefix + ".", 0) == 0;
}

/// Parameters that `loss` reaches, in the order in which they were made; a warning for each other
/// one of this entry.
static std::vector<std::string> collectTrained(Call &call, const Tensor &loss) {
  Context &current = context();
  const Trace &trace = *current.trace;
  std::set<std::string> touched = reached(trace, TensorAccess::value(loss));
  std::vector<std::string> names;
  for (const proto::Symbol &symbol : current.graph.module.symbols()) {
    if (symbol.kind() != proto::Symbol::PARAMETER || !trace.builder.symbols().count(symbol.name()))
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

/// One gradient op for all `parameters`: ys, cotangents, xs. A gradient each.
static std::optional<std::vector<Tensor>> differentiate(Call &call, const Tensor &loss,
                                                        const std::vector<Tensor> &parameters) {
  std::vector<Tensor> operands{loss, call.number(call.type(loss).element, 1)};
  operands.insert(operands.end(), parameters.begin(), parameters.end());
  Attributes attributes;
  attributes.integer("num_ys", 1);
  return call.emitAll(
      "gradient", operands, [](const Types &types) { return rules::gradient(types, 1); },
      attributes);
}

void applyOptimizer(Call &call, const Tensor &loss, const Optimizer &optimizer) {
  Context &current = context();
  Trace &trace = *current.trace;
  std::vector<std::string> names = collectTrained(call, loss);
  std::vector<Group> groups;
  bool valid = true;
  groups.emplace_back(call, "", optimizer.options);
  valid &= groups.back().valid();
  for (const Optimizer::Group &group : optimizer.groups) {
    groups.emplace_back(call, group.prefix, group.options);
    valid &= groups.back().valid();
    if (std::none_of(names.begin(), names.end(),
                     [&](auto &name) { return under(name, group.prefix); })) {
      call.fail("E0020",
                "expects parameters under the group's name '" + group.prefix + "', got none");
      valid = false;
    }
  }
  if (names.empty()) {
    call.fail("E0010", "expects a loss that depends on parameters, got one that depends on none",
              "make the model's parameters with linear(…) or parameter(…)", {loss});
    return;
  }
  if (!valid)
    return;

  std::vector<Tensor> parameters;
  for (const std::string &name : names)
    parameters.push_back(TensorAccess::make(trace.serial, trace.builder.symbols().at(name)));
  std::optional<std::vector<Tensor>> gradients = differentiate(call, loss, parameters);
  if (!gradients)
    return;
  for (size_t i = 0; i < names.size(); ++i) {
    Group *group = &groups[0];
    for (size_t g = 0; g < optimizer.groups.size() && group == &groups[0]; ++g)
      if (under(names[i], optimizer.groups[g].prefix))
        group = &groups[g + 1];
    addUpdate(call, names[i], sgdStep(call, *group, names[i], parameters[i], (*gradients)[i]));
  }
  if (optimizer.options.lr.every > 0) { // a scheduled rate is worth a column in the log
    Tensor rate = groups[0].rate();
    if (call.isPoison(rate))
      return;
    addOutput(call, "lr", rate);
  }
}

} // namespace sinter::detail
