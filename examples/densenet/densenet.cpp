// DenseNet on Fashion-MNIST, enlarged to 96x96: a convolution reads the images of all convolutions
// of its block. sinter build densenet.cpp -o densenet && ./densenet --data DIR
#include <sinter/sinter.h>
using namespace sinter;

struct Sizes {
  int64_t size, width;
};

Tensor conv(const std::string &name, Tensor x, int64_t filters, int64_t kernel,
            int64_t stride = 1) {
  return conv2d(name, x,
                {.filters = filters,
                 .kernel = kernel,
                 .stride = stride,
                 .padding = kernel / 2,
                 .weight = xavier_uniform(),
                 .bias_init = zeros()});
}

/// Batch norm, ReLU and a convolution.
Tensor layer(const std::string &name, Tensor x, int64_t filters, int64_t kernel) {
  Scope scope(name);
  return conv("conv", relu(batch_norm("norm", x)), filters, kernel);
}

Tensor densenet(Tensor x, const Sizes &sizes) { // f32[N,1,96,96]
  int64_t growth = 32 / sizes.width;
  x = relu(batch_norm("stem.norm", conv("stem.conv", x, 2 * growth, 7, 2)));
  x = max_pool2d(x, {.window = 3, .stride = 2, .padding = 1}); // f32[N,64,24,24]
  for (int64_t block = 1; block <= 4; ++block) {
    std::string name = "block" + std::to_string(block);
    for (int64_t i = 1; i <= 4; ++i)
      x = concat({x, layer(name + ".layer" + std::to_string(i), x, growth, 3)}, 1);
    if (block < 4) // half of the channels, a quarter of the pixels
      x = avg_pool2d(layer("transition" + std::to_string(block), x, x.shape()[1] / 2, 1),
                     {.window = 2});
  }
  x = mean(relu(batch_norm("last.norm", x)), {2, 3}); // f32[N,248]
  return linear("fc", x, {.units = 10, .weight = xavier_uniform(), .bias_init = zeros()});
}

int main(int argc, char **argv) {
  Model model("densenet", argc, argv);
  Sizes sizes = {model.option("size", 96), std::max<int64_t>(1, model.option("width", 1))};
  model.data(images("fashion-mnist", {.batch = 256}));
  model.train([&](Step s) {
    Tensor image = resize_bilinear(s.input("image"), {sizes.size, sizes.size});
    Tensor logits = densenet(image, sizes);
    Tensor loss = mean(softmax_cross_entropy(logits, s.input("label")));
    s.minimize(loss, sgd({.lr = 0.1}));
    s.metric("accuracy", accuracy(logits, s.input("label")));
  });
  model.predict([&](Entry e) {
    Tensor image = e.input("image", f32({e.batch(), 1, sizes.size, sizes.size}));
    e.output("logits", densenet(image, sizes));
  });
  return model.write();
}
