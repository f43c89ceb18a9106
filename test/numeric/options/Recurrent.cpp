//===- Recurrent.cpp - layers over time ----------------------------------------------------===//
//
// Reading on: Functions.h.
//
//===------------------------------------------------------------------------------------------===//
#include "test/numeric/options/Functions.h"

using namespace sinter::test;
using Tensors = std::vector<sinter::Tensor>;

/// The options of rnn, gru and lstm; behind x there may be first states, and lengths less one.
template <class Options> static Options layersOf(const Tensors &x, const Case &c) {
  Options options;
  options.hidden = integerOf(c, "hidden", 0);
  options.layers = integerOf(c, "layers", 1);
  options.bidirectional = flagOf(c, "bidirectional");
  options.bias = flagOf(c, "bias");
  size_t states = x.size();
  if (x.back().dtype() == sinter::i32)
    options.lengths = x[--states] + 1;
  if (states > 1)
    options.state = x[1];
  if constexpr (requires { options.cell; })
    if (states > 2)
      options.cell = x[2];
  if constexpr (requires { options.activation; })
    options.activation = flagOf(c, "relu") ? sinter::Activation::relu : sinter::Activation::tanh;
  return options;
}
/// All results as one vector.
static sinter::Tensor flattened(const Tensors &results) {
  Tensors parts;
  for (const sinter::Tensor &result : results)
    parts.push_back(sinter::flatten(result, 0));
  return sinter::concat(parts, 0);
}

void sinter::test::addRecurrent(OptionFunctions &all) {
  all.insert({
      {"rnn", {[](const Tensors &x, const Case &c) {
         auto [output, state] = sinter::rnn("rnn", x[0], layersOf<sinter::Rnn>(x, c));
         return flattened({output, state});
       }}},
      {"gru", {[](const Tensors &x, const Case &c) {
         auto [output, state] = sinter::gru("gru", x[0], layersOf<sinter::Gru>(x, c));
         return flattened({output, state});
       }}},
      {"lstm", {[](const Tensors &x, const Case &c) {
         auto [output, state, cell] = sinter::lstm("lstm", x[0], layersOf<sinter::Lstm>(x, c));
         return flattened({output, state, cell});
       }}},
  });
}
