// A model whose ops leave the finite numbers when a flag says so.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("numerics", argc, argv);
  model.data(images("fashion-mnist", {.batch = 64}));
  model.train([](Step s) {
    Tensor scale = hyperparameter("scale", 1.0);
    Tensor hidden = relu(linear("fc1", flatten(s.input("image")), {.units = 16}));
    Tensor grown = exp(hidden * scale) - 1.0;
    Tensor shrunk = log(grown + scale); // line 12: of nothing when scale is 0
    Tensor logits = linear("fc2", shrunk * 2.0, {.units = 10});
    s.minimize(mean(softmax_cross_entropy(logits, s.input("label"))), sgd({.lr = 0.1}));
  });
  return model.write();
}
