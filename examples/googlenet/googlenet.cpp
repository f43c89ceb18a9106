// GoogLeNet on Fashion-MNIST, enlarged to 96x96: nine Inception blocks, each joins four paths over
// one image. sinter build googlenet.cpp -o googlenet && ./googlenet --data DIR
#include <sinter/sinter.h>
using namespace sinter;

struct Sizes {
  int64_t size, width;
};

/// Channels of an Inception block's paths; those of two convolutions {before, behind} the large
/// one.
struct Paths {
  int64_t one;
  Pair three, five;
  int64_t pooled;
};

Tensor conv(const std::string &name, Tensor x, int64_t filters, int64_t kernel = 1,
            int64_t stride = 1) {
  return relu(conv2d(name, x,
                     {.filters = filters,
                      .kernel = kernel,
                      .stride = stride,
                      .padding = kernel / 2,
                      .weight = xavier_uniform(),
                      .bias_init = zeros()}));
}

Tensor inception(const std::string &name, Tensor x, const Paths &c, int64_t width) {
  Scope scope(name);
  auto [before3, behind3] = c.three;
  auto [before5, behind5] = c.five;
  Tensor one = conv("one", x, c.one / width);
  Tensor three = conv("three.1", conv("three.0", x, before3 / width), behind3 / width, 3);
  Tensor five = conv("five.1", conv("five.0", x, before5 / width), behind5 / width, 5);
  Tensor pooled = max_pool2d(x, {.window = 3, .stride = 1, .padding = 1});
  return concat({one, three, five, conv("pooled", pooled, c.pooled / width)}, 1);
}

Tensor googlenet(Tensor x, const Sizes &sizes) { // f32[N,1,96,96]
  const Pool2d halve{.window = 3, .stride = 2, .padding = 1};
  int64_t w = sizes.width;
  x = max_pool2d(conv("stem.0", x, 64 / w, 7, 2), halve);
  x = max_pool2d(conv("stem.2", conv("stem.1", x, 64 / w), 192 / w, 3), halve);
  x = inception("3a", x, {64, {96, 128}, {16, 32}, 32}, w);
  x = max_pool2d(inception("3b", x, {128, {128, 192}, {32, 96}, 64}, w), halve);
  x = inception("4a", x, {192, {96, 208}, {16, 48}, 64}, w);
  x = inception("4b", x, {160, {112, 224}, {24, 64}, 64}, w);
  x = inception("4c", x, {128, {128, 256}, {24, 64}, 64}, w);
  x = inception("4d", x, {112, {144, 288}, {32, 64}, 64}, w);
  x = max_pool2d(inception("4e", x, {256, {160, 320}, {32, 128}, 128}, w), halve);
  x = inception("5a", x, {256, {160, 320}, {32, 128}, 128}, w);
  x = inception("5b", x, {384, {192, 384}, {48, 128}, 128}, w);
  x = mean(x, {2, 3}); // f32[N,1024]
  return linear("fc", x, {.units = 10, .weight = xavier_uniform(), .bias_init = zeros()});
}

int main(int argc, char **argv) {
  Model model("googlenet", argc, argv);
  Sizes sizes = {model.option("size", 96), std::max<int64_t>(1, model.option("width", 1))};
  model.data(images("fashion-mnist", {.batch = 128}));
  model.train([&](Step s) {
    Tensor image = resize_bilinear(s.input("image"), {sizes.size, sizes.size});
    Tensor logits = googlenet(image, sizes);
    Tensor loss = mean(softmax_cross_entropy(logits, s.input("label")));
    s.minimize(loss, sgd({.lr = 0.1}));
    s.metric("accuracy", accuracy(logits, s.input("label")));
  });
  model.predict([&](Entry e) {
    Tensor image = e.input("image", f32({e.batch(), 1, sizes.size, sizes.size}));
    e.output("logits", googlenet(image, sizes));
  });
  return model.write();
}
