// Inverted residual blocks of 32 to 384 channels: 1x1 and depthwise 3x3 convolutions, batch norm.
#include <sinter/sinter.h>
using namespace sinter;
static Tensor cbr(const std::string &name, Tensor x, Conv2d o) {
  o.bias = false;
  return relu(batch_norm(name + "_n", conv2d(name, x, o)));
}
static Tensor block(const std::string &name, Tensor x, int64_t filters, int64_t stride) {
  Scope scope(name);
  int64_t wide = 4 * x.shape()[1];
  x = cbr("e", x, {.filters = wide});
  x = cbr("d", x, {.filters = wide, .kernel = 3, .stride = stride, .padding = 1, .groups = wide});
  return batch_norm("pn", conv2d("p", x, {.filters = filters, .bias = false}));
}
static Tensor net(Tensor x) {
  x = cbr("stem", x, {.filters = 32, .kernel = 3, .padding = 1});
  x = block("a", x, 32, 1);
  x = block("b", x, 64, 2);
  x = x + block("c", x, 64, 1);
  x = block("d", x, 96, 2);
  return linear("head", mean(x, {2, 3}), {.units = 10});
}
int main(int argc, char **argv) {
  Model model("mobilenet", argc, argv);
  model.data(images("cifar10", {.batch = 64}));
  model.train([](Step s) {
    Tensor logits = net(s.input("image"));
    s.minimize(mean(softmax_cross_entropy(logits, s.input("label"))), sgd({.lr = 0.1}));
  });
  return model.write();
}
