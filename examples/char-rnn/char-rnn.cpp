// A language model of characters: a plain recurrent net that reads a text and says at every place
// what comes next. sinter build char-rnn.cpp -o char-rnn && ./char-rnn --data timemachine.txt
#include <sinter/sinter.h>
using namespace sinter;

static constexpr int64_t kVocabulary = 28, kHidden = 256;

/// tokens i32[N,T] and the state before them, f32[1,N,256] → logits f32[T,N,28], the state behind.
static RnnResult network(Tensor tokens, std::optional<Tensor> state) {
  Tensor x = one_hot(transpose(tokens), kVocabulary); // f32[T,N,28]: time in front
  auto [y, h] = rnn("rnn", x, {.hidden = kHidden, .state = state});
  return {linear("fc", y, {.units = kVocabulary, .axis = -1}), h};
}

int main(int argc, char **argv) {
  Model model("char-rnn", argc, argv);
  model.data(text(
      "timemachine",
      {.vocabulary = kVocabulary, .batch = 32, .steps = 35, .partition = Partition::sequential}));
  model.train(
      [](Step s) {
        State kept; // training goes on where the batch before ended
        std::optional<Tensor> before;
        if (training()) {
          kept = epoch_state("state", f32({1, s.batch(), kHidden}));
          before = kept.value();
        }
        auto [logits, after] = network(s.input("tokens"), before);
        if (training())
          kept.assign(after);
        Tensor loss = mean(softmax_cross_entropy(logits, transpose(s.input("targets"))));
        s.minimize(loss, sgd({.lr = 1, .clip_norm = 1}));
        s.metric("perplexity", loss, {.finish = Finish::exp});
      },
      {.epochs = 20});
  model.entry("generate", [](Entry e) { // a token a call; --generate "time traveller" runs it
    int64_t n = e.batch();
    Type state = f32({n, kHidden});
    Tensor token = reshape(e.input("token", i32({n})), {n, 1});
    auto [logits, h] = network(token, reshape(e.input("state", state), {1, n, kHidden}));
    e.output("logits", reshape(logits, {n, kVocabulary}));
    e.output("state", reshape(h, state.shape));
  });
  return model.write();
}
