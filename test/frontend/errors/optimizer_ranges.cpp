// Options of optimizers out of range.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.data(images("mnist", {.batch = 4}));
  model.train([](Step s) {
    Tensor x = linear("encoder", flatten(s.input("image")), {.units = 8});
    Tensor loss = mean(softmax_cross_entropy(linear("head", x, {.units = 10}), s.input("label")));
    s.minimize(loss, adam({.lr = -1, .betas = {1, -0.5}, .eps = -1e-8, .clip_norm = -1})
                         .group("head", nadam({.momentum_decay = 1.0 / 0.0, .maximize = 2}))
                         .group("encoder.bias", sgd({.momentum = 0.9, .nesterov = true, .dampening = 0.5}))
                         .group("encoder.weight", rmsprop({.alpha = 1.5, .l1 = -1, .clip_value = -2})));
  });
  return model.write();
}
