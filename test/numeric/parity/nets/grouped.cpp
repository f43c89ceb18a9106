// grouped: convolutions in groups of 8 and of 3 channels, one a channel, strides at a 1x1 and at a
// 3x3 filter with 1x1 shortcuts, squeeze and excitation, SiLU and ReLU6 - ResNeXt and EfficientNet
// in small. Its PyTorch twin is in goldens/nets.py.
#include <sinter/sinter.h>
using namespace sinter;

static Tensor norm_conv(const std::string &name, Tensor x, Conv2d options) {
  options.bias = false;
  return batch_norm(name + "_norm", conv2d(name, x, options));
}

static Tensor silu(Tensor x) { return x * sigmoid(x); }

static Tensor block(const std::string &name, Tensor x, int64_t middle, int64_t out, int64_t groups,
                    int64_t first, int64_t second) {
  Scope scope(name);
  Tensor y = relu(norm_conv("a", x, {.filters = middle, .stride = first}));
  y = relu(norm_conv(
      "b", y, {.filters = middle, .kernel = 3, .stride = second, .padding = 1, .groups = groups}));
  y = norm_conv("c", y, {.filters = out});
  return relu(y + norm_conv("shortcut", x, {.filters = out, .stride = first * second}));
}

static Tensor net(Tensor x) { // f32[N,3,19,17]
  x = silu(norm_conv("stem", x, {.filters = 12, .kernel = 3, .padding = 1}));
  x = block("even", x, 16, 20, 2, 1, 2);
  x = block("uneven", x, 9, 18, 3, 2, 1);
  x = silu(norm_conv("depthwise", x, {.filters = 18, .kernel = 5, .padding = 2, .groups = 18}));
  Tensor gate = silu(conv2d("squeeze", global_avg_pool2d(x), {.filters = 4}));
  x = x * sigmoid(conv2d("excite", gate, {.filters = 18}));
  x = min(max(norm_conv("last", x, {.filters = 24}), 0.0), 6.0);
  return linear("head", mean(x, {2, 3}), {.units = 10});
}

int main(int argc, char **argv) {
  Model model("grouped", argc, argv);
  model.data(
      images("pictures", {.batch = 5, .classes = 10, .channels = 3, .height = 19, .width = 17}));
  model.train([](Step s) {
    Tensor logits = net(s.input("image"));
    Tensor loss = mean(softmax_cross_entropy(logits, s.input("label")));
    s.minimize(loss, sgd({.lr = 0.05}));
  });
  model.predict(
      [](Entry e) { e.output("logits", net(e.input("image", f32({e.batch(), 3, 19, 17})))); });
  return model.write();
}
