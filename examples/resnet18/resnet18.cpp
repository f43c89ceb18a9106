// ResNet-18 with torchvision's names: 1x96x96 and 10 classes, or by build options other sizes.
// sinter build resnet18.cpp -o resnet18 && ./resnet18 --data DIR
// sinter build resnet18.cpp --set channels=3 --set size=224 --set classes=1000 -o resnet18
#include <sinter/sinter.h>

#include <cmath>
using namespace sinter;

struct Sizes {
  int64_t channels, size, classes, width;
};

/// A convolution without bias, as PyTorch's models start it: normal by the fan out.
Tensor conv(const std::string &name, Tensor x, int64_t filters, int64_t kernel, int64_t stride) {
  double fan = static_cast<double>(filters * kernel * kernel);
  return conv2d(name, x,
                {.filters = filters,
                 .kernel = kernel,
                 .stride = stride,
                 .padding = kernel / 2,
                 .bias = false,
                 .weight = normal(0, std::sqrt(2 / fan))});
}

Tensor block(const std::string &name, Tensor x, int64_t filters, int64_t stride) {
  Scope scope(name);
  Tensor y = relu(batch_norm("bn1", conv("conv1", x, filters, 3, stride)));
  y = batch_norm("bn2", conv("conv2", y, filters, 3, 1));
  if (stride != 1 || x.shape()[1] != filters)
    x = batch_norm("downsample.1", conv("downsample.0", x, filters, 1, stride));
  return relu(y + x);
}

Tensor resnet18(Tensor x, const Sizes &sizes) { // f32[N,1,96,96]
  int64_t width = std::max<int64_t>(1, 64 / sizes.width);
  x = relu(batch_norm("bn1", conv("conv1", x, width, 7, 2)));
  x = max_pool2d(x, {.window = 3, .stride = 2, .padding = 1}); // f32[N,64,24,24]
  for (int64_t stage = 0; stage < 4; ++stage) {
    std::string layer = "layer" + std::to_string(stage + 1);
    x = block(layer + ".0", x, width << stage, stage == 0 ? 1 : 2);
    x = block(layer + ".1", x, width << stage, 1);
  }
  x = mean(x, {2, 3});                              // f32[N,512]
  return linear("fc", x, {.units = sizes.classes}); // logits f32[N,10]
}

int main(int argc, char **argv) {
  Model model("resnet18", argc, argv);
  Sizes sizes = {model.option("channels", 1), model.option("size", 96), model.option("classes", 10),
                 model.option("width", 1)};
  // Small pictures are enlarged in the graph: Fashion-MNIST's grey ones, CIFAR-10's of three
  // channels.
  model.data(images(sizes.channels == 1 ? "fashion-mnist" : "cifar10",
                    {.batch = 64, .channels = sizes.channels}));
  model.train([&](Step s) {
    Tensor image = s.input("image");
    if (image.shape()[2] != sizes.size)
      image = resize_bilinear(image, {sizes.size, sizes.size});
    Tensor logits = resnet18(image, sizes);
    Tensor loss = mean(softmax_cross_entropy(logits, s.input("label")));
    s.minimize(loss, sgd({.lr = 0.05}));
    s.metric("accuracy", accuracy(logits, s.input("label")));
  });
  model.predict([&](Entry e) {
    Tensor image = e.input("image", f32({e.batch(), sizes.channels, sizes.size, sizes.size}));
    e.output("logits", resnet18(image, sizes));
  });
  return model.write();
}
