// Mistakes of attention and of positions.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.predict([](Entry e) {
    Tensor q = e.input("q", f32({2, 5, 8}));
    Tensor k = e.input("k", f32({2, 7, 8}));
    Tensor v = e.input("v", f32({2, 7, 6}));
    Tensor w = e.input("w", f32({3, 7, 8}));
    Tensor s = e.input("s", f32());
    attention(q, v, v);
    attention(q, k, q);
    attention(q, k, v, {.mask = reshape(q, {80}) > 0});
    attention(q, k, v, {.mask = iota(i32({5, 7}), 0)});
    attention(q, k, v, {.mask = full(f64({5, 7}), 0)});
    attention(q, k, v, {.dropout = 1});
    attention(s, k, v);
    multi_head_attention("m1", q, k, v, {.heads = 3});
    multi_head_attention("m2", q, w, w, {.heads = 2});
    multi_head_attention("m3", q, k, q, {.heads = 2});
    multi_head_attention("m4", s, s, s, {.heads = 2});
    multi_head_attention("m5", q, k, reshape(v, {14, 6}), {.heads = 2});
    multi_head_attention("m6", cast(q, i32), k, v, {.heads = 2});
    multi_head_attention("m 7", q, k, v, {.heads = 2});
    multi_head_attention("m8", q, k, v, {.heads = 2, .dropout = -1});
    additive_attention("a1", q, k, v, {});
    additive_attention("a2", s, k, v, {.hidden = 4});
    additive_attention("a3", q, w, w, {.hidden = 4});
    sinusoidal_positions(5, 3);
    sinusoidal_positions(1 << 20, 64);
    rotary(s);
    rotary(reshape(q, {2, 8, 5}));
    rotary(q, {.base = 0});
    e.output("fine", multi_head_attention("m9", q, k, v, {.heads = 2}));
  });
  return model.write();
}
