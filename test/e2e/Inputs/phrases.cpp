// Translators of pairs of sentences that are no nets to speak of. By default word t of a
// translation follows from word t of the sentence; with chain=1 it follows from the word before it
// alone, by a table of logits. With wrong=1 … 6 the entries are such that --translate cannot run
// them.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("phrases", argc, argv);
  const int64_t kVocabulary = 70, kSteps = 8, kHidden = 32;
  int64_t wrong = model.option("wrong", 0);
  bool chain = model.option("chain", false);
  model.data(sentence_pairs("phrases", {.pairs = model.option("pairs", 0),
                                        .steps = kSteps,
                                        .batch = 16,
                                        .vocabulary = {kVocabulary, kVocabulary}}));
  auto table = [&](Tensor tokens) { // i32[…] → f32[…,V]
    return embedding("table", tokens, {.count = kVocabulary, .features = kVocabulary});
  };
  auto read = [&](Tensor source) {
    return embedding("emb", source, {.count = kVocabulary, .features = kHidden});
  };
  auto say = [&](Tensor x) { return linear("fc", x, {.units = kVocabulary, .axis = -1}); };
  model.train(
      [&](Step s) {
        int64_t n = s.batch();
        Tensor target = s.input("target"), length = s.input("target_length");
        Tensor said = concat({full(i32({n, 1}), 2), slice(target, {0, 0}, {n, kSteps - 1})},
                             1); // <bos> first
        Tensor logits = chain ? table(said) : say(read(s.input("source")));
        Tensor counts = iota(i32({1, kSteps}), 1) < reshape(length, {n, 1});
        Tensor losses = where(counts, softmax_cross_entropy(logits, target), 0);
        s.minimize(sum(losses) / cast(sum(length), f32), adam({.lr = 0.02}));
      },
      {.epochs = 5});
  if (wrong != 1)
    model.entry("encode", [&](Entry e) {
      int64_t n = e.batch();
      Tensor source = e.input(wrong == 2 ? "sentence" : "source", i32({n, kSteps}));
      e.output("memory", chain ? cast(source, f32) : read(source));
    });
  if (wrong == 3)
    return model.write();
  model.entry("decode", [&](Entry e) {
    int64_t n = e.batch();
    Tensor token = e.input(wrong == 4 ? "word" : "token", i32({n}));
    if (chain)
      return e.output(wrong == 5 ? "scores" : "logits", table(token));
    Tensor memory = e.input("memory", f32({n, kSteps, kHidden})),
           place = e.input("place", i32({n}));
    Tensor length = e.input("source_length", i32({n})); // of the sentence itself
    Tensor at = where(place < length, place, length - 1);
    Tensor here = iota(i32({1, kSteps, 1}), 1) == reshape(at, {n, 1, 1});
    e.output(wrong == 5 ? "scores" : "logits", say(sum(where(here, memory, 0), {1})));
    e.output(wrong == 6 ? "next" : "place", place + 1);
  });
  return model.write();
}
