// An optimizer option out of range: schedule.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.data(images("mnist", {.batch = 4}));
  model.train([](Step s) {
    Tensor y = linear("fc", flatten(s.input("image")), {.units = 10});
    s.minimize(mean(softmax_cross_entropy(y, s.input("label"))), sgd({.lr = step_schedule(0.1, {.every = 0})}));
  });
  return model.write();
}
