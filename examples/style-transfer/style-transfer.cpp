// Style transfer: what is trained is a picture. Its features in VGG-19 come near those of one
// picture, the products of its features those of another (Gatys, Ecker, Bethge, 2016).
// sinter build style-transfer.cpp -o style && ./style --save picture.safetensors
#include <sinter/sinter.h>

#include <cmath>
using namespace sinter;

/// Two pictures: a disc in front of a sky, and stripes.
Example pictures(int64_t size) {
  std::vector<double> content, style;
  for (int64_t channel = 0; channel < 3; ++channel)
    for (int64_t i = 0; i < size * size; ++i) {
      double x = static_cast<double>(i % size) / static_cast<double>(size) - 0.5;
      double y = static_cast<double>(i / size) / static_cast<double>(size) - 0.5;
      content.push_back(x * x + y * y < 0.1 ? (channel == 0 ? 0.9 : 0.3) : 0.4 + 0.4 * y);
      style.push_back(0.5 + 0.4 * std::sin(40 * (x + y) + static_cast<double>(channel)));
    }
  return {content, style};
}

/// Features of x f32[1,3,h,w] behind VGG-19's layers of these numbers, in order.
Tensors features(Tensor x, const std::vector<int64_t> &layers, int64_t width) {
  const int64_t channels[] = {64, 128, 256, 512, 512}, convolutions[] = {2, 2, 4, 4, 4};
  Tensors found;
  int64_t number = 0; // torchvision's: a convolution, its relu, pools
  for (int64_t block = 0; block < 5; ++block) {
    for (int64_t i = 0; i < convolutions[block] && found.size() < layers.size(); ++i, number += 2) {
      x = conv2d(shared("features." + std::to_string(number)), x,
                 {.filters = std::max<int64_t>(1, channels[block] / width),
                  .kernel = 3,
                  .padding = 1,
                  .weight = kaiming_normal(),
                  .bias_init = zeros()});
      if (layers[found.size()] == number)
        found.push_back(x);
      x = relu(x);
    }
    if (found.size() == layers.size())
      break;
    x = max_pool2d(x, {.window = 2});
    ++number;
  }
  return found;
}

/// Products of all pairs of channels of f32[1,c,h,w], over their number of elements.
Tensor gram(Tensor x) {
  Tensor rows = reshape(x, {x.shape()[1], -1});
  return matmul(rows, rows, {.transpose_b = true}) / static_cast<double>(x.shape().elements());
}

/// How much neighbours differ.
Tensor total_variation(Tensor x) {
  int64_t h = x.shape()[2], w = x.shape()[3];
  Tensor down = slice(x, {0, 0, 1, 0}, {1, 3, h, w}), up = slice(x, {0, 0, 0, 0}, {1, 3, h - 1, w});
  Tensor right = slice(x, {0, 0, 0, 1}, {1, 3, h, w}),
         left = slice(x, {0, 0, 0, 0}, {1, 3, h, w - 1});
  return (l1(down, up) + l1(right, left)) / 2;
}

int main(int argc, char **argv) {
  Model model("style-transfer", argc, argv);
  int64_t size = model.option("size", 64), width = std::max<int64_t>(1, model.option("width", 4));
  Type picture = f32({3, size, size});
  auto image = [=] { return parameter(shared("image"), f32({1, 3, size, size}), uniform(0, 1)); };
  model.data(arrays({{"content", picture}, {"style", picture}},
                    {.batch = 1, .train = 1, .synthetic = [=](Draw &) { return pictures(size); }}));
  model.train(
      [&](Step s) {
        Tensors mine = features(image(), {0, 5, 10, 19, 25, 28}, width);
        Tensors shown = features(s.input("content"), {25}, width);
        Tensors wanted = features(s.input("style"), {0, 5, 10, 19, 28}, width);
        Tensor content = mse(mine[4], shown[0]);
        mine.erase(mine.begin() + 4);
        Tensor style = mse(gram(mine[0]), gram(wanted[0]));
        for (size_t i = 1; i < wanted.size(); ++i)
          style = style + mse(gram(mine[i]), gram(wanted[i]));
        Tensor variation = total_variation(image());
        s.minimize(content * hyperparameter("content", 1, "weight of what is shown") +
                       style * hyperparameter("style", 1000, "weight of how it is shown") +
                       variation * hyperparameter("variation", 10, "weight of smoothness"),
                   adam({.lr = 0.05}).frozen("features.*"));
        s.metric("content-loss", content);
        s.metric("style-loss", style);
        s.metric("variation-loss", variation);
      },
      {.epochs = 200});
  model.predict([&](Entry e) { e.output("picture", clamp(image(), 0, 1)); });
  return model.write();
}
