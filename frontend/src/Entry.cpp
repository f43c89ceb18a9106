// Inside an entry: inputs, outputs, minimize and metrics. Reading on: include/sinter/model.h,
// Optim.cpp.
#include "frontend/src/Graph.h"
#include "sinter/model.h"
#include "sinter/ops/elementwise.h"

#include <algorithm>

namespace sinter {

using namespace detail;

/// The data set's own input `name` at this batch, or nothing.
static std::optional<rules::Type> dataInput(const proto::DataSpec &data, const std::string &name,
                                            int64_t batch) {
  if (data.kind() != proto::DataSpec::IMAGES)
    return std::nullopt;
  if (name == "image")
    return rules::Type{rules::ElementType::F32,
                       {batch, data.channels(), data.height(), data.width()}};
  if (name == "label")
    return rules::Type{rules::ElementType::I32, {batch}};
  return std::nullopt;
}

int64_t Entry::batch() const {
  Trace *trace = context().trace;
  return trace ? trace->entry.batch() : 1;
}

static Tensor makeInput(Call &call, const std::string &name, const rules::Type &type) {
  Context &current = context();
  Trace &trace = *current.trace;
  for (const proto::Input &known : trace.entry.inputs())
    if (known.name() == name) {
      Tensor tensor = TensorAccess::make(trace.serial, known.value().id());
      if (call.type(tensor) == type)
        return tensor;
      return call.fail("E0005",
                       "expects its first type " + toString(call.type(tensor)) + ", got " +
                           toString(type),
                       "", {tensor});
    }
  proto::Input *input = trace.entry.add_inputs();
  input->set_name(name);
  *input->mutable_location() = current.location(call.loc(), name);
  trace.values.push_back({type, "input '" + name + "'", call.loc()});
  uint32_t id = static_cast<uint32_t>(trace.values.size());
  input->mutable_value()->set_id(id);
  setType(input->mutable_value()->mutable_type(), type);
  return TensorAccess::make(trace.serial, id);
}

Tensor Entry::input(const std::string &name, Type type, Loc loc) {
  Call call("input", loc, name);
  if (!call.inTrace())
    return call.poison();
  if (!validName(name, false) || name.find('-') != std::string::npos)
    return call.fail("E0006", "expects a name of letters, digits and '_', got '" + name + "'",
                     "it becomes the name of a C argument");
  rules::Result<rules::Type> valid = rules::validated(toRules(type));
  if (!valid)
    return call.fail(valid.error(), {});
  Context &current = context();
  bool steps = current.trace->entry.kind() != proto::Entry::PREDICT;
  if (steps && current.badData)
    return call.poison();
  if (steps && current.module.data().kind() != proto::DataSpec::NONE) {
    std::optional<rules::Type> given =
        dataInput(current.module.data(), name, current.trace->entry.batch());
    if (!given)
      return call.fail("E0007",
                       "expects an input of the data set (image, label), got another name");
    if (*given != *valid)
      return call.fail("E0007", "expects the data set's type " + toString(*given) + ", got " +
                                    toString(*valid));
  }
  return makeInput(call, name, *valid);
}

Tensor Step::input(const std::string &name, Loc loc) {
  Call call("input", loc, name);
  if (!call.inTrace())
    return call.poison();
  Context &current = context();
  if (current.badData)
    return call.poison();
  std::optional<rules::Type> given =
      dataInput(current.module.data(), name, current.trace->entry.batch());
  if (given)
    return makeInput(call, name, *given);
  if (current.module.data().kind() == proto::DataSpec::NONE)
    return call.fail(
        "E0007", "expects a type, got none, and the model has no data set",
        "call model.data(images(\"fashion-mnist\")) before model.train, or give the type");
  return call.fail("E0007", "expects an input of the data set (image, label), got another name");
}

void Entry::output(const std::string &name, const Operand &value, Loc loc) {
  Call call("output", loc, name);
  if (!call.inTrace())
    return;
  context().trace->outputs = true;
  if (!validName(name, false) || name.find('-') != std::string::npos) {
    call.fail("E0006", "expects a name of letters, digits and '_', got '" + name + "'",
              "it becomes the name of a C argument");
    return;
  }
  Context &current = context();
  proto::Entry &entry = current.trace->entry;
  bool steps = entry.kind() != proto::Entry::PREDICT;
  bool taken = steps && (name == "loss" || name == "lr");
  for (const proto::Output &other : entry.outputs())
    taken |= other.name() == name;
  if (taken) {
    call.fail("E0005", "expects a name of its own, got one in use");
    return;
  }
  Tensor tensor = call.tensor(value);
  if (call.isPoison(tensor))
    return;
  proto::Output *output = entry.add_outputs();
  output->set_name(name);
  output->set_value(TensorAccess::value(tensor));
  *output->mutable_location() = current.location(loc, name);
}

/// sum += value · batch, weight += batch: what the trainer reads as sum / weight when an epoch ends
/// (D12).
static void addMetric(Call &call, const std::string &name, const Tensor &value) {
  Context &current = context();
  const Loc &loc = call.loc();
  const rules::Type scalar{rules::ElementType::F32, {}};
  std::string base = "trainer/metric." + name;
  const std::string symbols[] = {base + ".sum", base + ".weight"};
  for (const std::string &symbol : symbols)
    if (!declareSymbol(symbol, proto::Symbol::METRIC, scalar, proto::Initializer(), loc))
      return;
  bool known = false;
  for (const proto::Metric &metric : current.module.metrics())
    known |= metric.name() == name;
  if (!known) {
    proto::Metric *metric = current.module.add_metrics();
    metric->set_name(name);
    metric->set_sum(symbols[0]);
    metric->set_weight(symbols[1]);
    *metric->mutable_location() = current.location(loc, name);
  }
  int64_t batch = current.trace->entry.batch();
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
  if (trace.entry.kind() == proto::Entry::PREDICT)
    return void(call.fail("E0019", "expects to be called in the training step, got another entry"));
  if (trace.minimized) {
    current.error("E0008", loc, "minimize expects to be called once, got a second call",
                  "add the losses up", {{Place(trace.minimizeLoc), "first called here"}});
    return;
  }
  trace.minimized = true;
  trace.minimizeLoc = loc;
  Tensor loss = call.tensor(value);
  if (call.isPoison(loss))
    return;
  const rules::Type type = call.type(loss);
  if (type.rank() != 0 || !rules::isFloat(type.element))
    return void(call.fail("E0009", "expects a scalar loss f32[], got " + toString(type),
                          type.rank() > 0 ? "mean(loss) makes it one" : "cast(loss, f32) first",
                          {loss}));
  // The loss is the first output, wherever the model names others.
  proto::Output output;
  output.set_name("loss");
  output.set_value(TensorAccess::value(loss));
  *output.mutable_location() = current.location(loc, "loss");
  auto *outputs = trace.entry.mutable_outputs();
  *outputs->Add() = output;
  for (int i = outputs->size() - 1; i > 0; --i)
    outputs->SwapElements(i, i - 1);
  trace.metrics.emplace("loss", loc);
  addMetric(call, "loss", loss);
  if (trace.entry.kind() == proto::Entry::TRAIN)
    applyOptimizer(call, loss, optimizer);
}

void Step::metric(const std::string &name, const Operand &value, Loc loc) {
  Call call("metric", loc, name);
  if (!call.inTrace())
    return;
  Context &current = context();
  if (current.trace->entry.kind() == proto::Entry::PREDICT)
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
  addMetric(call, name, tensor);
}

} // namespace sinter
