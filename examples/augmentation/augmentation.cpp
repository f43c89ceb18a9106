// A small residual net on CIFAR-10 whose pictures are another one each time: mirrored, moved,
// brighter or darker. Evaluation and prediction see them as they are.
// sinter build augmentation.cpp -o augmentation && ./augmentation --data DIR
#include <sinter/sinter.h>

#include <cmath>
using namespace sinter;

Tensor augment(Tensor x) { // f32[N,3,32,32] in [0,1]
  x = random_crop("crop", x, {.padding = 4});
  x = random_flip("flip", x);
  x = color_jitter("jitter", x, {.brightness = 0.2, .contrast = 0.2, .saturation = 0.2});
  return x;
}

Tensor conv(const std::string &name, Tensor x, int64_t filters, int64_t stride = 1) {
  const Init weight = normal(0, std::sqrt(2.0 / static_cast<double>(filters * 9)));
  return conv2d(name, x,
                {.filters = filters,
                 .kernel = 3,
                 .stride = stride,
                 .padding = 1,
                 .bias = false,
                 .weight = weight});
}

Tensor net(Tensor x, int64_t width) {
  x = normalize_channels(x, {.mean = {0.4914, 0.4822, 0.4465}, .std = {0.2470, 0.2435, 0.2616}});
  x = relu(batch_norm("bn", conv("conv", x, width)));
  for (int64_t stage = 1; stage <= 3; ++stage) {
    Scope scope("stage" + std::to_string(stage));
    x = relu(batch_norm("bn", conv("conv", x, width << stage, 2)));
    Tensor y = relu(batch_norm("bn1", conv("conv1", x, width << stage)));
    x = relu(x + batch_norm("bn2", conv("conv2", y, width << stage)));
  }
  return linear("fc", mean(x, {2, 3}), {.units = 10});
}

int main(int argc, char **argv) {
  Model model("augmentation", argc, argv);
  int64_t width = std::max<int64_t>(1, model.option("width", 16));
  bool on = model.option("augment", true);
  model.data(images("cifar10", {.batch = 64}));
  model.train([&](Step s) {
    Tensor image = s.input("image");
    Tensor logits = net(on ? augment(image) : image, width);
    Tensor loss = mean(softmax_cross_entropy(logits, s.input("label")));
    s.minimize(loss, sgd({.lr = 0.05, .momentum = 0.9}));
    s.metric("accuracy", accuracy(logits, s.input("label")));
  });
  model.predict([&](Entry e) {
    e.output("logits", net(e.input("image", f32({e.batch(), 3, 32, 32})), width));
  });
  return model.write();
}
