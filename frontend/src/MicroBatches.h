// A training step whose batch is worked off in parts (struct Minimize): what its function makes of
// one of them, and what becomes of all. Reading on: Entry.cpp (who fills it in), Model.cpp (who
// traces), Optim.cpp.
#pragma once

#include "frontend/src/Call.h"
#include "sinter/model.h"

#include <vector>

namespace sinter::detail {

/// A part's result by the name that the function gave.
struct Named {
  std::string name;
  Tensor value;
  Finish finish = Finish::mean; ///< of a metric
};

/// The part that is traced: a step of a loop over all.
struct MicroBatches {
  int64_t count;                        ///< parts
  std::vector<std::string> trained;     ///< parameters that minimize updates
  std::map<std::string, Tensor> inputs; ///< slices; what does not follow the batch is whole
  // What the function says in its one run.
  Tensor loss;
  Tensors gradients; ///< of the trained; empty: a mistake was reported
  std::optional<Optimizer> optimizer;
  std::vector<Named> metrics, outputs;
};

/// Traces a training step again, behind a trace of the whole batch that found what it reads and
/// trains: as a loop over parts, whose means are the step's.
void traceMicroBatches(const Trace &whole, const std::function<void()> &function);

/// Of a number: sum += value · batch, weight += batch, what the trainer reads as sum / weight, or
/// its exponential, when an epoch ends (D12). Of counts: counts += value; their diagonal is the
/// sum, all of them the weight.
void addMetric(Call &call, const std::string &name, const Tensor &value, Finish finish,
               proto::Role role = proto::NONE);
/// The type in which values of a metric are added up: f32[] of numbers, i64 of counts.
rules::Type metricSum(const rules::Type &value);
/// `value` as f32 or i64, the elements of metricSum.
Tensor castTo(const Operand &value, rules::ElementType element, const Loc &loc);
/// The loss is the first output, wherever the model names others, and the first metric.
void addLoss(Call &call, const Tensor &loss);

} // namespace sinter::detail
