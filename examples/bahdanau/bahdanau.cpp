// Translation with attention: before each word the decoder looks at the sentence again.
// sinter build bahdanau.cpp -o bahdanau && ./bahdanau --data eng-fra.txt --save w
// ./bahdanau --init w --translate "go ."
#include <sinter/sinter.h>
using namespace sinter;

static constexpr int64_t kSteps = 10, kLayers = 2;

struct Net {
  int64_t vocabulary, hidden;
  double dropout;

  Tensor embedded(Tensor tokens) { // i32[N,T] → f32[T,N,H]: time in front
    return embedding("embedding", transpose(tokens), {.count = vocabulary, .features = hidden});
  }
  RnnResult recurrent(Tensor x, std::optional<Tensor> state) {
    return gru("rnn", x,
               {.hidden = hidden,
                .layers = kLayers,
                .dropout = dropout,
                .state = state,
                .weight = xavier_uniform()});
  }
  /// A sentence i32[N,T] → what there is of each word, f32[T,N,H], and the states behind the last.
  RnnResult encode(Tensor source) {
    Scope scope("encoder");
    return recurrent(embedded(source), std::nullopt);
  }
  /// What was said up to now, i32[N,T], → what follows each word, f32[T,N,V]. The memory is
  /// f32[N,S,H], of which a sentence has `length` words, i32[N].
  RnnResult decode(Tensor said, Tensor memory, Tensor length, Tensor state) {
    Scope scope("decoder");
    int64_t n = memory.shape()[0];
    Tensor usable = iota(i32({1, 1, kSteps}), 2) < reshape(length, {n, 1, 1});
    auto [states, outputs] =
        scan({state}, {embedded(said)}, [&](Tensors carried, Tensors word) -> ScanStep {
          Tensor upper = slice(carried[0], {kLayers - 1, 0, 0}, {kLayers, n, hidden});
          Tensor context =
              additive_attention("attention", reshape(upper, {n, 1, hidden}), memory, memory,
                                 {.hidden = hidden, .mask = usable, .dropout = dropout});
          Tensor x = concat({context, reshape(word[0], {n, 1, hidden})}, 2);
          auto [y, h] = recurrent(reshape(x, {1, n, 2 * hidden}), carried[0]);
          return {.carried = {h}, .outputs = {reshape(y, {n, hidden})}};
        });
    return {
        linear("dense", outputs[0], {.units = vocabulary, .axis = -1, .weight = xavier_uniform()}),
        states[0]};
  }
};

int main(int argc, char **argv) {
  Model model("bahdanau", argc, argv);
  const bool drops = model.option("dropout", true);
  Net net{model.option("vocabulary", 200), model.option("hidden", 32), drops ? 0.1 : 0};
  model.data(sentence_pairs("eng-fra", {.pairs = 600,
                                        .steps = kSteps,
                                        .batch = 64,
                                        .vocabulary = {net.vocabulary, net.vocabulary}}));
  model.train(
      [&](Step s) {
        auto [words, state] = net.encode(s.input("source"));
        Tensor target = s.input("target"), length = s.input("target_length");
        Tensor begin = full(i32({s.batch(), 1}), 2); // <bos>, then what is to be said but the last
        Tensor said = concat({begin, slice(target, {0, 0}, {s.batch(), kSteps - 1})}, 1);
        auto [logits, after] =
            net.decode(said, transpose(words, {1, 0, 2}), s.input("source_length"), state);
        Tensor losses = softmax_cross_entropy(logits, transpose(target)); // f32[T,N]
        Tensor counts = iota(i32({kSteps, 1}), 0) < length;               // not what fills up
        Tensor loss = sum(where(counts, losses, 0)) / (kSteps * cast(sum(length), f32));
        s.minimize(loss, adam({.lr = 0.005, .clip_norm = 1}));
      },
      {.epochs = 250});
  model.entry("encode", [&](Entry e) { // once a sentence; --translate runs both
    auto [words, state] = net.encode(e.input("source", i32({e.batch(), kSteps})));
    e.output("memory", transpose(words, {1, 0, 2}));
    e.output("state", transpose(state, {1, 0, 2}));
  });
  model.entry("decode", [&](Entry e) { // once a word
    int64_t n = e.batch();
    Tensor token = reshape(e.input("token", i32({n})), {n, 1});
    Tensor memory = e.input("memory", f32({n, kSteps, net.hidden}));
    Tensor state = transpose(e.input("state", f32({n, kLayers, net.hidden})), {1, 0, 2});
    auto [logits, h] = net.decode(token, memory, e.input("source_length", i32({n})), state);
    e.output("logits", reshape(logits, {n, net.vocabulary}));
    e.output("state", transpose(h, {1, 0, 2}));
  });
  return model.write();
}
