// Translation by attention alone: "Attention is all you need", as small as it still learns.
// sinter build transformer.cpp -o transformer && ./transformer --data eng-fra.txt --save w
// ./transformer --init w --translate "go ."
#include <sinter/sinter.h>

#include <cmath>
using namespace sinter;

static constexpr int64_t kSteps = 10, kLayers = 2, kHeads = 4;

struct Net {
  int64_t vocabulary, hidden;
  double dropped;

  Tensor dropping(const char *name, Tensor x) { return dropout(name, x, {.p = dropped}); }
  Tensor attend(const char *name, Tensor x, Tensor keys, Tensor mask) {
    return multi_head_attention(name, x, keys, keys,
                                {.heads = kHeads, .mask = mask, .dropout = dropped, .bias = false});
  }
  /// What a part of a layer adds to x, normalised.
  Tensor added(std::string number, Tensor x, Tensor y) {
    return layer_norm("norm" + number, x + dropping(("dropout" + number).c_str(), y));
  }
  Tensor feed_forward(Tensor x) {
    Tensor y =
        relu(linear("linear1", x, {.units = 2 * hidden, .axis = -1, .weight = xavier_uniform()}));
    return linear("linear2", y, {.units = hidden, .axis = -1, .weight = xavier_uniform()});
  }
  /// i32[N,T] → f32[N,T,H], with the rows of their places f32[…,T,H] added.
  Tensor embedded(Tensor tokens, Tensor places) {
    Tensor x = embedding("embedding", tokens, {.count = vocabulary, .features = hidden});
    return dropping("dropout", x * std::sqrt(hidden) + places);
  }
  Tensor places() { return sinusoidal_positions(kSteps, hidden); }
  Tensor usable(Tensor length) { // i32[N] → bool[N,1,S]: words, not what fills up
    return iota(i32({1, 1, kSteps}), 2) < reshape(length, {length.shape()[0], 1, 1});
  }

  /// A sentence i32[N,S] → what there is of each word, f32[N,S,H].
  Tensor encode(Tensor source, Tensor length) {
    Scope encoder("encoder");
    Tensor x = embedded(source, places()), mask = usable(length);
    for (int64_t i = 0; i < kLayers; ++i) {
      Scope layer("layer" + std::to_string(i));
      x = added("1", x, attend("self_attn", x, x, mask));
      x = added("2", x, feed_forward(x));
    }
    return x;
  }
  /// What was said, i32[N,T], → what follows each word, f32[N,T,V]. `keys` says what layer i looks
  /// at beside its own x and the memory, `seen` at which of them.
  template <class Keys>
  Tensor decode(Tensor said, Tensor places, Keys keys, Tensor seen, Tensor memory, Tensor length) {
    Scope decoder("decoder");
    Tensor x = embedded(said, places), mask = usable(length);
    for (int64_t i = 0; i < kLayers; ++i) {
      Scope layer("layer" + std::to_string(i));
      x = added("1", x, attend("self_attn", x, keys(i, x), seen));
      x = added("2", x, attend("multihead_attn", x, memory, mask));
      x = added("3", x, feed_forward(x));
    }
    return linear("dense", x, {.units = vocabulary, .axis = -1, .weight = xavier_uniform()});
  }
};

int main(int argc, char **argv) {
  Model model("transformer", argc, argv);
  const bool drops = model.option("dropout", true);
  Net net{model.option("vocabulary", 200), model.option("hidden", 32), drops ? 0.1 : 0};
  model.data(sentence_pairs("eng-fra", {.pairs = 600,
                                        .steps = kSteps,
                                        .batch = 64,
                                        .vocabulary = {net.vocabulary, net.vocabulary}}));
  model.train(
      [&](Step s) {
        Tensor source_length = s.input("source_length");
        Tensor memory = net.encode(s.input("source"), source_length);
        Tensor target = s.input("target"), length = s.input("target_length");
        Tensor begin = full(i32({s.batch(), 1}), 2); // <bos>, then what is to be said but the last
        Tensor said = concat({begin, slice(target, {0, 0}, {s.batch(), kSteps - 1})}, 1);
        Tensor past = iota(i32({kSteps, kSteps}), 1) <= iota(i32({kSteps, kSteps}), 0);
        auto itself = [](int64_t, Tensor x) { return x; };
        Tensor logits = net.decode(said, net.places(), itself, past, memory, source_length);
        Tensor counts = iota(i32({1, kSteps}), 1) < reshape(length, {s.batch(), 1});
        Tensor losses = where(counts, softmax_cross_entropy(logits, target), 0); // f32[N,T]
        s.minimize(sum(losses) / (kSteps * cast(sum(length), f32)),
                   adam({.lr = 0.005, .clip_norm = 1}));
      },
      {.epochs = 200});
  model.entry("encode", [&](Entry e) { // once a sentence; --translate runs both
    int64_t n = e.batch();
    Tensor length = e.input("source_length", i32({n}));
    e.output("memory", net.encode(e.input("source", i32({n, kSteps})), length));
  });
  // Once a word: what the layers saw of the words before is kept in the cache.
  model.entry("decode", [&](Entry e) {
    int64_t n = e.batch();
    Tensor token = reshape(e.input("token", i32({n})), {n, 1});
    Tensor place = e.input("place", i32({n})), here = reshape(place, {n, 1, 1});
    Tensors cache = split(e.input("cache", f32({n, kLayers * kSteps, net.hidden})), kSteps, 1);
    auto seen_before = [&](int64_t i, Tensor x) {
      return cache[i] = where(iota(i32({1, kSteps, 1}), 1) == here, x, cache[i]);
    };
    Tensor logits = net.decode(token, unsqueeze(index_select(net.places(), place), 1), seen_before,
                               iota(i32({1, 1, kSteps}), 2) <= here,
                               e.input("memory", f32({n, kSteps, net.hidden})),
                               e.input("source_length", i32({n})));
    e.output("logits", reshape(logits, {n, net.vocabulary}));
    e.output("place", place + 1);
    e.output("cache", concat(cache, 1));
  });
  return model.write();
}
