// An optimizer option out of range: nesterov.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.data(images("mnist", {.batch = 4}));
  model.train([](Step s) {
    Tensor y = linear("fc", flatten(s.input("image")), {.units = 10});
    s.minimize(mean(softmax_cross_entropy(y, s.input("label"))), sgd({.lr = 0.1, .nesterov = true}));
  });
  return model.write();
}
