// A training step in parts. The function runs once more, as the body of a loop that carries sums of
// what it finds: loss, metrics and gradients; the update stands behind the loop. Reading on:
// MicroBatches.h.
#include "frontend/src/MicroBatches.h"
#include "frontend/src/Bodies.h"
#include "sinter/ops/elementwise.h"
#include "sinter/ops/shape.h"

namespace sinter::detail {

int64_t Trace::batch() const { return builder.entry().batch() / (micro ? micro->count : 1); }

namespace {
/// Traces the loop of one step.
class MicroStep {
public:
  MicroStep(const Trace &whole, Call &call) : call(call) {
    parts.count = whole.accumulate;
    for (const proto::Update &update : whole.builder.entry().updates()) {
      const proto::Symbol *symbol = context().graph.findSymbol(update.symbol());
      if (symbol && symbol->kind() == proto::Symbol::PARAMETER)
        parts.trained.push_back(update.symbol());
    }
    readInputs(whole.builder.entry());
    start(whole);
  }
  void trace(const std::function<void()> &function);

private:
  void readInputs(const proto::Entry &whole);
  void start(const Trace &whole);
  Tensors runPart(const Tensors &arguments, const std::function<void()> &function);
  void finish(const Tensors &sums, const Tensors &stacks);
  Tensor meanOf(const Tensor &sum);
  /// The loop is minimize's, also where the user's function is at work.
  Operand at(const Tensor &tensor) const { return {tensor, call.loc()}; }

  Call &call;
  MicroBatches parts;
  std::vector<std::string> sliced; ///< inputs that follow the batch
  Tensors stacked, zeros;
};
} // namespace

/// Inputs as the whole batch has them; those of its size along the first axis come in slices.
void MicroStep::readInputs(const proto::Entry &whole) {
  Trace &trace = *context().trace;
  for (const proto::Input &input : whole.inputs()) {
    rules::Type type = graph::typeOf(input.value().type());
    auto value = trace.builder.input(input.name(), type, input.location());
    Tensor tensor = call.made(*value, "input '" + input.name() + "'");
    if (type.rank() == 0 || type.dims[0] != whole.batch()) {
      parts.inputs[input.name()] = tensor;
      continue;
    }
    std::vector<int64_t> dims = type.dims;
    dims[0] /= parts.count;
    dims.insert(dims.begin(), parts.count);
    sliced.push_back(input.name());
    stacked.push_back(reshape(at(tensor), dims, call.loc()));
  }
}

/// Zeros to add loss, metrics and gradients to.
void MicroStep::start(const Trace &whole) {
  const Context &current = context();
  const proto::Entry &entry = whole.builder.entry();
  zeros.push_back(call.number(whole.builder.type(entry.outputs(0).value()).element, 0));
  std::vector<std::string> summed;
  for (const proto::Metric &metric : current.graph.module.metrics())
    if (metric.role() != proto::LOSS) // which is the first of all
      summed.push_back(metric.sum());
  summed.insert(summed.end(), parts.trained.begin(), parts.trained.end());
  for (const std::string &name : summed) {
    rules::Type type = graph::typeOf(current.graph.findSymbol(name)->type());
    zeros.push_back(call.constant(type, Attributes().dense("value", type, std::vector<double>{0})));
  }
}

/// One part: the sums so far with its loss, metrics and gradients added, then its outputs.
Tensors MicroStep::runPart(const Tensors &arguments, const std::function<void()> &function) {
  Trace &trace = *context().trace;
  for (size_t i = 0; i < sliced.size(); ++i)
    parts.inputs[sliced[i]] = arguments[zeros.size() + i];
  trace.micro = &parts;
  function();
  trace.micro = nullptr;
  Tensors found{parts.loss};
  for (const Named &metric : parts.metrics)
    found.push_back(
        castTo(at(metric.value), metricSum(call.type(metric.value)).element, call.loc()));
  found.insert(found.end(), parts.gradients.begin(), parts.gradients.end());
  if (found.size() != zeros.size()) // a mistake was reported, or the function is not the same
    return poisons(zeros.size());
  for (size_t i = 0; i < found.size(); ++i)
    found[i] = at(arguments[i]) + at(found[i]);
  for (const Named &output : parts.outputs)
    found.push_back(output.value);
  return found;
}

/// The mean of a number that a loss or metric is, or of a gradient, over all parts.
Tensor MicroStep::meanOf(const Tensor &sum) {
  return at(sum) * Operand(1.0 / static_cast<double>(parts.count), call.loc());
}

/// Behind the loop: what a step of the whole batch does with its results.
void MicroStep::finish(const Tensors &sums, const Tensors &stacks) {
  addLoss(call, meanOf(sums[0]));
  for (size_t i = 0; i < parts.metrics.size(); ++i) {
    bool counts = call.type(sums[1 + i]).rank() > 0;
    addMetric(call, parts.metrics[i].name, counts ? sums[1 + i] : meanOf(sums[1 + i]),
              parts.metrics[i].finish);
  }
  for (size_t i = 0; i < stacks.size(); ++i) {
    std::vector<int64_t> dims = call.type(stacks[i]).dims;
    dims[1] *= dims[0];
    dims.erase(dims.begin());
    addOutput(call, parts.outputs[i].name, reshape(at(stacks[i]), dims, call.loc()));
  }
  applyGradients(call, *parts.optimizer, parts.trained, [&]() -> std::optional<Tensors> {
    Tensors means;
    for (size_t i = 1 + parts.metrics.size(); i < sums.size(); ++i)
      means.push_back(meanOf(sums[i]));
    return means;
  });
}

void MicroStep::trace(const std::function<void()> &function) {
  graph::Types types = typesOf(call, zeros);
  for (const Tensor &input : stacked) {
    rules::Type slice = call.type(input);
    slice.dims.erase(slice.dims.begin());
    types.push_back(slice);
  }
  auto body = traceBody(call, {graph::EntryBuilder::Kind::Scan, parts.count}, types, types.size(),
                        [&](const Tensors &arguments) { return runPart(arguments, function); });
  if (!body && context().diagnostics.errors() == 0)
    call.fail("E0021",
              "expects the same metrics of a part of the batch as of the whole, got others",
              "nothing but sizes may depend on batch()");
  if (!body)
    return;
  Context &current = context();
  auto results = current.trace->builder.scan(
      valuesOf(zeros), valuesOf(stacked), {.length = parts.count, .stepwise = true}, *body,
      zeros.size(), current.location(call.loc(), call.nodeName()));
  if (!results)
    return void(call.fail(results.error(), zeros));
  Tensors all = made(call, *results, call.maker());
  auto middle = all.begin() + static_cast<std::ptrdiff_t>(zeros.size());
  finish(Tensors(all.begin(), middle), Tensors(middle, all.end()));
}

void traceMicroBatches(const Trace &whole, const std::function<void()> &function) {
  Call call("minimize", whole.minimizeLoc);
  MicroStep(whole, call).trace(function);
}

} // namespace sinter::detail
