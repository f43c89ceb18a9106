// A small language model whose text is cut as --set tokens says: 0 characters, 1 words, 2 bytes.
// With sequential=1 examples go on from batch to batch, and so does the state of the net. With
// wrong=1 … 4 the entry `generate` is one that --generate cannot run.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("story", argc, argv);
  int64_t kind = model.option("tokens", 0), wrong = model.option("wrong", 0), hidden = 24;
  int64_t vocabulary = model.option("vocabulary", kind == 2 ? 256 : kind == 1 ? 220 : 28);
  bool sequential = model.option("sequential", false);
  model.data(text("story", {.tokens = static_cast<Tokens>(kind),
                            .vocabulary = vocabulary,
                            .batch = 16,
                            .steps = 12,
                            .partition = sequential ? Partition::sequential : Partition::random}));
  auto network = [&](Tensor tokens, std::optional<Tensor> state) -> RnnResult {
    Tensor x = embedding("emb", transpose(tokens), {.count = vocabulary, .features = hidden});
    auto [y, h] = gru("rnn", x, {.hidden = hidden, .state = state});
    return {linear("fc", y, {.units = vocabulary, .axis = -1}), h};
  };
  model.train(
      [&](Step s) {
        std::optional<Tensor> before;
        State kept = state("kept", f32({1, 16, hidden})); // of the training batch
        if (sequential && training())
          before = kept.value();
        auto [logits, h] = network(s.input("tokens"), before);
        if (sequential && training())
          kept.assign(stop_gradient(h));
        Tensor loss = mean(softmax_cross_entropy(logits, transpose(s.input("targets"))));
        s.minimize(loss, adam({.lr = 0.01}));
        s.metric("perplexity", loss, {.finish = Finish::exp});
      },
      {.epochs = 2});
  if (wrong != 1)
    model.entry("generate", [&](Entry e) {
      Tensor token = e.input(wrong == 2 ? "tokens" : "token", i32({1}));
      auto [logits, h] =
          network(reshape(token, {1, 1}), reshape(e.input("state", f32({hidden})), {1, 1, hidden}));
      e.output(wrong == 3 ? "scores" : "logits", reshape(logits, {1, vocabulary}));
      e.output(wrong == 4 ? "next" : "state", reshape(h, {hidden}));
    });
  return model.write();
}
