// What is a character, when both sides of it are known: a bidirectional LSTM reads a text with
// gaps. sinter build bi-lstm.cpp -o bi-lstm && ./bi-lstm --data timemachine.txt
#include <sinter/sinter.h>
using namespace sinter;

static constexpr int64_t kVocabulary = 28, kHidden = 256, kEvery = 7;

/// tokens i32[N,T], every seventh hidden (it reads as nothing) → logits f32[T,N,28].
static Tensor network(Tensor tokens) {
  Tensor x = one_hot(transpose(tokens), kVocabulary); // f32[T,N,28]: time in front
  Tensor place = iota(i32({tokens.shape()[1], 1, 1}), 0);
  Tensor hidden = place - cast(cast(place, f32) / kEvery, i32) * kEvery == kEvery / 2;
  Tensor y = lstm("rnn", where(hidden, 0, x), {.hidden = kHidden, .bidirectional = true}).output;
  Tensor logits = linear("fc", y, {.units = kVocabulary, .axis = -1});
  // Only hidden places count: elsewhere the logits are those of what stands there.
  return where(hidden, logits, x * 100);
}

int main(int argc, char **argv) {
  Model model("bi-lstm", argc, argv);
  model.data(text("timemachine", {.vocabulary = kVocabulary, .batch = 32, .steps = 35}));
  model.train(
      [](Step s) {
        Tensor targets = transpose(s.input("tokens"));
        Tensor logits = network(s.input("tokens"));
        Tensor loss = mean(softmax_cross_entropy(logits, targets)) * kEvery;
        s.minimize(loss, sgd({.lr = 1, .clip_norm = 1}));
        s.metric("perplexity", loss, {.finish = Finish::exp});
      },
      {.epochs = 20});
  model.predict(
      [](Entry e) { e.output("logits", network(e.input("tokens", i32({e.batch(), 35})))); });
  return model.write();
}
