// Derivatives as ops of the graph: gradient, hvp, jacobian, jvp, custom_gradient. What one op may
// mean is said by its rule; what it must not mean in silence (a way to x that leads around a body)
// is found here. Reading on: include/sinter/ops/derivative.h, passes/gradient (what becomes of it).
#include "sinter/ops/derivative.h"

#include "frontend/src/Bodies.h"
#include "sinter/ops/elementwise.h"
#include "sinter/rules/derivative.h"
#include "sinter/rules/elementwise.h"
#include "sinter/rules/loss.h"

namespace sinter {
namespace detail {

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

std::set<uint32_t> dependencies(const Trace &trace, uint32_t from,
                                const std::function<bool(uint32_t)> &ends) {
  std::map<uint32_t, const proto::Node *> producers;
  for (const Nodes *nodes : trace.builder.openNodes())
    collectProducers(*nodes, producers);
  std::set<uint32_t> seen{from};
  std::vector<uint32_t> work{from};
  auto visit = [&](uint32_t value) {
    if (rules::isFloat(trace.builder.type(value).element) && seen.insert(value).second)
      work.push_back(value);
  };
  while (!work.empty()) {
    uint32_t value = work.back();
    work.pop_back();
    if (ends(value))
      continue;
    if (uint32_t source = trace.builder.source(value))
      visit(source);
    auto made = producers.find(value);
    if (made == producers.end() || made->second->op() == "stop_gradient")
      continue;
    const proto::Node &node = *made->second;
    bool custom = node.op() == "custom_gradient"; // its gradient goes to its inputs, not inside
    int inputs = node.regions_size() == 0 ? node.inputs_size()
                 : custom                 ? static_cast<int>(node.attributes(0).i())
                                          : 0;
    for (int i = 0; i < inputs; ++i)
      visit(node.inputs(i));
    if (!custom)
      for (const proto::Region &region : node.regions())
        for (uint32_t yield : region.yields())
          visit(yield);
  }
  return seen;
}

std::optional<Tensors> differentiate(Call &call, const Tensor &y, const Tensor &cotangent,
                                     const Tensors &xs) {
  Tensors operands{y, cotangent};
  operands.insert(operands.end(), xs.begin(), xs.end());
  Attributes attributes;
  attributes.integer("num_ys", 1);
  return call.emitAll(
      "gradient", operands, [](const graph::Types &types) { return rules::gradient(types, 1); },
      attributes);
}

/// Where the own work of the innermost body ends on the way back from y: what it takes from around
/// it. Nothing outside of bodies.
static std::set<uint32_t> entriesOf(const Trace &trace, const Tensor &y) {
  const graph::EntryBuilder &builder = trace.builder;
  std::set<uint32_t> entries;
  if (!builder.openedAt())
    return entries;
  dependencies(trace, TensorAccess::value(y), [&](uint32_t value) {
    uint32_t source = builder.source(value);
    bool enters = !builder.isLocal(value) || (source && !builder.isLocal(source));
    if (enters)
      entries.insert(value);
    return enters;
  });
  return entries;
}

/// False: y or one of xs is poison; or, in a body, y also depends on one by what is made around the
/// body (reported), which a derivative of the body's own work does not count.
static bool stayInBody(Call &call, const Tensor &y, const Tensors &xs) {
  if (call.isPoison(y))
    return false;
  const Trace &trace = *context().trace;
  const graph::EntryBuilder &builder = trace.builder;
  const std::set<uint32_t> entries = entriesOf(trace, y);
  for (const Tensor &x : xs) {
    if (call.isPoison(x))
      return false;
    uint32_t target = TensorAccess::value(x);
    if (builder.isLocal(target))
      continue;
    for (uint32_t value : entries) {
      uint32_t outside = value;
      while (outside != target && builder.source(outside))
        outside = builder.source(outside);
      if (outside == target ||
          !dependencies(trace, value, [](uint32_t) { return false; }).count(target))
        continue;
      call.fail("E0019",
                "expects a tensor that what is differentiated depends on inside of this body "
                "alone, got one on which a tensor from around the body depends too",
                "compute in the body what depends on it, or call " + call.nodeName() +
                    " outside of the body",
                {x, TensorAccess::make(trace.serial, outside)});
      return false;
    }
  }
  return true;
}

} // namespace detail

using namespace detail;
using graph::EntryBuilder;

/// What y's elements count when nobody says: y must have one element. `instead`: what else to do.
static Tensor seed(Call &call, const Tensor &y, const char *instead = "") {
  if (call.isPoison(y))
    return y;
  const rules::Type &type = call.type(y);
  if (type.elementCount() != 1)
    return call.fail("E0119", "expects one element to differentiate, got " + toString(type),
                     std::string("take sum(y) or mean(y)") + instead, {y});
  return call.constant(type, Attributes().dense("value", type, std::vector<double>{1}));
}

Tensors gradient(const Operand &value, const Tensors &xs, const Gradient &options, Loc loc) {
  Call call("gradient", loc);
  Tensors none = poisons(xs.size());
  if (!call.inTrace())
    return none;
  Tensor y = call.tensor(value);
  bool given = TensorAccess::trace(options.cotangent) != 0;
  Tensor cotangent = given ? call.tensor(Operand(options.cotangent, loc))
                           : seed(call, y, ", or give .cotangent, a tensor of this type");
  Tensors from = checked(call, xs);
  if (!stayInBody(call, y, from))
    return none;
  std::optional<Tensors> results = differentiate(call, y, cotangent, from);
  if (!results)
    return none;
  if (!options.create_graph)
    for (Tensor &result : *results)
      result = stop_gradient(Operand(result, loc), loc);
  return *results;
}

/// Forward mode from xs to ys. Nothing: an operand is poison, or it was reported.
static std::optional<Tensors> pushForward(Call &call, const Tensors &ys, const Tensors &xs,
                                          const Tensors &tangents) {
  Tensors operands = ys;
  operands.insert(operands.end(), xs.begin(), xs.end());
  operands.insert(operands.end(), tangents.begin(), tangents.end());
  int64_t count = static_cast<int64_t>(ys.size());
  Attributes attributes;
  attributes.integer("num_ys", count);
  return call.emitAll(
      "jvp", operands, [&](const graph::Types &types) { return rules::jvp(types, count); },
      attributes);
}

/// False: they are not one for each x (reported).
static bool arePaired(Call &call, const Tensors &xs, const Tensors &tangents) {
  if (xs.size() != tangents.size())
    call.fail("E0119", "expects one tangent for each of " + std::to_string(xs.size()) +
                           " tensors, got " + std::to_string(tangents.size()));
  return xs.size() == tangents.size();
}

Tensors hvp(const Operand &loss, const Tensors &xs, const Tensors &vs, Loc loc) {
  Call call("hvp", loc);
  Tensors none = poisons(xs.size());
  if (!call.inTrace())
    return none;
  Tensor y = call.tensor(loss), one = seed(call, y);
  Tensors from = checked(call, xs), along = checked(call, vs);
  if (!arePaired(call, from, along))
    return none;
  if (!stayInBody(call, y, from))
    return none;
  std::optional<Tensors> first = differentiate(call, y, one, from);
  return (first ? pushForward(call, *first, from, along) : std::nullopt).value_or(none);
}

Tensor jacobian(const Operand &value, const Tensor &by, Loc loc) {
  Call call("jacobian", loc);
  if (!call.inTrace())
    return call.poison();
  Tensor y = call.tensor(value), x = call.tensor(Operand(by, loc));
  if (!stayInBody(call, y, {x}))
    return call.poison();
  bool columns = call.type(x).elementCount() < call.type(y).elementCount();
  return call.emit(
      "jacobian", {y, x}, [](const graph::Types &t) { return rules::jacobian(t[0], t[1]); },
      Attributes().boolean("columns", columns));
}

Jvp Derivatives::jvp(Tensors (*function)(void *, const Tensors &), void *object, const Tensors &xs,
                     const Tensors &tangents, Loc loc) {
  Call call("jvp", loc);
  Tensors from = poisons(xs.size()), along = from;
  if (call.inTrace() && arePaired(call, xs, tangents)) {
    along = checked(call, tangents);
    from = checked(call, xs);
  }
  // Its own values: what f uses from around it does not move, whatever it is made of.
  for (Tensor &x : from)
    if (!call.isPoison(x))
      x = call.emit("independent", {x}, [](const graph::Types &t) {
        return rules::stop_gradient(t[0]); // a rule of the same type
      });
  Jvp result;
  {
    Call::UserCode user(call);
    result.values = function(object, from);
  }
  result.tangents = poisons(result.values.size());
  if (!context().trace)
    return result;
  result.values = checked(call, result.values);
  if (auto moved = pushForward(call, result.values, from, along))
    result.tangents = *moved;
  return result;
}

Tensors Derivatives::customGradient(const Tensors &xs, Tensors (*forward)(void *, const Tensors &),
                                    void *forwardFunction,
                                    Tensors (*backward)(void *, const Tensors &, const Tensors &,
                                                        const Tensors &),
                                    void *backwardFunction, Loc loc) {
  Call call("custom_gradient", loc);
  Tensors inputs = xs, operands;
  std::optional<graph::Types> types;
  if (call.inTrace()) {
    inputs = checked(call, xs);
    if (!anyPoison(inputs))
      types = typesOf(call, inputs);
  }
  size_t count = inputs.size(), results = 0;
  std::optional<graph::Types> both = types;
  auto first = traceBody(call, {EntryBuilder::Kind::Branch}, types, count, [&](const Tensors &x) {
    Tensors ys = forward(forwardFunction, x);
    results = ys.size();
    for (const Tensor &y : ys)
      if (!context().trace || call.isPoison(y) || TensorAccess::trace(y) != context().trace->serial)
        both.reset();
    for (int copy = 0; both && copy < 2; ++copy) // results, then their cotangents
      for (const Tensor &y : ys)
        both->push_back(call.type(y));
    return ys;
  });
  operands = inputs;
  auto second = traceBody(call, {EntryBuilder::Kind::Branch}, first ? both : std::nullopt,
                          count + 2 * results, [&](const Tensors &x) {
                            auto part = [&](size_t begin, size_t end) {
                              return Tensors(x.begin() + static_cast<std::ptrdiff_t>(begin),
                                             x.begin() + static_cast<std::ptrdiff_t>(end));
                            };
                            Tensors dxs = backward(backwardFunction, part(0, count),
                                                   part(count, count + results),
                                                   part(count + results, x.size()));
                            operands.insert(operands.end(), dxs.begin(), dxs.end());
                            return dxs;
                          });
  if (!first || !second)
    return poisons(results);
  Context &current = context();
  auto made = current.trace->builder.customGradient(valuesOf(inputs), *first, *second,
                                                    current.location(call.loc(), call.nodeName()));
  if (!made) {
    call.fail(made.error(), operands);
    return poisons(results);
  }
  return detail::made(call, *made, call.maker());
}

} // namespace sinter
