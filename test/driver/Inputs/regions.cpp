// A net of two parts: eight channels in front of the pooling, 128 behind it.
#include <sinter/sinter.h>
using namespace sinter;

static Tensor net(Tensor x) {
  x = relu(conv2d("a", x, {.filters = 8, .kernel = 5, .padding = 2}));
  x = relu(conv2d("b", x, {.filters = 8, .kernel = 5, .padding = 2}));
  x = max_pool2d(x, {.window = 2, .stride = 2});
  x = relu(conv2d("c", x, {.filters = 128, .kernel = 3, .padding = 1}));
  x = relu(conv2d("d", x, {.filters = 128, .kernel = 3, .padding = 1}));
  x = relu(conv2d("e", x, {.filters = 128, .kernel = 3, .padding = 1}));
  return linear("head", mean(x, {2, 3}), {.units = 10});
}

int main(int argc, char **argv) {
  Model model("regions", argc, argv);
  model.data(images("fashion-mnist", {.batch = 64}));
  model.train([](Step s) {
    Tensor logits = net(s.input("image"));
    s.minimize(mean(softmax_cross_entropy(logits, s.input("label"))), sgd({.lr = 0.1}));
  });
  return model.write();
}
