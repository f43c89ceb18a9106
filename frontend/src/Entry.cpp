// Inside an entry: inputs, outputs, minimize and metrics. Reading on: include/sinter/model.h,
// Optim.cpp.
#include "frontend/src/MicroBatches.h"
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
  return trace ? trace->batch() : 1;
}

/// The input `name` of the part that is traced.
static Tensor inputOfPart(Call &call, const MicroBatches &micro, const std::string &name,
                          const rules::Type &type) {
  auto known = micro.inputs.find(name);
  if (known == micro.inputs.end())
    return call.fail("E0021", "expects an input of the whole batch's trace, got another",
                     "nothing but sizes may depend on batch()");
  if (call.type(known->second) != type)
    return call.fail("E0021",
                     "expects " + toString(call.type(known->second)) +
                         " in a part of the batch, got " + toString(type),
                     "inputs follow batch() along their first axis, or not at all");
  return known->second;
}

static Tensor makeInput(Call &call, const std::string &name, const rules::Type &type) {
  Context &current = context();
  if (MicroBatches *micro = current.trace->micro)
    return inputOfPart(call, *micro, name, type);
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
        dataInput(current.graph.module.data(), name, current.trace->batch());
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
      dataInput(current.graph.module.data(), name, current.trace->batch());
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

/// A result of the part that is traced; those of all parts stand one behind the other.
static void outputOfPart(Call &call, MicroBatches &micro, const std::string &name,
                         const Tensor &value) {
  const rules::Type &type = call.type(value);
  if (type.rank() > 0 && type.dims[0] == context().trace->batch())
    return void(micro.outputs.push_back({name, value}));
  call.fail("E0020", "expects a value of each example of the part, got " + toString(type),
            "metric(…) reports means over all parts", {value});
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
  if (call.isPoison(tensor))
    return;
  if (current.trace->micro)
    outputOfPart(call, *current.trace->micro, name, tensor);
  else
    addOutput(call, name, tensor);
}

rules::Type detail::metricSum(const rules::Type &value) {
  return {value.rank() == 0 ? rules::ElementType::F32 : rules::ElementType::I64, value.dims};
}

Tensor detail::castTo(const Operand &value, rules::ElementType element, const Loc &loc) {
  return cast(value, element == rules::ElementType::F32 ? f32 : i64, loc);
}

void detail::addMetric(Call &call, const std::string &name, const Tensor &value, Finish finish,
                       proto::Role role) {
  Context &current = context();
  const Loc &loc = call.loc();
  const rules::Type type = metricSum(call.type(value));
  bool counts = type.rank() > 0;
  std::string base = "trainer/metric." + name;
  std::string sums = base + (counts ? ".counts" : ".sum"), weights = base + ".weight";
  if (!declareSymbol(sums, proto::Symbol::METRIC, type, proto::Initializer(), loc) ||
      (!counts && !declareSymbol(weights, proto::Symbol::METRIC, type, proto::Initializer(), loc)))
    return;
  current.graph.addMetric(name, sums, counts ? sums : weights,
                          static_cast<proto::Metric::Finish>(finish), current.location(loc, name),
                          role);
  Operand weight(current.trace->builder.entry().batch(), loc);
  Tensor share = castTo(Operand(value, loc), type.element, loc);
  if (!counts)
    share = Operand(share, loc) * weight;
  Tensor sum = call.get(sums, type, "metric '" + name + "'");
  Tensor total = counts ? sum : call.get(weights, type, "metric '" + name + "'");
  addUpdate(call, sums, Operand(sum, loc) + Operand(share, loc));
  if (!counts)
    addUpdate(call, weights, Operand(total, loc) + weight);
}

void detail::addLoss(Call &call, const Tensor &loss) {
  addOutput(call, "loss", loss, proto::LOSS);
  addMetric(call, "loss", loss, Finish::mean, proto::LOSS);
}

/// False: the batch does not come in so many parts (reported).
static bool acceptsParts(Call &call, int64_t parts) {
  int64_t batch = context().trace->builder.entry().batch();
  if (parts >= 1 && batch % parts == 0)
    return true;
  call.fail("E0020", "expects accumulate to divide the batch of " + std::to_string(batch) +
                         ", got " + std::to_string(parts));
  return false;
}

/// What minimize does with one part of a batch.
static void minimizePart(Call &call, const Tensor &loss, const Optimizer &optimizer) {
  MicroBatches &micro = *context().trace->micro;
  micro.loss = loss;
  micro.optimizer = optimizer;
  micro.gradients = gradientsOf(call, loss, micro.trained).value_or(Tensors());
}

void Step::minimize(const Operand &value, const Optimizer &optimizer, Minimize options, Loc loc) {
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
  trace.metrics.emplace("loss", loc);
  if (trace.micro)
    return minimizePart(call, loss, optimizer);
  bool trains = trace.builder.entry().kind() == proto::Entry::TRAIN;
  if (trains && !acceptsParts(call, options.accumulate))
    return;
  addLoss(call, loss);
  if (!trains)
    return;
  applyOptimizer(call, loss, optimizer);
  trace.accumulate = options.accumulate;
}

/// A square matrix of whole numbers, which a metric adds up.
static bool isCounts(const rules::Type &type) {
  bool whole = type.element == rules::ElementType::I32 || type.element == rules::ElementType::I64;
  return whole && type.rank() == 2 && type.dims[0] == type.dims[1];
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
  bool number = type.rank() == 0 && rules::isFloat(type.element);
  if (!number && !isCounts(type))
    return void(
        call.fail("E0016", "expects a scalar f32[] or counts i32[K,K], got " + toString(type),
                  type.rank() > 0 ? "mean(x) makes it one" : "cast(x, f32) first", {tensor}));
  if (!number && options.finish != Finish::mean)
    return void(call.fail("E0016", "expects no finish of counts, got one",
                          "what is reported is the share on their diagonal", {tensor}));
  if (MicroBatches *micro = current.trace->micro)
    micro->metrics.push_back({name, tensor, options.finish});
  else
    addMetric(call, name, tensor, options.finish);
}

} // namespace sinter
