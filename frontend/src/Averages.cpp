// Averages of the weights: an average is a state beside each trained parameter and, for all
// together, the part of each step's weights that it takes. Reading on: include/sinter/optim.h,
// Optim.cpp and Nn.cpp (who calls).
#include "frontend/src/Optimizers.h"
#include "sinter/ops/elementwise.h"

#include <algorithm>
#include <cmath>

namespace sinter::detail {

using E = rules::ElementType;

/// In training the average is kept from here on, elsewhere parameters are read from it.
static void open(const char *what, Average average, const std::string &wrong, const Loc &loc) {
  Call call(what, loc, average.name);
  if (!call.atEntry() || !call.accepts(average.name))
    return;
  if (!wrong.empty())
    return void(call.fail("E0020", wrong));
  Context &current = context();
  Trace &trace = *current.trace;
  for (const Average &other : trace.averages)
    if (other.name == average.name)
      return void(call.fail("E0005", "expects a name of its own, got one in use"));
  const auto &symbols = current.graph.module.symbols();
  bool known = std::any_of(symbols.begin(), symbols.end(), [&](const proto::Symbol &symbol) {
    return symbol.name().starts_with(average.name + ".");
  });
  if (trace.builder.entry().kind() != proto::Entry::TRAIN && !known) {
    if (current.diagnostics.errors() == 0)
      call.fail("E0020", "expects weights that the training step averages, got none",
                "call it in the function given to model.train, which comes before other entries");
    return;
  }
  trace.averages.push_back(std::move(average));
}

static std::string symbolOf(const Average &average, const std::string &parameter) {
  return average.name + "." + parameter;
}

std::string averageOf(const std::string &parameter) {
  const Context &current = context();
  const Trace &trace = *current.trace;
  if (trace.averages.empty() || trace.builder.entry().kind() == proto::Entry::TRAIN)
    return parameter;
  std::string symbol = symbolOf(trace.averages.back(), parameter);
  return current.graph.findSymbol(symbol) ? symbol : parameter; // one that is not trained has none
}

/// The part of this step's weights that `average` takes, f64[]: all of the first.
static Tensor partOf(Call &call, const Average &average) {
  Tensor step = cast(call.get("step", {E::I64, {}}, "step"), f64);
  auto scalar = [&](const char *option, E element, double initial, const char *help) {
    return cast(scalarOf(call, average.name + option, element, initial, help), f64);
  };
  if (average.every == 0) {
    Tensor decay = scalar("-decay", E::F64, average.decay, "part of the average that stays");
    return where(step == 0.0, 1.0, 1.0 - decay);
  }
  Tensor start = scalar("-start", E::I64, static_cast<double>(average.start),
                        "first step whose weights are averaged");
  Tensor every = scalar("-every", E::I64, static_cast<double>(average.every),
                        "steps between two weights that are averaged");
  Tensor turns = (step - start) / max(every, 1.0), before = floor(turns);
  Tensor part = where(turns == before, 1.0 / (before + 1.0), 0.0);
  return where(step < start, 1.0, part);
}

void updateAverages(Call &call, const std::vector<std::string> &names,
                    const std::vector<Tensor> &values) {
  Context &current = context();
  for (const Average &average : current.trace->averages) {
    Tensor part = partOf(call, average);
    for (size_t i = 0; i < names.size(); ++i) {
      const rules::Type type = call.type(values[i]);
      std::string symbol = symbolOf(average, names[i]);
      proto::Initializer start = current.graph.findSymbol(names[i])->init();
      if (!declareSymbol(symbol, proto::Symbol::BUFFER, type, start, call.loc()))
        continue;
      Tensor old = call.get(symbol, type, "average of '" + names[i] + "'");
      DType element = values[i].dtype();
      addUpdate(call, symbol, cast(1.0 - part, element) * old + cast(part, element) * values[i]);
    }
  }
}

} // namespace sinter::detail

namespace sinter {

void ema(const std::string &name, Ema o, Loc loc) {
  bool good = o.decay >= 0 && o.decay < 1;
  detail::open("ema", {name, o.decay, 0, 0},
               good ? "" : "expects a decay in [0, 1), got " + detail::numberText(o.decay), loc);
}

void swa(const std::string &name, Swa o, Loc loc) {
  std::string wrong;
  if (o.start < 0)
    wrong = "expects a start of 0 or more, got " + std::to_string(o.start);
  if (o.every < 1)
    wrong = "expects every of 1 or more, got " + std::to_string(o.every);
  detail::open("swa", {name, 0, o.start, o.every}, wrong, loc);
}

} // namespace sinter
