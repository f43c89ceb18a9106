// Loops and choices: runs the user's functions, once each, as bodies of the graph. After a mistake
// they run all the same, on poison, so that what else is wrong in them is told and results have
// their number. Reading on: Bodies.h, include/sinter/ops/control.h, frontend/graph/Control.cpp (the
// ops).
#include "sinter/ops/control.h"

#include "frontend/src/Bodies.h"
#include "sinter/rules/control.h"

namespace sinter {
namespace detail {

using graph::EntryBuilder;

graph::Types typesOf(Call &call, const Tensors &tensors) {
  graph::Types types;
  for (const Tensor &tensor : tensors)
    types.push_back(call.type(tensor));
  return types;
}

graph::Values valuesOf(const Tensors &tensors) {
  graph::Values values;
  for (const Tensor &tensor : tensors)
    values.push_back(TensorAccess::value(tensor));
  return values;
}

bool anyPoison(const Tensors &tensors) {
  bool poison = false;
  for (const Tensor &tensor : tensors)
    poison |= Call::isPoison(tensor);
  return poison;
}

Tensors checked(Call &call, const Tensors &tensors) {
  Tensors result;
  for (const Tensor &tensor : tensors)
    result.push_back(call.tensor(Operand(tensor, call.loc())));
  return result;
}

Tensors poisons(size_t count) { return Tensors(count, Call::poison()); }

Tensors made(Call &call, const graph::Values &values, const std::string &maker) {
  Tensors tensors;
  for (graph::Value value : values)
    tensors.push_back(call.made(value, maker));
  return tensors;
}

std::optional<graph::Body> traceBody(Call &call, BodyKind kind,
                                     const std::optional<graph::Types> &types, size_t count,
                                     const std::function<Tensors(const Tensors &)> &function) {
  Context &current = context();
  if (!current.trace) { // reported: the ops inside say the same once more, which nobody sees
    function(poisons(count));
    return std::nullopt;
  }
  EntryBuilder &builder = current.trace->builder;
  auto opened = builder.open(kind.kind, types.value_or(graph::Types()),
                             current.location(call.loc(), call.nodeName()), kind.length);
  if (!opened) {
    call.fail(opened.error(), {});
    function(poisons(count));
    return std::nullopt;
  }
  struct Closing { // an exception of the user's may cross
    EntryBuilder &builder;
    bool open = true;
    ~Closing() {
      if (open)
        builder.close({});
    }
  } closing{builder};
  Tensors yields;
  {
    Call::UserCode user(call);
    yields = function(types ? made(call, *opened, "an argument of the body of " + call.maker())
                            : poisons(count));
  }
  yields = checked(call, yields);
  if (!types || anyPoison(yields))
    return std::nullopt;
  closing.open = false;
  return builder.close(valuesOf(yields));
}

} // namespace detail

using namespace detail;
using graph::EntryBuilder;

ScanResult ControlFlow::scan(const Tensors &carried, const Tensors &stacked,
                             ScanStep (*step)(void *, const Tensors &, const Tensors &),
                             void *function, const Scan &options, Loc loc) {
  Call call("scan", loc);
  std::optional<graph::Types> types;
  int64_t length = 0;
  Tensors first = carried, inputs = stacked;
  if (call.inTrace()) {
    first = checked(call, carried);
    inputs = checked(call, stacked);
    if (!anyPoison(first) && !anyPoison(inputs)) {
      auto slices = rules::scan_slices(typesOf(call, inputs), options.length);
      if (slices) {
        types = typesOf(call, first);
        types->insert(types->end(), slices->types.begin(), slices->types.end());
        length = slices->length;
      } else {
        call.fail(slices.error(), inputs);
      }
    }
  }
  ScanStep last;
  Tensors yields;
  auto run = [&](const Tensors &arguments) {
    auto middle = arguments.begin() + static_cast<std::ptrdiff_t>(first.size());
    last = step(function, Tensors(arguments.begin(), middle), Tensors(middle, arguments.end()));
    yields = last.carried;
    yields.insert(yields.end(), last.outputs.begin(), last.outputs.end());
    return yields;
  };
  auto body =
      traceBody(call, {EntryBuilder::Kind::Scan, length}, types, first.size() + inputs.size(), run);
  ScanResult poison{poisons(first.size()), poisons(last.outputs.size())};
  if (!body)
    return poison;
  Context &current = context();
  auto results = current.trace->builder.scan(
      valuesOf(first), valuesOf(inputs), {.length = length, .reverse = options.reverse}, *body,
      last.carried.size(), current.location(call.loc(), call.nodeName()));
  if (!results) {
    Tensors operands = first;
    operands.insert(operands.end(), yields.begin(), yields.end());
    call.fail(results.error(), operands);
    return poison;
  }
  Tensors all = made(call, *results, call.maker());
  auto middle = all.begin() + static_cast<std::ptrdiff_t>(first.size());
  return {Tensors(all.begin(), middle), Tensors(middle, all.end())};
}

Tensors ControlFlow::cond(const Operand &predicate, Tensors (*then)(void *), void *thenFunction,
                          Tensors (*otherwise)(void *), void *otherwiseFunction, Loc loc) {
  Call call("cond", loc);
  Tensor chosen = call.tensor(predicate);
  Tensors operands{chosen};
  size_t count = 0;
  auto branch = [&](Tensors (*run)(void *), void *function) {
    return traceBody(call, {EntryBuilder::Kind::Branch}, graph::Types(), 0, [&](const Tensors &) {
      Tensors yields = run(function);
      operands.insert(operands.end(), yields.begin(), yields.end());
      count = std::max(count, yields.size());
      return yields;
    });
  };
  auto first = branch(then, thenFunction), second = branch(otherwise, otherwiseFunction);
  if (call.isPoison(chosen) || !first || !second)
    return poisons(count);
  Context &current = context();
  auto results = current.trace->builder.cond(TensorAccess::value(chosen), *first, *second,
                                             current.location(call.loc(), call.nodeName()));
  if (!results) {
    call.fail(results.error(), operands);
    return poisons(count);
  }
  return made(call, *results, call.maker());
}

Tensors ControlFlow::whileLoop(const Tensors &carried, Tensor (*test)(void *, const Tensors &),
                               void *testFunction, Tensors (*step)(void *, const Tensors &),
                               void *stepFunction, const WhileLoop &options, Loc loc) {
  Call call("while_loop", loc);
  std::optional<graph::Types> types;
  Tensors first = carried, operands;
  if (call.inTrace()) {
    first = checked(call, carried);
    if (!anyPoison(first))
      types = typesOf(call, first);
  }
  operands = first;
  auto body = [&](EntryBuilder::Kind kind, auto run) {
    return traceBody(call, {kind}, types, first.size(), [&](const Tensors &arguments) {
      Tensors yields = run(arguments);
      operands.insert(operands.end(), yields.begin(), yields.end());
      return yields;
    });
  };
  auto condition = body(EntryBuilder::Kind::Condition, [&](const Tensors &arguments) {
    return Tensors{test(testFunction, arguments)};
  });
  auto next = body(EntryBuilder::Kind::While,
                   [&](const Tensors &arguments) { return step(stepFunction, arguments); });
  if (!condition || !next)
    return poisons(first.size());
  Context &current = context();
  auto results =
      current.trace->builder.whileLoop(valuesOf(first), *condition, *next, options.max_trips,
                                       current.location(call.loc(), call.nodeName()));
  if (!results) {
    call.fail(results.error(), operands);
    return poisons(first.size());
  }
  return made(call, *results, call.maker());
}

} // namespace sinter
