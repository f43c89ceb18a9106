//===- Build.cpp - random graphs as `sinter` modules ------------------------------------------===//
//
// @train: the loss is the sum of the means of all terms (and of a cross-entropy), then gradients,
// clipped or not, and plain SGD, momentum or Adam's step, and new values of states. @predict: the
// terms. Both show the other outputs. With several states there is an @eval that changes them too.
// Nodes that nothing needs are left out. Reading on: Model.h.
//
//===------------------------------------------------------------------------------------------===//
#include "test/fuzz/Model.h"

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace sinter;
using namespace sinter::test;

bool test::isSource(const Node &node) {
  return node.op == "input" || node.op == "parameter" || node.op == "state";
}

static std::vector<bool> liveNodes(const Model &model) {
  std::vector<bool> live(model.nodes.size(), false);
  for (int term : model.terms)
    live[term] = true;
  if (model.logits >= 0)
    live[model.logits] = true;
  for (int output : model.outputs)
    live[output] = true;
  for (auto [state, value] : model.updates)
    live[state] = live[value] = true;
  for (size_t i = model.nodes.size(); i-- > 0;)
    if (live[i])
      for (int operand : model.nodes[i].operands)
        live[operand] = true;
  return live;
}

int test::liveOps(const Model &model) {
  std::vector<bool> live = liveNodes(model);
  int count = 0;
  for (size_t i = 0; i < live.size(); ++i)
    count += live[i] && !isSource(model.nodes[i]);
  return count;
}

static std::string nameOf(size_t node) { return "n" + std::to_string(node); }
static std::string stateOf(size_t node) { return "state/" + nameOf(node); }

static mlir::Value emitOp(EntryBuilder &b, const Node &node,
                          const std::vector<mlir::Value> &operands) {
  if (hasBodies(node))
    return emitBodies(b.place(), node, operands);
  if (node.op == "gradient")
    return b.gradient(operands[0], operands[1], operands[2])[0];
  if (node.op == "jvp")
    return b.jvp(operands[0], operands[1], operands[2]);
  return b.op(node.op, operands, node.attrs, node.type);
}

static std::vector<mlir::Value> emitNodes(EntryBuilder &b, const Model &model,
                                          const std::vector<bool> &live) {
  std::vector<mlir::Value> values(model.nodes.size());
  for (size_t i = 0; i < model.nodes.size(); ++i) {
    const Node &node = model.nodes[i];
    if (!live[i])
      continue;
    if (node.op == "input") {
      values[i] = b.input(nameOf(i), node.type);
    } else if (node.op == "parameter") {
      values[i] = b.get(nameOf(i), node.type);
    } else if (node.op == "state") {
      values[i] = b.get(stateOf(i), node.type);
    } else if (node.op == "get") {
      values[i] = b.get(std::get<std::string>(node.attrs[0].value), node.type);
    } else {
      std::vector<mlir::Value> operands;
      for (int operand : node.operands)
        operands.push_back(values[operand]);
      values[i] = emitOp(b, node, operands);
    }
  }
  return values;
}

// Mean of all elements, as a scalar; 0 for none.
static mlir::Value meanOf(EntryBuilder &b, mlir::Value value) {
  Type type = typeOf(value);
  Dims axes(type.dims.size());
  for (size_t d = 0; d < axes.size(); ++d)
    axes[d] = d;
  int64_t count = interpret::countOf(type.dims);
  mlir::Value sum =
      axes.empty() ? value : b.op("sum", {value}, {{"axes", axes}, {"keepdims", false}});
  return count <= 1 ? sum : b.op("mul", {sum, b.constant({type.element, {}}, 1.0 / count)});
}

/// One class for each row of logits.
static Type labelOf(const Model &model) {
  Type type{ElementType::I32, model.nodes[model.logits].type.dims};
  type.dims.pop_back();
  return type;
}

static mlir::Value lossOf(EntryBuilder &b, const Model &model,
                          const std::vector<mlir::Value> &values) {
  mlir::Value loss;
  auto accumulate = [&](mlir::Value term) { loss = loss ? b.op("add", {loss, term}) : term; };
  for (int term : model.terms) {
    const Node &node = model.nodes[term];
    bool small = std::fmax(std::fabs(node.low), std::fabs(node.high)) <= 30;
    accumulate(meanOf(b, small ? b.op("mul", {values[term], values[term]}) : values[term]));
  }
  if (model.logits >= 0) {
    mlir::Value label = b.input("label", labelOf(model));
    accumulate(meanOf(b, b.op("softmax_cross_entropy", {values[model.logits], label})));
  }
  return loss;
}

static void emitOutputs(EntryBuilder &b, const Model &model,
                        const std::vector<mlir::Value> &values) {
  for (size_t i = 0; i < model.outputs.size(); ++i)
    b.output("also" + std::to_string(i), values[model.outputs[i]]);
}

/// Scales the gradients so that the norm of all is 2 at most.
static void clip(EntryBuilder &b, Type scalar, std::vector<mlir::Value> &gradients) {
  mlir::Value total = b.constant(scalar, 1e-6);
  for (mlir::Value gradient : gradients) {
    Dims axes(typeOf(gradient).dims.size());
    std::iota(axes.begin(), axes.end(), 0);
    mlir::Value square = b.op("mul", {gradient, gradient});
    total =
        b.op("add",
             {total, axes.empty() ? square
                                  : b.op("sum", {square}, {{"axes", axes}, {"keepdims", false}})});
  }
  mlir::Value scale = b.op("min", {b.constant(scalar, 1.0),
                                   b.op("div", {b.constant(scalar, 2.0), b.op("sqrt", {total})})});
  for (mlir::Value &gradient : gradients)
    gradient = b.op("mul", {scale, gradient});
}

/// Updates parameter `x`, called `name`, by its gradient.
static void emitStep(EntryBuilder &b, const Model &model, const std::string &name, mlir::Value x,
                     mlir::Value gradient) {
  Type scalar{model.element, {}}, type = typeOf(x);
  mlir::Value step = gradient;
  /// decay * state + (share * value), kept as the state.
  auto average = [&](const std::string &slot, double decay, double share, mlir::Value value) {
    mlir::Value old = b.op("mul", {b.constant(scalar, decay), b.get(slot + "/" + name, type)});
    mlir::Value now =
        b.op("add", {old, share == 1 ? value : b.op("mul", {b.constant(scalar, share), value})});
    b.update(slot + "/" + name, now);
    return now;
  };
  if (model.optimizer == Optimizer::Momentum) {
    step = average("velocity", 0.875, 1, gradient);
  } else if (model.optimizer == Optimizer::Adam) {
    step = average("velocity", 0.9, 0.1, gradient);
    mlir::Value square = average("square", 0.99, 0.01, b.op("mul", {gradient, gradient}));
    step = b.op("div", {step, b.op("add", {b.op("sqrt", {square}), b.constant(scalar, 1e-3)})});
  }
  b.update(name, b.op("sub", {x, b.op("mul", {b.get("lr", scalar), step})}));
}

static void emitTrain(mlir::ModuleOp module, const Model &model, const std::vector<bool> &live) {
  EntryBuilder b(module, "train", "train_step", kernel::EntryKind::Train, 1);
  Type scalar{model.element, {}};
  std::vector<mlir::Value> values = emitNodes(b, model, live), xs;
  mlir::Value loss = lossOf(b, model, values);
  b.output("loss", loss);
  emitOutputs(b, model, values);
  for (auto [state, value] : model.updates)
    b.update(stateOf(state), values[value]);
  std::vector<size_t> parameters;
  for (size_t i = 0; i < model.nodes.size(); ++i)
    if (live[i] && model.nodes[i].op == "parameter") {
      parameters.push_back(i);
      xs.push_back(values[i]);
    }
  if (!xs.empty()) {
    std::vector<mlir::Value> gradients = b.gradient({loss}, {b.constant(scalar, 1.0)}, xs);
    if (model.clips)
      clip(b, scalar, gradients);
    for (size_t p = 0; p < parameters.size(); ++p)
      emitStep(b, model, nameOf(parameters[p]), xs[p], gradients[p]);
  }
  b.finish();
}

/// An entry that shows the terms; one that evaluates changes states besides.
static void emitForward(mlir::ModuleOp module, const Model &model, const std::vector<bool> &live,
                        kernel::EntryKind kind) {
  std::string name = kernel::stringifyEntryKind(kind).str();
  EntryBuilder b(module, name, name, kind, 1);
  std::vector<mlir::Value> values = emitNodes(b, model, live);
  for (int term : model.terms)
    b.output(nameOf(term), values[term]);
  emitOutputs(b, model, values);
  if (kind == kernel::EntryKind::Eval)
    for (auto [state, value] : model.updates)
      b.update(stateOf(state), values[value]);
  b.finish();
}

/// What the optimizer keeps a parameter.
static std::vector<const char *> slotsOf(const Model &model) {
  if (model.optimizer == Optimizer::Adam)
    return {"velocity/", "square/"};
  return model.optimizer == Optimizer::Momentum ? std::vector{"velocity/"}
                                                : std::vector<const char *>{};
}

mlir::OwningOpRef<mlir::ModuleOp> test::build(const Model &model) {
  mlir::OwningOpRef<mlir::ModuleOp> module = makeModule("random");
  std::vector<bool> live = liveNodes(model);
  addScalar(*module, "lr", model.element, 0.5);
  for (size_t i = 0; i < model.nodes.size(); ++i)
    if (live[i] && model.nodes[i].op == "parameter") {
      addSymbol(*module, nameOf(i), model.nodes[i].type, ir::SymbolKind::Parameter);
      for (const char *slot : slotsOf(model))
        addSymbol(*module, slot + nameOf(i), model.nodes[i].type, ir::SymbolKind::Optimizer,
                  nameOf(i));
    } else if (live[i] && model.nodes[i].op == "state") {
      addSymbol(*module, stateOf(i), model.nodes[i].type, ir::SymbolKind::Buffer);
    }
  emitTrain(*module, model, live);
  emitForward(*module, model, live, kernel::EntryKind::Predict);
  if (model.updates.size() > 1)
    emitForward(*module, model, live, kernel::EntryKind::Eval);
  return module;
}

// Sources keep the interval of the op that they replace when a graph is cut down.
static Tensor sampleSource(const Node &node, Random &random) {
  Tensor value = sample(node.type, Domain::Any, random);
  if (node.op == "input" && !rules::isFloat(node.type.element)) { // indices
    for (int64_t &element : value.integers)
      element = random.below(std::max<int64_t>(1, static_cast<int64_t>(node.high) + 1));
    return value;
  }
  if (node.low != -2 || node.high != 2)
    for (double &element : value.reals) {
      double low = std::fmax(node.low, -50), high = std::fmin(node.high, 50);
      element = static_cast<float>(low + (high - low) * (0.05 + 0.9 * random.uniform()));
    }
  return value;
}

interpret::Arguments test::argumentsOf(const Model &model, int salt) {
  interpret::Arguments arguments;
  std::vector<bool> live = liveNodes(model);
  for (size_t i = 0; i < model.nodes.size(); ++i) {
    const Node &node = model.nodes[i];
    Random random(model.seed * 1000003u + i * 101u + salt);
    if (!live[i] || !isSource(node))
      continue;
    Tensor value = sampleSource(node, random);
    if (node.op == "input") {
      arguments.inputs[nameOf(i)] = value;
    } else if (node.op == "state") {
      arguments.symbols[stateOf(i)] = value;
    } else {
      arguments.symbols[nameOf(i)] = value;
      arguments.symbols["velocity/" + nameOf(i)] = sample(node.type, Domain::Any, random);
      arguments.symbols["square/" + nameOf(i)] = sample(node.type, Domain::Positive, random);
    }
  }
  if (model.logits >= 0) {
    int64_t classes = model.nodes[model.logits].type.dims.back();
    Random random(model.seed + salt);
    arguments.inputs["label"] = sample(labelOf(model), Domain::Indices, random, 0, classes);
  }
  Type integer{ElementType::I64, {}};
  arguments.scalars["step"] = Tensor(integer, std::vector<int64_t>{3});
  arguments.scalars["seed"] =
      Tensor(integer, std::vector<int64_t>{static_cast<int64_t>(model.seed)});
  return arguments;
}
