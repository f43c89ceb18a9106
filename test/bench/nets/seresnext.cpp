// SE-ResNeXt blocks of 64 to 256 channels: 1x1 and grouped 3x3 convolutions, squeeze and
// excitation, batch norm.
#include <sinter/sinter.h>
using namespace sinter;
static Tensor nc(const std::string &name, Tensor x, Conv2d options) {
  options.bias = false;
  return batch_norm(name + "_norm", conv2d(name, x, options));
}
static Tensor block(const std::string &name, Tensor x, int64_t filters, int64_t stride) {
  Scope scope(name);
  int64_t middle = filters / 2;
  Tensor y = relu(nc("a", x, {.filters = middle}));
  y = relu(
      nc("b", y, {.filters = middle, .kernel = 3, .stride = stride, .padding = 1, .groups = 8}));
  y = nc("c", y, {.filters = filters});
  Tensor gate = relu(conv2d("squeeze", global_avg_pool2d(y), {.filters = filters / 4}));
  y = y * sigmoid(conv2d("excite", gate, {.filters = filters}));
  if (stride != 1 || x.shape()[1] != filters)
    x = nc("shortcut", x, {.filters = filters, .stride = stride});
  return relu(x + y);
}
static Tensor net(Tensor x) {
  x = relu(nc("stem", x, {.filters = 64, .kernel = 3, .padding = 1}));
  x = block("a", x, 128, 1);
  x = block("b", x, 128, 1);
  x = block("c", x, 256, 2);
  x = block("d", x, 256, 1);
  return linear("head", mean(x, {2, 3}), {.units = 10});
}
int main(int argc, char **argv) {
  Model model("seresnext", argc, argv);
  model.data(images("cifar10", {.batch = 64}));
  model.train([](Step s) {
    Tensor logits = net(s.input("image"));
    s.minimize(mean(softmax_cross_entropy(logits, s.input("label"))), sgd({.lr = 0.1}));
  });
  return model.write();
}
