// ranks: a layer's features summed up along the axis, the largest of them, and all of another layer
// sorted. Its PyTorch twin is in goldens/nets.py.
#include <sinter/sinter.h>
using namespace sinter;

static Tensor net(Tensor image) {
  Tensor pixels = reshape(image, {image.shape()[0], 24});
  Tensor a = tanh(linear("a", pixels, {.units = 19})), b = tanh(linear("b", pixels, {.units = 9}));
  Tensor sums = cumsum(a) + cumsum(a, 1, {.reverse = true, .exclusive = true}) * 0.5;
  Tensor products = cumprod(b + 1, 1);
  Tensor best = topk(sums, 6, 1).values, order = sort(b, 0, {.descending = true}).values;
  return linear("head", concat({best, order, products}, 1), {.units = 10});
}

int main(int argc, char **argv) {
  Model model("ranks", argc, argv);
  model.data(images("pixels", {.batch = 7, .classes = 10, .channels = 1, .height = 4, .width = 6}));
  model.train([](Step s) {
    Tensor loss = mean(softmax_cross_entropy(net(s.input("image")), s.input("label")));
    s.minimize(loss, sgd({.lr = 0.1}));
  });
  return model.write();
}
