// A batch written as a number is right in training and wrong where another batch is traced.
#include <sinter/sinter.h>
using namespace sinter;

static Tensor net(Tensor x) { return linear("fc", reshape(x, {64, 784}), {.units = 10}); }

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.data(images("mnist", {.batch = 64}));
  model.train([](Step s) {
    Tensor logits = net(s.input("image"));
    s.minimize(mean(softmax_cross_entropy(logits, s.input("label"))), sgd({.lr = 0.1}));
  });
  model.predict([](Entry e) {
    Tensor x = e.input("image", f32({e.batch(), 1, 28, 28}));
    e.output("y", reshape(x, {2, 392}));
    e.output("logits", net(x));
  });
  return model.write();
}
