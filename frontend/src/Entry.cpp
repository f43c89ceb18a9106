// Inside an entry: inputs, outputs, minimize and metrics. Reading on: include/sinter/model.h,
// Optim.cpp.
#include "frontend/src/Call.h"
#include "sinter/model.h"
#include "sinter/ops/elementwise.h"

#include <algorithm>

namespace sinter {

using namespace detail;

/// The data set's own input `name` at this batch, or nothing.
static std::optional<rules::Type> dataInput(const proto::DataSpec &data, const std::string &name,
                                            int64_t batch) {
  for (const proto::Field &field : data.fields())
    if (field.name() == name) {
      rules::Type type = graph::typeOf(field.type());
      type.dims.insert(type.dims.begin(), batch);
      return type;
    }
  return std::nullopt;
}

/// "expects an input of the data set (image, label), got another name".
static std::string expectsField(const proto::DataSpec &data) {
  std::string names;
  for (const proto::Field &field : data.fields())
    names += (names.empty() ? "" : ", ") + field.name();
  return "expects an input of the data set (" + names + "), got another name";
}

int64_t Entry::batch() const {
  Trace *trace = context().trace;
  return trace ? trace->builder.entry().batch() : 1;
}

static Tensor makeInput(Call &call, const std::string &name, const rules::Type &type) {
  Context &current = context();
  graph::EntryBuilder &builder = current.trace->builder;
  rules::Result<graph::Value> value = builder.input(name, type, current.location(call.loc(), name));
  if (value)
    return call.made(*value, "input '" + name + "'");
  std::vector<Tensor> first;
  for (const proto::Input &known : builder.entry().inputs())
    if (known.name() == name)
      first.push_back(TensorAccess::make(current.trace->serial, known.value().id()));
  return call.fail(value.error().code.c_str(), value.error().message, "", first);
}

Tensor Entry::input(const std::string &name, Type type, Loc loc) {
  Call call("input", loc, name);
  if (!call.atEntry())
    return call.poison();
  if (!validName(name, false) || name.find('-') != std::string::npos)
    return call.fail("E0006", "expects a name of letters, digits and '_', got '" + name + "'",
                     "it becomes the name of a C argument");
  rules::Result<rules::Type> valid = rules::validated(toRules(type));
  if (!valid)
    return call.fail(valid.error(), {});
  Context &current = context();
  bool steps = current.trace->builder.entry().kind() != proto::Entry::PREDICT;
  if (steps && current.badData)
    return call.poison();
  if (steps && current.graph.module.data().fields_size() > 0) {
    std::optional<rules::Type> given =
        dataInput(current.graph.module.data(), name, current.trace->builder.entry().batch());
    if (!given)
      return call.fail("E0007", expectsField(current.graph.module.data()));
    if (*given != *valid)
      return call.fail("E0007", "expects the data set's type " + toString(*given) + ", got " +
                                    toString(*valid));
  }
  return makeInput(call, name, *valid);
}

Tensor Step::input(const std::string &name, Loc loc) {
  Call call("input", loc, name);
  if (!call.atEntry())
    return call.poison();
  Context &current = context();
  if (current.badData)
    return call.poison();
  std::optional<rules::Type> given =
      dataInput(current.graph.module.data(), name, current.trace->builder.entry().batch());
  if (given)
    return makeInput(call, name, *given);
  if (current.graph.module.data().fields_size() == 0)
    return call.fail(
        "E0007", "expects a type, got none, and the model has no data set",
        "call model.data(images(\"fashion-mnist\")) before model.train, or give the type");
  return call.fail("E0007", expectsField(current.graph.module.data()));
}

void detail::addOutput(Call &call, const std::string &name, const Tensor &value, proto::Role role) {
  Context &current = context();
  auto added = current.trace->builder.output(name, TensorAccess::value(value),
                                             current.location(call.loc(), name), role);
  if (!added)
    call.fail(added.error(), {});
}

void Entry::output(const std::string &name, const Operand &value, Loc loc) {
  Call call("output", loc, name);
  if (!call.inTrace())
    return;
  context().trace->outputs = true;
  if (!call.atEntry())
    return;
  if (!validName(name, false) || name.find('-') != std::string::npos) {
    call.fail("E0006", "expects a name of letters, digits and '_', got '" + name + "'",
              "it becomes the name of a C argument");
    return;
  }
  Context &current = context();
  bool steps = current.trace->builder.entry().kind() != proto::Entry::PREDICT;
  if (steps && (name == "loss" || name == "lr")) {
    call.fail("E0005", "expects a name of its own, got one in use");
    return;
  }
  Tensor tensor = call.tensor(value);
  if (!call.isPoison(tensor))
    addOutput(call, name, tensor);
}

/// sum += value · batch, weight += batch: what the trainer reads as sum / weight, or its
/// exponential, when an epoch ends (D12).
static void addMetric(Call &call, const std::string &name, const Tensor &value, Finish finish,
                      proto::Role role = proto::NONE) {
  Context &current = context();
  const Loc &loc = call.loc();
  const rules::Type scalar{rules::ElementType::F32, {}};
  std::string base = "trainer/metric." + name;
  const std::string symbols[] = {base + ".sum", base + ".weight"};
  for (const std::string &symbol : symbols)
    if (!declareSymbol(symbol, proto::Symbol::METRIC, scalar, proto::Initializer(), loc))
      return;
  current.graph.addMetric(name, symbols[0], symbols[1], static_cast<proto::Metric::Finish>(finish),
                          current.location(loc, name), role);
  int64_t batch = current.trace->builder.entry().batch();
  Operand weight(batch, loc);
  Tensor share = Operand(cast(Operand(value, loc), f32, loc), loc) * weight;
  Tensor sum = call.get(symbols[0], scalar, "metric '" + name + "'");
  Tensor total = call.get(symbols[1], scalar, "metric '" + name + "'");
  addUpdate(call, symbols[0], Operand(sum, loc) + Operand(share, loc));
  addUpdate(call, symbols[1], Operand(total, loc) + weight);
}

void Step::minimize(const Operand &value, const Optimizer &optimizer, Loc loc) {
  Call call("minimize", loc);
  if (!call.inTrace())
    return;
  Context &current = context();
  Trace &trace = *current.trace;
  if (trace.builder.entry().kind() == proto::Entry::PREDICT)
    return void(call.fail("E0019", "expects to be called in the training step, got another entry"));
  if (trace.minimized) {
    current.error("E0008", loc, "minimize expects to be called once, got a second call",
                  "add the losses up", {{Place(trace.minimizeLoc), "first called here"}});
    return;
  }
  trace.minimized = true;
  trace.minimizeLoc = loc;
  if (!call.atEntry())
    return;
  Tensor loss = call.tensor(value);
  if (call.isPoison(loss))
    return;
  const rules::Type type = call.type(loss);
  if (type.rank() != 0 || !rules::isFloat(type.element))
    return void(call.fail("E0009", "expects a scalar loss f32[], got " + toString(type),
                          type.rank() > 0 ? "mean(loss) makes it one" : "cast(loss, f32) first",
                          {loss}));
  // The loss is the first output, wherever the model names others.
  addOutput(call, "loss", loss, proto::LOSS);
  trace.metrics.emplace("loss", loc);
  addMetric(call, "loss", loss, Finish::mean, proto::LOSS);
  if (trace.builder.entry().kind() == proto::Entry::TRAIN)
    applyOptimizer(call, loss, optimizer);
}

void Step::metric(const std::string &name, const Operand &value, Metric options, Loc loc) {
  Call call("metric", loc, name);
  if (!call.atEntry())
    return;
  Context &current = context();
  if (current.trace->builder.entry().kind() == proto::Entry::PREDICT)
    return void(call.fail("E0019", "expects to be called in the training step, got another entry"));
  if (!validName(name, false))
    return void(
        call.fail("E0006", "expects a name of letters, digits, '_' and '-', got '" + name + "'"));
  static const char *const logged[] = {"event", "epoch", "split",
                                       "seconds"}; // keys of --log's epochs
  if (std::find(std::begin(logged), std::end(logged), name) != std::end(logged))
    return void(call.fail("E0005", "expects a name of its own, got one in use",
                          "the log calls something else '" + name + "'"));
  auto [first, fresh] = current.trace->metrics.emplace(name, loc);
  if (!fresh || name == "loss")
    return void(call.fail("E0005", "expects a name of its own, got one in use",
                          name == "loss" ? "minimize reports the loss already" : ""));
  Tensor tensor = call.tensor(value);
  if (call.isPoison(tensor))
    return;
  const rules::Type type = call.type(tensor);
  if (type.rank() != 0 || !rules::isFloat(type.element))
    return void(call.fail("E0016", "expects a scalar f32[], got " + toString(type),
                          type.rank() > 0 ? "mean(x) makes it one" : "cast(x, f32) first",
                          {tensor}));
  addMetric(call, name, tensor, options.finish);
}

} // namespace sinter
