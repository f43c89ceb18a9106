// Random numbers and dropout. Reading on: include/sinter/ops/random.h, dialects/rules.
#include "sinter/ops/random.h"

#include "frontend/src/Call.h"
#include "sinter/ops/elementwise.h"
#include "sinter/rules/random.h"

namespace sinter {

using namespace detail;

/// What random numbers take as their step: the trainer's, and in a loop another one each iteration.
static Tensor stepOf(Call &call) {
  const rules::Type scalar{rules::ElementType::I64, {}};
  const Loc &loc = call.loc();
  Tensor step = call.get("step", scalar, "step");
  std::optional<Tensor> iteration = call.iteration();
  if (!iteration)
    return step;
  return Operand(step, loc) +
         Operand(Operand(*iteration, loc) * Operand(int64_t(1) << 32, loc), loc);
}

Tensor random_uniform(const std::string &name, Type type, Loc loc) {
  Context &current = context();
  std::string path = current.path(name);
  Call call("random_uniform", loc, path);
  if (!call.inTrace())
    return call.poison();
  if (!call.accepts(name))
    return call.poison();
  auto [first, fresh] = current.trace->names.emplace("random " + path, loc);
  if (!fresh) {
    current.error("E0005", call.loc(), call.label() + " expects a name of its own, got one in use",
                  "equal names give equal random numbers",
                  {{Place(first->second), "'" + path + "' was used here"}});
    return call.poison();
  }
  const rules::Type scalar{rules::ElementType::I64, {}};
  Tensor seed = call.get("seed", scalar, "seed"), step = stepOf(call);
  rules::Type result = toRules(type);
  Attributes attributes;
  attributes.integer("stream", static_cast<int64_t>(rules::streamOf(path))).string("name", path);
  return call.emit(
      "random_uniform", {seed, step},
      [&](const std::vector<rules::Type> &t) {
        return rules::random_uniform(t[0], t[1], result, path);
      },
      std::move(attributes));
}

Tensor dropout(const std::string &name, const Operand &operand, Dropout options, Loc loc) {
  Call call("dropout", loc, context().path(name));
  Tensor x = call.tensor(operand);
  if (!(options.p >= 0 && options.p < 1))
    return call.fail("E0020", "expects a probability in [0, 1), got " + numberText(options.p));
  if (call.isPoison(x))
    return x;
  rules::Type type = call.type(x);
  if (!call.isFloat(x))
    return call.poison();
  if (!training() || options.p == 0)
    return x;
  DType element{static_cast<uint8_t>(type.element)};
  Tensor chance = random_uniform(name, element(Shape(type.dims)), loc);
  Tensor keep = Operand(chance, loc) >= Operand(options.p, loc);
  // Scaled last: the kernel that makes x stores it as it is, and the mask of a ReLU follows from
  // it.
  Tensor kept = where(keep, Operand(x, loc), Operand(0.0, loc), loc);
  return Operand(kept, loc) * Operand(1 / (1 - options.p), loc);
}

} // namespace sinter
