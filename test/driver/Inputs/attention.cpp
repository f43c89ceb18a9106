// One layer of attention over `length` rows of 16 numbers, trained: for the arena's growth, the
// bits by threads and the speed. `plain`: scores that a second reader keeps, so that they are
// stored.
#include <sinter/sinter.h>
using namespace sinter;

static Tensor layer(Tensor x, int64_t heads, int64_t depth, bool causal, bool plain) {
  int64_t n = x.shape()[0], t = x.shape()[1];
  auto split = [&](const char *name) {
    Tensor y = linear(name, x, {.units = heads * depth, .axis = -1, .bias = false});
    return transpose(reshape(y, {n, t, heads, depth}), {0, 2, 1, 3});
  };
  Tensor q = split("query"), k = split("key"), v = split("value"), y;
  if (plain) {
    Tensor scores = matmul(q, k, {.transpose_b = true}) * 0.125, p = softmax(scores);
    y = matmul(p, v) + 0 * sum(p, -1, true);
  } else {
    y = attention(q, k, v, {.causal = causal});
  }
  return linear("out", reshape(transpose(y, {0, 2, 1, 3}), {n, t, heads * depth}),
                {.units = 16, .axis = -1});
}

int main(int argc, char **argv) {
  Model model("attention", argc, argv);
  int64_t length = model.option("length", 256), batch = model.option("batch", 1),
          heads = model.option("heads", 1), depth = model.option("depth", 16);
  bool causal = model.option("causal", false), plain = model.option("plain", false);
  model.data(images("rows",
                    {.batch = batch, .classes = 16, .channels = 1, .height = length, .width = 16}));
  model.train([&](Step s) {
    Tensor image = s.input("image"), x = reshape(image, {image.shape()[0], length, 16});
    Tensor y = mean(layer(x, heads, depth, causal, plain), 1);
    s.minimize(mean(softmax_cross_entropy(y, s.input("label"))), sgd({.lr = 0.1}));
  });
  return model.write();
}
