// windows: uneven kernels, padding, strides and dilations, pooling with ceil and without counting
// the padding, adaptive pooling that does not divide; two heads and three losses over one trunk
// that sees the picture and a part of it. Its PyTorch twin is in goldens/nets.py.
#include <sinter/sinter.h>
using namespace sinter;

static Tensor trunk(Tensor x, bool again) { // f32[N,5,23,19] → f32[N,21]
  auto name = [&](const char *text) { return again ? shared(text) : Name(text); };
  x = relu(conv2d(name("conv1"), x,
                  {.filters = 7, .kernel = {3, 5}, .padding = {2, 1}, .dilation = {2, 1}}));
  x = max_pool2d(x, {.window = {3, 2}, .stride = 2, .padding = {1, 0}, .ceil = true});
  x = relu(conv2d(name("conv2"), x, {.filters = 9, .kernel = {4, 2}, .padding = same}));
  x = avg_pool2d(
      x, {.window = 3, .stride = 2, .padding = 1, .ceil = true, .count_include_pad = false});
  x = pad(x, {0, 0, 1, 0}, {0, 0, 2, 3});
  x = relu(
      conv2d(name("conv3"), x, {.filters = 11, .kernel = 3, .stride = {1, 2}, .dilation = {1, 2}}));
  Tensor cells = flatten(adaptive_avg_pool2d(x, {3, 2}));
  return linear(name("features"), concat({cells, reduce_max(x, {2, 3}), mean(x, {2, 3})}, 1),
                {.units = 21});
}

int main(int argc, char **argv) {
  Model model("windows", argc, argv);
  model.data(
      images("pictures", {.batch = 3, .classes = 10, .channels = 5, .height = 23, .width = 19}));
  model.train([](Step s) {
    Tensor x = s.input("image"), label = s.input("label");
    Tensor f = trunk(x, false), g = trunk(slice(x, {0, 0, 0, 0}, {x.shape()[0], 5, 21, 17}), true);
    Tensor logits = linear("classes", relu(f), {.units = 10});
    Tensor d = abs(linear("means", tanh(g), {.units = 5}) - mean(x, {2, 3}));
    Tensor huber = mean(where(d < 0.3, 0.5 * d * d, 0.3 * (d - 0.15)));
    Tensor loss = mean(softmax_cross_entropy(logits, label)) + 0.5 * huber + 0.1 * mse(f, g);
    s.minimize(loss, sgd({.lr = 0.1}));
  });
  return model.write();
}
