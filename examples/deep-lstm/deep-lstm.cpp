// A language model of characters: LSTMs on top of each other. Read char-lstm first.
// sinter build deep-lstm.cpp -o deep-lstm && ./deep-lstm --data timemachine.txt
#include <sinter/sinter.h>
using namespace sinter;

static constexpr int64_t kVocabulary = 28, kHidden = 256;

/// tokens i32[N,T] and the states before them, f32[layers,N,256] each → logits f32[T,N,28], the
/// states behind.
static LstmResult network(Tensor tokens, int64_t layers, std::optional<Tensor> state,
                          std::optional<Tensor> cell) {
  Tensor x = one_hot(transpose(tokens), kVocabulary); // f32[T,N,28]: time in front
  auto [y, h, c] =
      lstm("rnn", x, {.hidden = kHidden, .layers = layers, .state = state, .cell = cell});
  return {linear("fc", y, {.units = kVocabulary, .axis = -1}), h, c};
}

int main(int argc, char **argv) {
  Model model("deep-lstm", argc, argv);
  int64_t layers = std::max<int64_t>(1, model.option("layers", 2));
  model.data(text(
      "timemachine",
      {.vocabulary = kVocabulary, .batch = 32, .steps = 35, .partition = Partition::sequential}));
  model.train(
      [&](Step s) {
        State state, cell; // training goes on where the batch before ended
        std::optional<Tensor> h, c;
        if (training()) {
          state = epoch_state("state", f32({layers, s.batch(), kHidden}));
          cell = epoch_state("cell", f32({layers, s.batch(), kHidden}));
          h = state.value(), c = cell.value();
        }
        auto [logits, hn, cn] = network(s.input("tokens"), layers, h, c);
        if (training())
          state.assign(hn), cell.assign(cn);
        Tensor loss = mean(softmax_cross_entropy(logits, transpose(s.input("targets"))));
        s.minimize(loss, sgd({.lr = 2, .clip_norm = 1}));
        s.metric("perplexity", loss, {.finish = Finish::exp});
      },
      {.epochs = 20});
  model.entry("generate", [&](Entry e) { // a token a call; --generate "time traveller" runs it
    int64_t n = e.batch();
    Type state = f32({layers, n, kHidden});
    Tensor token = reshape(e.input("token", i32({n})), {n, 1});
    auto [logits, h, c] = network(token, layers, e.input("state", state), e.input("cell", state));
    e.output("logits", reshape(logits, {n, kVocabulary}));
    e.output("state", h);
    e.output("cell", c);
  });
  return model.write();
}
