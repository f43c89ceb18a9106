// Layers over time: rnn, gru and lstm, composed of products and a scan. Sequences have time in
// front, [steps,batch,features], as PyTorch's default. Reading on: control.h (scan), nn.h (names).
#pragma once

#include "sinter/nn.h"

#include <optional>

namespace sinter {

/// What an rnn layer does to its sums.
enum class Activation : uint8_t { tanh, relu };

/// Options of rnn.
struct Rnn {
  int64_t hidden = 0; ///< size of a state
  int64_t layers = 1; ///< on top of each other
  bool bidirectional = false;
  double dropout = 0; ///< in training, of what a layer hands to the next one
  Activation activation = Activation::tanh;
  /// First states f32[layers*directions,batch,hidden], default 0.
  std::optional<Tensor> state = {};
  /// Steps of each sequence i32[batch] or i64[batch], default all: behind them a state stays as it
  /// is and the output is 0; the backward direction begins at a sequence's own end. So packed
  /// sequences behave in PyTorch.
  std::optional<Tensor> lengths = {};
  bool bias = true;
  Init weight = {};    ///< default: uniform in ±1/√hidden
  Init bias_init = {}; ///< default: uniform in ±1/√hidden
};

/// Options of gru: those of rnn, without the activation.
struct Gru {
  int64_t hidden = 0;
  int64_t layers = 1;
  bool bidirectional = false;
  double dropout = 0;
  std::optional<Tensor> state = {};
  std::optional<Tensor> lengths = {};
  bool bias = true;
  Init weight = {};
  Init bias_init = {};
};

/// Options of lstm: those of gru, and the first cells.
struct Lstm {
  int64_t hidden = 0;
  int64_t layers = 1;
  bool bidirectional = false;
  double dropout = 0;
  std::optional<Tensor> state = {};
  std::optional<Tensor> cell = {}; ///< as `state`
  std::optional<Tensor> lengths = {};
  bool bias = true;
  Init weight = {};
  Init bias_init = {};
};

/// What rnn and gru give.
struct RnnResult {
  Tensor output; ///< f32[steps,batch,hidden*directions] of the last layer, forward then backward
  Tensor state;  ///< f32[layers*directions,batch,hidden] behind the last step
};

/// What lstm gives.
struct LstmResult {
  Tensor output, state; ///< as rnn's
  Tensor cell;          ///< as `state`
};

/// h' = activation(W_ih x + b_ih + W_hh h + b_hh), for each step of x f32[steps,batch,features].
/// Parameters are torch.nn.RNN's: `name`.weight_ih_l0 [hidden,features], .weight_hh_l0,
/// .bias_ih_l0, .bias_hh_l0, then _l0_reverse of the backward direction and _l1 … of the layers
/// above. Elman, "Finding structure in time", 1990.
SINTER_API RnnResult rnn(Name name, const Operand &x, Rnn options, Loc loc = Loc::current());

/// Gated recurrent units: r, z = sigmoid(…), n = tanh(W_in x + b_in + r (W_hn h + b_hn)),
/// h' = (1 - z) n + z h. Parameters are torch.nn.GRU's: the gates' rows r, z, n below each other.
/// Cho et al., "Learning phrase representations using RNN encoder-decoder", 2014.
SINTER_API RnnResult gru(Name name, const Operand &x, Gru options, Loc loc = Loc::current());

/// Long short-term memory: i, f, o = sigmoid(…), g = tanh(…), c' = f c + i g, h' = o tanh(c').
/// Parameters are torch.nn.LSTM's: the gates' rows i, f, g, o below each other.
/// Hochreiter, Schmidhuber, "Long short-term memory", 1997.
SINTER_API LstmResult lstm(Name name, const Operand &x, Lstm options, Loc loc = Loc::current());

} // namespace sinter
