// Layers over time: one scan a layer and direction, all at the user's line. The product with the
// inputs is one for all steps, in front of the loop; what the loop has is the product with the
// state and the cell. Reading on: include/sinter/ops/recurrent.h, Control.cpp (scan).
#include "sinter/ops/recurrent.h"

#include "frontend/src/Layers.h"
#include "sinter/ops/activation.h"
#include "sinter/ops/control.h"
#include "sinter/ops/elementwise.h"
#include "sinter/ops/matmul.h"
#include "sinter/ops/random.h"
#include "sinter/ops/shape.h"

#include <algorithm>
#include <cmath>

namespace sinter {

using namespace detail;

namespace {
/// What kinds of layers have in common, and how they differ.
struct Kind {
  const char *op;
  int64_t gates;  ///< blocks of rows in the weights
  size_t carried; ///< states of a cell: h, or h and c
  bool apart;     ///< the state's bias stays beside its product: a gate scales both
  /// Sums of the inputs and of the states [batch,gates*hidden], and the states → the next states.
  std::function<Tensors(const Tensor &input, const Tensor &recurrent, const Tensors &states)> cell;
};

/// The layer as its functions share it.
struct Layers {
  const Kind &kind;
  Name name;
  Gru options;               ///< what all kinds have
  std::vector<Tensor> first; ///< of each of the states [layers*directions,batch,hidden], or none
  std::optional<Tensor> running; ///< bool[steps,batch,1]: whether the sequence goes on
  DType element;
  Loc loc;
};

/// Parameters of one layer and direction.
struct Weights {
  Tensor input, recurrent;               ///< weight_ih, weight_hh
  std::optional<Tensor> bias, stateBias; ///< bias_ih, bias_hh
};
} // namespace

/// Column block `index` of sums [batch,gates*hidden].
static Tensor gate(const Tensor &sums, int64_t index, int64_t gates) {
  int64_t batch = sums.shape()[0], hidden = sums.shape()[1] / gates;
  return slice(sums, {0, index * hidden}, {batch, (index + 1) * hidden});
}

static Tensors rnnCell(const Tensor &sums, Activation activation) {
  return {activation == Activation::relu ? relu(sums) : tanh(sums)};
}

static Tensors gruCell(const Tensor &x, const Tensor &h, const Tensors &states) {
  auto of = [](const Tensor &sums, int64_t index) { return gate(sums, index, 3); };
  Tensor r = sigmoid(of(x, 0) + of(h, 0)), z = sigmoid(of(x, 1) + of(h, 1));
  Tensor n = tanh(of(x, 2) + r * of(h, 2));
  return {n + z * (states[0] - n)};
}

static Tensors lstmCell(const Tensor &sums, const Tensors &states) {
  auto of = [&](int64_t index) { return gate(sums, index, 4); };
  Tensor c = sigmoid(of(1)) * states[1] + sigmoid(of(0)) * tanh(of(2));
  return {sigmoid(of(3)) * tanh(c), c};
}

static Weights weightsOf(const Layers &layers, const std::string &suffix, int64_t features) {
  const Gru &options = layers.options;
  double bound = 1 / std::sqrt(static_cast<double>(options.hidden));
  int64_t rows = layers.kind.gates * options.hidden;
  auto part = [&](const char *what, Shape shape, const Init &init) {
    return layerParameter(layers.name, what + suffix, layers.element(shape), orUniform(init, bound),
                          layers.loc);
  };
  Weights weights{part("weight_ih", {rows, features}, options.weight),
                  part("weight_hh", {rows, options.hidden}, options.weight),
                  {},
                  {}};
  if (options.bias) {
    weights.bias = part("bias_ih", {rows}, options.bias_init);
    weights.stateBias = part("bias_hh", {rows}, options.bias_init);
  }
  return weights;
}

/// x · W_ihᵀ + b for all steps: one product over steps*batch rows.
static Tensor inputSums(const Layers &layers, const Tensor &x, const Weights &weights) {
  int64_t steps = x.shape()[0], batch = x.shape()[1], features = x.shape()[2];
  Tensor sums = matmul(reshape(x, {steps * batch, features}), weights.input, {.transpose_b = true});
  if (weights.bias && layers.kind.apart)
    sums += *weights.bias;
  else if (weights.bias)
    sums += *weights.bias + *weights.stateBias;
  return reshape(sums, {steps, batch, layers.kind.gates * layers.options.hidden});
}

/// One direction of one layer; `slot` is its place among the states. Its last states, each [1,…],
/// go behind those in `last`. → [steps,batch,hidden]
static Tensor runDirection(const Layers &layers, const Tensor &x, int64_t slot, bool reverse,
                           std::vector<Tensors> &last) {
  const Kind &kind = layers.kind;
  const Gru &options = layers.options;
  int64_t batch = x.shape()[1], hidden = options.hidden, directions = options.bidirectional ? 2 : 1;
  std::string suffix = "_l" + std::to_string(slot / directions) + (reverse ? "_reverse" : "");
  Weights weights = weightsOf(layers, suffix, x.shape()[2]);
  Tensors stacked{inputSums(layers, x, weights)}, carried;
  if (layers.running)
    stacked.push_back(*layers.running);
  for (size_t i = 0; i < kind.carried; ++i)
    carried.push_back(layers.first.empty()
                          ? full(layers.element({batch, hidden}), 0)
                          : reshape(slice(layers.first[i], {slot, 0, 0}, {slot + 1, batch, hidden}),
                                    {batch, hidden}));
  auto step = [&](const Tensors &states, const Tensors &slices) -> ScanStep {
    Tensor sums = matmul(states[0], weights.recurrent, {.transpose_b = true});
    if (weights.stateBias && kind.apart)
      sums += *weights.stateBias;
    Tensors next = kind.cell(slices[0], sums, states);
    if (!layers.running)
      return {.carried = next, .outputs = {next[0]}};
    Tensor output = where(slices[1], next[0], 0);
    for (size_t i = 0; i < next.size(); ++i)
      next[i] = where(slices[1], next[i], states[i]);
    return {.carried = next, .outputs = {output}};
  };
  ScanResult result = scan(carried, stacked, step, {.reverse = reverse}, layers.loc);
  for (size_t i = 0; i < kind.carried; ++i)
    last[i].push_back(reshape(result.carried[i], {1, batch, hidden}));
  return result.outputs[0];
}

static Tensor joined(const Tensors &tensors, int64_t axis) {
  return tensors.size() == 1 ? tensors[0] : concat(tensors, axis);
}

/// All layers and directions. → the output, then the states.
static Tensors runLayers(const Layers &layers, Tensor x) {
  const Gru &options = layers.options;
  int64_t directions = options.bidirectional ? 2 : 1;
  std::vector<Tensors> last(layers.kind.carried);
  for (int64_t layer = 0; layer < options.layers; ++layer) {
    if (layer > 0)
      x = dropout(layers.name.text + ".dropout_l" + std::to_string(layer - 1), x,
                  {.p = options.dropout}, layers.loc);
    Tensors outputs;
    for (int64_t direction = 0; direction < directions; ++direction)
      outputs.push_back(
          runDirection(layers, x, layer * directions + direction, direction == 1, last));
    x = joined(outputs, 2);
  }
  Tensors results{x};
  for (const Tensors &states : last)
    results.push_back(joined(states, 0));
  return results;
}

/// What all kinds expect of their options; false: reported.
static bool acceptsOptions(Call &call, const Gru &options) {
  auto expect = [&](bool holds, const std::string &text) {
    if (!holds)
      call.fail("E0020", "expects " + text);
    return holds;
  };
  return expect(options.hidden >= 1,
                "hidden of 1 or more, got " + std::to_string(options.hidden)) &&
         expect(options.layers >= 1 && options.layers <= 1000,
                "layers from 1 to 1000, got " + std::to_string(options.layers)) &&
         expect(options.dropout >= 0 && options.dropout < 1,
                "a dropout in [0, 1), got " + numberText(options.dropout));
}

/// Whether the sequences go on at each step, bool[steps,batch,1]. Nothing: reported.
static std::optional<Tensor> runningOf(Call &call, const Tensor &lengths, int64_t steps,
                                       int64_t batch) {
  const rules::Type &type = call.type(lengths);
  bool whole = type.element == rules::ElementType::I32 || type.element == rules::ElementType::I64;
  if (!whole || type.dims != std::vector<int64_t>{batch}) {
    call.fail("E0134", "expects lengths i32[" + std::to_string(batch) + "], got " + toString(type),
              "", {lengths});
    return std::nullopt;
  }
  return iota(lengths.dtype()({steps, 1, 1}), 0) < reshape(lengths, {batch, 1});
}

/// The given first states, 0 for those that are not; none when none is. False: reported.
static bool takeFirst(Call &call, Layers &layers, const std::vector<std::optional<Tensor>> &states,
                      int64_t batch) {
  const Gru &options = layers.options;
  rules::Type wanted{toRules(layers.element),
                     {options.layers * (options.bidirectional ? 2 : 1), batch, options.hidden}};
  for (const std::optional<Tensor> &state : states) {
    Tensor first = state ? call.tensor(Operand(*state, layers.loc))
                         : full(layers.element(Shape(wanted.dims)), 0, layers.loc);
    if (call.isPoison(first))
      return false;
    if (call.type(first) != wanted) {
      call.fail("E0134",
                "expects first states [layers*directions,batch,hidden] of " + toString(wanted) +
                    ", got " + toString(call.type(first)),
                "", {first});
      return false;
    }
    layers.first.push_back(first);
  }
  return true;
}

/// False: x is no batch of sequences (reported).
static bool acceptsSequences(Call &call, const Tensor &x) {
  const rules::Type type = call.type(x);
  auto refuse = [&](const char *code, const std::string &wanted, const char *help = "") {
    call.fail(code, "expects " + wanted + ", got " + toString(type), help, {x});
    return false;
  };
  if (type.rank() != 3)
    return refuse("E0107", "sequences f32[steps,batch,features]",
                  type.rank() == 2 ? "reshape(x, {steps, 1, features}) makes a batch of one" : "");
  if (!call.isFloat(x))
    return false;
  return type.elementCount() != 0 || refuse("E0115", "steps, examples and features");
}

/// A layer of `kind`; `states` are its first ones where given. → the output, then the last states.
static Tensors recurrent(const Kind &kind, const Name &name, const Operand &operand,
                         const Gru &options, const std::vector<std::optional<Tensor>> &states,
                         const Loc &loc) {
  Call call(kind.op, loc, context().path(name.text));
  const Tensors refused(1 + kind.carried, Call::poison());
  Tensor x = call.tensor(operand);
  if (!call.accepts(name.text) || !acceptsOptions(call, options) || call.isPoison(x) ||
      !acceptsSequences(call, x))
    return refused;
  const rules::Type type = call.type(x);
  Layers layers{kind, name, options, {}, {}, x.dtype(), loc};
  bool given = std::any_of(states.begin(), states.end(), [](auto &s) { return s.has_value(); });
  if (given && !takeFirst(call, layers, states, type.dims[1]))
    return refused;
  if (options.lengths) {
    Tensor lengths = call.tensor(Operand(*options.lengths, loc));
    if (call.isPoison(lengths))
      return refused;
    layers.running = runningOf(call, lengths, type.dims[0], type.dims[1]);
    if (!layers.running)
      return refused;
  }
  noteUse(call, kind.op, name, context().path(name.text));
  return runLayers(layers, x);
}

/// What all kinds have of their options.
template <class Options> static Gru common(const Options &o) {
  return {.hidden = o.hidden,
          .layers = o.layers,
          .bidirectional = o.bidirectional,
          .dropout = o.dropout,
          .lengths = o.lengths,
          .bias = o.bias,
          .weight = o.weight,
          .bias_init = o.bias_init};
}

RnnResult rnn(Name name, const Operand &x, Rnn o, Loc loc) {
  Kind kind{"rnn", 1, 1, false, [&](const Tensor &input, const Tensor &state, const Tensors &) {
              return rnnCell(input + state, o.activation);
            }};
  Tensors results = recurrent(kind, name, x, common(o), {o.state}, loc);
  return {results[0], results[1]};
}

RnnResult gru(Name name, const Operand &x, Gru options, Loc loc) {
  Tensors results = recurrent({"gru", 3, 1, true, gruCell}, name, x, options, {options.state}, loc);
  return {results[0], results[1]};
}

LstmResult lstm(Name name, const Operand &x, Lstm o, Loc loc) {
  Kind kind{"lstm", 4, 2, false,
            [](const Tensor &input, const Tensor &state, const Tensors &states) {
              return lstmCell(input + state, states);
            }};
  Tensors results = recurrent(kind, name, x, common(o), {o.state, o.cell}, loc);
  return {results[0], results[1], results[2]};
}

} // namespace sinter
