// A small BERT: learns words from what stands around them and whether two sentences belong
// together; then, with another head and few examples, whether they are about the same.
// sinter build bert-small.cpp -o bert && ./bert --save bert.safetensors
// sinter build bert-small.cpp --set classify=true -o same && \
//   ./same --init bert.safetensors --init-partial
#include <sinter/sinter.h>

#include <cmath>
using namespace sinter;

constexpr int kPad = 0, kClass = 1, kSeparator = 2, kMask = 3, kWords = 4; // words follow

struct Sizes {
  int64_t vocabulary, steps, width, inner, heads, layers, masked;
  bool drop;
};

//===--- Examples -----------------------------------------------------------------------------===//

/// Pairs of sentences of an invented language: of `topics` with 12 words each, said in turn. A
/// sentence begins anywhere in its topic's row of words.
struct Language {
  Sizes sizes;
  int64_t topics = 16;

  int64_t below(Draw &draw, int64_t limit) const {
    return static_cast<int64_t>(draw.uniform() * static_cast<double>(limit));
  }
  /// <class> a a a <separator> b b b <separator>, then padding; the half of a token is its segment.
  void pair(Draw &draw, int64_t a, int64_t b, std::vector<double> &tokens,
            std::vector<double> &segments) const {
    int64_t longest = (sizes.steps - 3) / 2;
    tokens = {kClass};
    segments = {0};
    for (int64_t half = 0; half < 2; ++half) {
      int64_t first = kWords + 12 * (half ? b : a), at = below(draw, 12);
      int64_t words = longest / 2 + below(draw, longest / 2 + 1);
      for (int64_t i = 0; i < words; ++i)
        tokens.push_back(static_cast<double>(first + (at + i) % 12));
      tokens.push_back(kSeparator);
      segments.resize(tokens.size(), static_cast<double>(half));
    }
    tokens.resize(sizes.steps, kPad);
    segments.resize(sizes.steps, 0);
  }
  /// Whether both halves are about one topic: 1 or 0.
  int64_t belongs(Draw &draw, std::vector<double> &tokens, std::vector<double> &segments) const {
    int64_t topic = below(draw, topics), yes = below(draw, 2);
    int64_t other = yes ? topic : (topic + 1 + below(draw, topics - 1)) % topics;
    pair(draw, topic, other, tokens, segments);
    return yes;
  }
  /// 15 % of the words are to be guessed; of these 80 % are hidden and 10 % replaced.
  Example masked(Draw &draw) const {
    std::vector<double> tokens, segments, positions, words, weights;
    double next = static_cast<double>(belongs(draw, tokens, segments));
    for (int64_t i = 0; i < sizes.steps; ++i)
      if (tokens[i] >= kWords && std::ssize(positions) < sizes.masked && draw.uniform() < 0.15) {
        positions.push_back(static_cast<double>(i));
        words.push_back(tokens[i]);
        double chance = draw.uniform();
        if (chance < 0.9)
          tokens[i] = chance < 0.8 ? kMask : static_cast<double>(kWords + below(draw, topics * 12));
      }
    weights.resize(positions.size(), 1);
    for (std::vector<double> *list : {&positions, &words, &weights})
      list->resize(sizes.masked, 0);
    return {tokens, segments, positions, words, weights, {next}};
  }
  Example labelled(Draw &draw) const {
    std::vector<double> tokens, segments;
    double same = static_cast<double>(belongs(draw, tokens, segments));
    return {tokens, segments, {same}};
  }
};

//===--- The net ------------------------------------------------------------------------------===//

Tensor dense(const std::string &name, Tensor x, int64_t units) {
  return linear(name, x,
                {.units = units, .axis = -1, .weight = normal(0, 0.02), .bias_init = zeros()});
}

Tensor maybe_drop(const std::string &name, Tensor x, const Sizes &sizes) {
  return sizes.drop ? dropout(name, x, {.p = 0.1}) : x;
}

/// A layer as torch.nn.TransformerEncoderLayer names it: norms behind the sums.
Tensor layer(const std::string &name, Tensor x, Tensor known, const Sizes &sizes) {
  Scope scope(name);
  Tensor heard = multi_head_attention("self_attn", x, x, x, {.heads = sizes.heads, .mask = known});
  x = layer_norm("norm1", x + maybe_drop("dropout1", heard, sizes));
  Tensor y = dense("linear2", gelu(dense("linear1", x, sizes.inner)), sizes.width);
  return layer_norm("norm2", x + maybe_drop("dropout2", y, sizes));
}

/// tokens, segments i32[N,T] → f32[N,T,width]. Padding is not looked at.
Tensor encoder(Tensor tokens, Tensor segments, const Sizes &sizes) {
  const Init start = normal(0, 0.02);
  Tensor x = embedding("token_embedding", tokens,
                       {.count = sizes.vocabulary, .features = sizes.width, .weight = start}) +
             embedding("segment_embedding", segments,
                       {.count = 2, .features = sizes.width, .weight = start}) +
             parameter("position_embedding.weight", f32({sizes.steps, sizes.width}), start);
  x = maybe_drop("dropout", layer_norm("norm", x), sizes);
  Tensor known = unsqueeze(tokens != kPad, 1); // bool[N,1,T]
  for (int64_t i = 0; i < sizes.layers; ++i)
    x = layer("encoder.layers." + std::to_string(i), x, known, sizes);
  return x;
}

/// What the first token knows of all of them: f32[N,width].
Tensor pooled(Tensor x, const Sizes &sizes) {
  return tanh(dense(
      "pooler",
      reshape(slice(x, {0, 0, 0}, {x.shape()[0], 1, sizes.width}), {x.shape()[0], sizes.width}),
      sizes.width));
}

/// Logits of the words at positions i32[N,M]: f32[N,M,vocabulary].
Tensor masked_words(Tensor x, Tensor positions, const Sizes &sizes) {
  int64_t n = x.shape()[0];
  Tensor rows = positions + iota(i32({n, 1}), 0) * sizes.steps;
  Tensor y = index_select(reshape(x, {n * sizes.steps, sizes.width}), rows);
  y = layer_norm("mlm.2", gelu(dense("mlm.0", y, sizes.width)));
  return dense("mlm.3", y, sizes.vocabulary);
}

void pretrain(Step s, const Sizes &sizes) {
  Tensor x = encoder(s.input("tokens"), s.input("segments"), sizes);
  Tensor words = masked_words(x, s.input("positions"), sizes);
  Tensor each = softmax_cross_entropy(words, s.input("words")), weights = s.input("weights");
  Tensor mlm = sum(each * weights) / clamp_min(sum(weights), 1);
  Tensor next = dense("nsp", pooled(x, sizes), 2);
  Tensor nsp = mean(softmax_cross_entropy(next, s.input("next")));
  s.minimize(mlm + nsp, adam({.lr = 1e-3}));
  s.metric("mlm", mlm);
  s.metric("nsp-accuracy", accuracy(next, s.input("next")));
}

/// Logits of: the sentences are not, or are, about the same.
Tensor same_topic(Tensor tokens, Tensor segments, const Sizes &sizes) {
  return dense("classifier", pooled(encoder(tokens, segments, sizes), sizes), 2);
}

int main(int argc, char **argv) {
  Model model("bert-small", argc, argv);
  Sizes sizes = {model.option("vocabulary", 5000), model.option("steps", 64),
                 model.option("width", 128),       model.option("inner", 256),
                 model.option("heads", 2),         model.option("layers", 2),
                 model.option("masked", 10),       model.option("dropout", true)};
  bool classify = model.option("classify", false);
  Language language = {sizes};
  ArrayField tokens = {"tokens", i32({sizes.steps}), sizes.vocabulary};
  ArrayField segments = {"segments", i32({sizes.steps}), 2};
  Type row = i32({sizes.masked});
  if (classify)
    model.data(arrays({tokens, segments, {"same", i32({}), 2}},
                      {.batch = 32, .train = 256, .test = 128, .synthetic = [=](Draw &draw) {
                         return language.labelled(draw);
                       }}));
  else
    model.data(arrays({tokens,
                       segments,
                       {"positions", row, sizes.steps},
                       {"words", row, sizes.vocabulary},
                       {"weights", f32(row.shape)},
                       {"next", i32({}), 2}},
                      {.batch = 32, .train = 2048, .test = 256, .synthetic = [=](Draw &draw) {
                         return language.masked(draw);
                       }}));
  model.train([&](Step s) {
    if (!classify)
      return pretrain(s, sizes);
    Tensor logits = same_topic(s.input("tokens"), s.input("segments"), sizes);
    s.minimize(mean(softmax_cross_entropy(logits, s.input("same"))), adam({.lr = 1e-3}));
    s.metric("accuracy", accuracy(logits, s.input("same")));
  });
  model.predict([&](Entry e) {
    Tensor t = e.input("tokens", i32({e.batch(), sizes.steps}));
    Tensor s = e.input("segments", i32({e.batch(), sizes.steps}));
    if (classify)
      return e.output("same", same_topic(t, s, sizes));
    Tensor x = encoder(t, s, sizes);
    e.output("words", masked_words(x, e.input("positions", i32({e.batch(), sizes.masked})), sizes));
    e.output("next", dense("nsp", pooled(x, sizes), 2));
  });
  return model.write();
}
