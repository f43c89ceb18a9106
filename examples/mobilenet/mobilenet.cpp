// MobileNetV2 with torchvision's names, on CIFAR-10: a convolution a channel between two 1x1 ones.
// sinter build mobilenet.cpp -o mobilenet && ./mobilenet --data DIR
#include <sinter/sinter.h>

#include <cmath>
using namespace sinter;

/// A convolution without bias and its batch norm, as children `at` and the next one.
Tensor norm_conv(const std::string &at, const std::string &norm, Tensor x, Conv2d options) {
  double fan =
      static_cast<double>(options.filters * options.kernel.height * options.kernel.width);
  options.bias = false;
  options.weight = normal(0, std::sqrt(2 / fan));
  options.padding = options.kernel.height / 2;
  return batch_norm(norm, conv2d(at, x, options));
}

/// Widened by `expand`, a 3x3 filter a channel, narrowed; the image is added where sizes agree.
Tensor inverted(const std::string &name, Tensor x, int64_t expand, int64_t filters,
                int64_t stride) {
  Scope scope(name + ".conv");
  int64_t wide = expand * x.shape()[1], child = 0;
  auto next = [&] { return std::to_string(child++); };
  Tensor y = x;
  if (expand != 1) {
    std::string at = next();
    y = relu6(norm_conv(at + ".0", at + ".1", y, {.filters = wide}));
  }
  std::string at = next();
  y = relu6(norm_conv(at + ".0", at + ".1", y,
                      {.filters = wide, .kernel = 3, .stride = stride, .groups = wide}));
  std::string narrow = next(), norm = next();
  y = norm_conv(narrow, norm, y, {.filters = filters});
  return stride == 1 && filters == x.shape()[1] ? x + y : y;
}

struct Stage {
  int64_t expand, filters, blocks, stride;
};

Tensor mobilenet(Tensor x, int64_t width, bool drop) { // f32[N,3,32,32]
  const Stage stages[] = {{1, 16, 1, 1}, {6, 24, 2, 2},  {6, 32, 3, 2}, {6, 64, 4, 2},
                          {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}};
  x = relu6(norm_conv("features.0.0", "features.0.1", x,
                      {.filters = 32 / width, .kernel = 3, .stride = 2}));
  int64_t block = 1;
  for (const Stage &stage : stages)
    for (int64_t i = 0; i < stage.blocks; ++i)
      x = inverted("features." + std::to_string(block++), x, stage.expand, stage.filters / width,
                   i == 0 ? stage.stride : 1);
  x = relu6(norm_conv("features.18.0", "features.18.1", x, {.filters = 1280 / width}));
  x = mean(x, {2, 3});
  if (drop)
    x = dropout("dropout", x, {.p = 0.2});
  return linear("classifier.1", x,
                {.units = 10, .weight = normal(0, 0.01), .bias_init = zeros()}); // logits f32[N,10]
}

int main(int argc, char **argv) {
  Model model("mobilenet", argc, argv);
  int64_t width = std::max<int64_t>(1, model.option("width", 1));
  bool drop = model.option("dropout", true);
  model.data(images("cifar10", {.batch = 64}));
  model.train([&](Step s) {
    Tensor logits = mobilenet(s.input("image"), width, drop);
    Tensor loss = mean(softmax_cross_entropy(logits, s.input("label")));
    s.minimize(loss, sgd({.lr = 0.05, .momentum = 0.9}));
    s.metric("accuracy", accuracy(logits, s.input("label")));
  });
  model.predict([&](Entry e) {
    e.output("logits", mobilenet(e.input("image", f32({e.batch(), 3, 32, 32})), width, drop));
  });
  return model.write();
}
