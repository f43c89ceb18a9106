// A fully convolutional net: says of every pixel what it is part of. ResNet-18 makes the picture 32
// times smaller, a transposed convolution that starts as bilinear resizing makes it large again.
// sinter build fcn.cpp -o fcn && ./fcn
#include <sinter/sinter.h>

#include <cmath>
using namespace sinter;

constexpr int64_t kClasses = 4; // background, square, disc, triangle

struct Sizes {
  int64_t size, width, examples;
};

//===--- Examples: shapes on noise ------------------------------------------------------------===//

bool inside(int64_t shape, double x, double y) { // a shape in [-1, 1]²
  if (shape == 1)
    return std::max(std::fabs(x), std::fabs(y)) <= 1;
  if (shape == 2)
    return x * x + y * y <= 1;
  return std::fabs(y) <= 1 && std::fabs(x) <= (y + 1) / 2;
}

Example scene(Draw &draw, int64_t size) {
  int64_t pixels = size * size;
  std::vector<double> image(3 * pixels), mask(pixels, 0);
  for (double &value : image)
    value = 0.3 + 0.1 * draw.normal();
  for (int64_t shape = 1; shape < kClasses; ++shape) {
    if (draw.uniform() < 0.3)
      continue;
    double radius = (0.12 + 0.13 * draw.uniform()) * static_cast<double>(size);
    double middle_x = draw.uniform() * static_cast<double>(size);
    double middle_y = draw.uniform() * static_cast<double>(size);
    double color[3] = {draw.uniform(), draw.uniform(), draw.uniform()};
    for (int64_t i = 0; i < pixels; ++i) {
      double x = static_cast<double>(i % size) - middle_x;
      double y = static_cast<double>(i / size) - middle_y;
      if (!inside(shape, x / radius, y / radius))
        continue;
      mask[i] = static_cast<double>(shape);
      for (int64_t channel = 0; channel < 3; ++channel)
        image[channel * pixels + i] = color[channel];
    }
  }
  return {image, mask};
}

//===--- The net ------------------------------------------------------------------------------===//

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

/// f32[N,3,size,size] → logits f32[N,classes,size,size].
Tensor fcn(Tensor x, const Sizes &sizes) {
  int64_t width = std::max<int64_t>(1, 64 / sizes.width);
  x = relu(batch_norm("bn1", conv("conv1", x, width, 7, 2)));
  x = max_pool2d(x, {.window = 3, .stride = 2, .padding = 1});
  for (int64_t stage = 0; stage < 4; ++stage) {
    std::string layer = "layer" + std::to_string(stage + 1);
    x = block(layer + ".0", x, width << stage, stage == 0 ? 1 : 2);
    x = block(layer + ".1", x, width << stage, 1);
  }
  x = conv2d("final_conv", x, {.filters = kClasses, .weight = xavier_uniform()});
  return conv_transpose2d("transpose_conv", x,
                          {.filters = kClasses,
                           .kernel = 64,
                           .stride = 32,
                           .padding = 16,
                           .weight = bilinear(),
                           .bias_init = zeros()});
}

int main(int argc, char **argv) {
  Model model("fcn", argc, argv);
  Sizes sizes = {model.option("size", 64), model.option("width", 1), model.option("examples", 96)};
  int64_t size = sizes.size;
  model.data(arrays({{"image", f32({3, size, size})}, {"mask", i32({size, size}), kClasses}},
                    {.batch = 8,
                     .train = sizes.examples,
                     .test = sizes.examples / 3,
                     .synthetic = [=](Draw &draw) { return scene(draw, size); }}));
  model.train([&](Step s) {
    Tensor logits = fcn(s.input("image"), sizes), mask = s.input("mask");
    s.minimize(cross_entropy(logits, mask), sgd({.lr = 0.05, .momentum = 0.9}));
    s.metric("pixel-accuracy", accuracy(transpose(logits, {0, 2, 3, 1}), mask));
  });
  model.predict([&](Entry e) {
    Tensor logits = fcn(e.input("image", f32({e.batch(), 3, size, size})), sizes);
    e.output("logits", logits);
    e.output("mask", argmax(logits, 1));
  });
  model.entry("example", [&](Entry e) { // a picture that was not trained with
    Draw draw(2 * sizes.examples);
    e.output("image", constant(f32({1, 3, size, size}), scene(draw, size)[0]));
  });
  return model.write();
}
