// Translation by two recurrent nets: one reads a sentence, the other says it in another language.
// sinter build seq2seq.cpp -o seq2seq && ./seq2seq --data eng-fra.txt --save w
// ./seq2seq --init w --translate "go ."
#include <sinter/sinter.h>
using namespace sinter;

struct Net {
  int64_t vocabulary, hidden;
  double dropout;

  Tensor embedded(Tensor tokens) { // i32[N,T] → f32[T,N,H]: time in front
    return embedding("embedding", transpose(tokens), {.count = vocabulary, .features = hidden});
  }
  RnnResult recurrent(Tensor x, std::optional<Tensor> state) {
    return gru("rnn", x,
               {.hidden = hidden,
                .layers = 2,
                .dropout = dropout,
                .state = state,
                .weight = xavier_uniform()});
  }
  /// A sentence i32[N,T] → the states behind it, f32[2,N,H].
  Tensor encode(Tensor source) {
    Scope scope("encoder");
    return recurrent(embedded(source), std::nullopt).state;
  }
  /// What was said up to now, i32[N,T], → what follows each word, f32[T,N,V]. Every step sees what
  /// the encoder remembers of the sentence, f32[N,H].
  RnnResult decode(Tensor said, Tensor context, Tensor state) {
    Scope scope("decoder");
    Tensor x = embedded(said);
    auto [y, h] = recurrent(concat({x, broadcast_to(context, x.shape())}, 2), state);
    return {linear("dense", y, {.units = vocabulary, .axis = -1, .weight = xavier_uniform()}), h};
  }
  Tensor last(Tensor state) { // of the upper layer
    return reshape(slice(state, {1, 0, 0}, state.shape().sizes()), {state.shape()[1], hidden});
  }
};

int main(int argc, char **argv) {
  Model model("seq2seq", argc, argv);
  const int64_t kSteps = 10;
  const bool drops = model.option("dropout", true);
  Net net{model.option("vocabulary", 200), model.option("hidden", 32), drops ? 0.1 : 0};
  model.data(sentence_pairs("eng-fra", {.pairs = 600,
                                        .steps = kSteps,
                                        .batch = 64,
                                        .vocabulary = {net.vocabulary, net.vocabulary}}));
  model.train(
      [&](Step s) {
        Tensor state = net.encode(s.input("source"));
        Tensor target = s.input("target"), length = s.input("target_length");
        Tensor begin = full(i32({s.batch(), 1}), 2); // <bos>, then what is to be said but the last
        Tensor said = concat({begin, slice(target, {0, 0}, {s.batch(), kSteps - 1})}, 1);
        Tensor losses = softmax_cross_entropy(net.decode(said, net.last(state), state).output,
                                              transpose(target)); // f32[T,N]
        Tensor counts = iota(i32({kSteps, 1}), 0) < length;       // not what fills up
        Tensor loss = sum(where(counts, losses, 0)) / (kSteps * cast(sum(length), f32));
        s.minimize(loss, adam({.lr = 0.005, .clip_norm = 1}));
      },
      {.epochs = 300});
  model.entry("encode", [&](Entry e) { // once a sentence; --translate runs both
    Tensor state = net.encode(e.input("source", i32({e.batch(), kSteps})));
    e.output("context", net.last(state));
    e.output("state", transpose(state, {1, 0, 2}));
  });
  model.entry("decode", [&](Entry e) { // once a word
    int64_t n = e.batch();
    Tensor token = reshape(e.input("token", i32({n})), {n, 1});
    Tensor context = e.input("context", f32({n, net.hidden}));
    Tensor state = transpose(e.input("state", f32({n, 2, net.hidden})), {1, 0, 2});
    auto [logits, h] = net.decode(token, context, state);
    e.output("logits", reshape(logits, {n, net.vocabulary}));
    e.output("state", transpose(h, {1, 0, 2}));
  });
  return model.write();
}
