// A convolutional stem and two attention layers over its positions.
#include <sinter/sinter.h>
using namespace sinter;
static Tensor heads(Tensor x, int64_t h) { // [n, t, d] -> [n, h, t, d / h]
  auto s = x.shape();
  return transpose(reshape(x, {s[0], s[1], h, s[2] / h}), {0, 2, 1, 3});
}
static Tensor layer(const std::string &name, Tensor x) {
  Scope scope(name);
  auto s = x.shape();
  Tensor q = heads(linear("q", x, {.units = s[2], .axis = -1}), 4),
         k = heads(linear("k", x, {.units = s[2], .axis = -1}), 4),
         v = heads(linear("v", x, {.units = s[2], .axis = -1}), 4);
  Tensor y = reshape(transpose(attention(q, k, v), {0, 2, 1, 3}), s);
  x = x + linear("o", y, {.units = s[2], .axis = -1});
  return x + linear("down", relu(linear("up", x, {.units = 2 * s[2], .axis = -1})),
                    {.units = s[2], .axis = -1});
}
static Tensor net(Tensor x) {
  x = relu(batch_norm("n1", conv2d("c1", x, {.filters = 64, .kernel = 3, .padding = 1})));
  x = relu(batch_norm("n2", conv2d("c2", x, {.filters = 64, .kernel = 3, .padding = 1})));
  x = relu(
      batch_norm("n3", conv2d("c3", x, {.filters = 128, .kernel = 3, .stride = 2, .padding = 1})));
  auto s = x.shape();
  x = transpose(reshape(x, {s[0], s[1], s[2] * s[3]}), {0, 2, 1});
  x = layer("a", x);
  x = layer("b", x);
  return linear("head", mean(x, {1}), {.units = 10});
}
int main(int argc, char **argv) {
  Model model("hybrid", argc, argv);
  model.data(images("cifar10", {.batch = 32}));
  model.train([](Step s) {
    Tensor logits = net(s.input("image"));
    s.minimize(mean(softmax_cross_entropy(logits, s.input("label"))), sgd({.lr = 0.1}));
  });
  return model.write();
}
