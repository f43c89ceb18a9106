// GPT-2 on the bytes of a text: reads up to 128 of them and says at every place what comes next.
// sinter build gpt.cpp -o gpt && ./gpt --data timemachine.txt
// The 124M shape: --set layers=12 --set width=768 --set heads=12 --set vocabulary=50257 \
//                 --set context=1024 --set steps=64 --set batch=4
#include <sinter/sinter.h>

#include <cmath>
using namespace sinter;

struct Sizes {
  int64_t layers, width, heads, vocabulary, context;
};

/// x · weightᵀ + bias over the last axis, as GPT-2 starts it.
Tensor dense(const std::string &name, Tensor x, int64_t units, double deviation = 0.02) {
  return linear(name, x,
                {.units = units, .axis = -1, .weight = normal(0, deviation), .bias_init = zeros()});
}

/// f32[N,T,d] → f32[N,heads,T,d/heads].
Tensor to_heads(Tensor x, int64_t heads) {
  Shape shape = x.shape();
  return transpose(reshape(x, {shape[0], shape[1], heads, shape[2] / heads}), {0, 2, 1, 3});
}

/// tokens i32[N,T], their places f32[T,d] or f32[N,T,d] → logits f32[N,T,vocabulary]. What layer i
/// hears of others is attend(i, q, k, v), all f32[N,T,d] → f32[N,heads,T,d/heads].
template <class Attend>
Tensor gpt(Tensor tokens, Tensor places, const Sizes &sizes, Attend attend) {
  int64_t width = sizes.width;
  double inner = 0.02 / std::sqrt(2.0 * static_cast<double>(sizes.layers));
  Tensor x = embedding("wte", tokens,
                       {.count = sizes.vocabulary, .features = width, .weight = normal(0, 0.02)});
  x = x + places;
  for (int64_t i = 0; i < sizes.layers; ++i) {
    Scope block("h." + std::to_string(i));
    Tensors qkv = split(dense("attn.c_attn", layer_norm("ln_1", x), 3 * width), width, -1);
    Tensor heard = transpose(attend(i, qkv[0], qkv[1], qkv[2]), {0, 2, 1, 3});
    x = x + dense("attn.c_proj", reshape(heard, x.shape()), width, inner);
    Tensor y = dense("mlp.c_fc", layer_norm("ln_2", x), 4 * width);
    x = x + dense("mlp.c_proj", gelu(y, {.approximate = true}), width, inner);
  }
  x = layer_norm("ln_f", x);
  // The head's weight is the table of tokens.
  Tensor tied = parameter(shared("wte.weight"), f32({sizes.vocabulary, width}));
  Tensor rows = reshape(x, {-1, width});
  return reshape(matmul(rows, tied, {.transpose_b = true}),
                 {x.shape()[0], x.shape()[1], sizes.vocabulary});
}

Tensor table_of_places(const Sizes &sizes) {
  return parameter("wpe.weight", f32({sizes.context, sizes.width}), normal(0, 0.02));
}

void train(Step s, const Sizes &sizes) {
  Tensor tokens = s.input("tokens");
  Tensor places = slice(table_of_places(sizes), {0, 0}, {tokens.shape()[1], sizes.width});
  Tensor logits = gpt(tokens, places, sizes, [&](int64_t, Tensor q, Tensor k, Tensor v) {
    return attention(to_heads(q, sizes.heads), to_heads(k, sizes.heads), to_heads(v, sizes.heads),
                     {.causal = true});
  });
  Tensor loss = mean(softmax_cross_entropy(logits, s.input("targets")));
  Schedule rate = warmup(100, cosine(1e-3, {.t_max = 5000, .eta_min = 1e-4}));
  s.minimize(loss, adamw({.lr = rate, .betas = {0.9, 0.95}, .weight_decay = 0.1, .clip_norm = 1})
                       .group("bias", {.weight_decay = 0})
                       .group("*ln_*.weight",
                              {.weight_decay = 0})); // what scales and shifts does not decay
  s.metric("perplexity", loss, {.finish = Finish::exp});
}

/// A token a call, with keys and values of those before in a cache. When it is full, the oldest
/// gives way and the others keep the place they were read at.
void generate(Entry e, const Sizes &sizes) {
  int64_t n = e.batch(), context = sizes.context, width = sizes.width;
  Type cache = f32({n, sizes.layers, context, width});
  Tensor token = e.input("token", i32({n})), seen = e.input("seen", i32({n})); // tokens before
  Tensor keys = e.input("keys", cache), values = e.input("values", cache);
  Tensor full = reshape(seen >= context, {n, 1, 1});
  Tensor place = reshape(where(seen < context, seen, context - 1), {n, 1});
  Tensor slots = iota(i32({1, context}), 1);
  Tensor here = reshape(slots == place, {n, context, 1});
  Tensor known = reshape(slots <= place, {n, 1, 1, context});
  Tensors new_keys, new_values;
  auto remember = [&](Tensor all, int64_t layer, Tensor now, Tensors &kept) {
    Tensor old =
        reshape(slice(all, {0, layer, 0, 0}, {n, layer + 1, context, width}), {n, context, width});
    Tensor moved = where(here, now, where(full, roll(old, -1, 1), old));
    kept.push_back(moved);
    return to_heads(moved, sizes.heads);
  };
  Tensor places = index_select(table_of_places(sizes), place);
  Tensor logits =
      gpt(reshape(token, {n, 1}), places, sizes, [&](int64_t i, Tensor q, Tensor k, Tensor v) {
        return attention(to_heads(q, sizes.heads), remember(keys, i, k, new_keys),
                         remember(values, i, v, new_values), {.mask = known});
      });
  e.output("logits", reshape(logits, {n, sizes.vocabulary}));
  e.output("seen", seen + 1);
  e.output("keys", stack(new_keys, 1));
  e.output("values", stack(new_values, 1));
}

int main(int argc, char **argv) {
  Model model("gpt", argc, argv);
  Sizes sizes = {model.option("layers", 4), model.option("width", 256), model.option("heads", 8),
                 model.option("vocabulary", 256), model.option("context", 128)};
  model.data(text("timemachine", {.tokens = Tokens::bytes,
                                  .vocabulary = sizes.vocabulary,
                                  .batch = 8,
                                  .steps = model.option("steps", sizes.context)}));
  model.train([&](Step s) { train(s, sizes); });
  model.entry("generate", [&](Entry e) { generate(e, sizes); });
  return model.write();
}
