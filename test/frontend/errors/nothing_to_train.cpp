// A loss that depends on no parameter: stop_gradient stands between.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.data(images("mnist", {.batch = 4}));
  model.train([](Step s) {
    Tensor y = linear("fc", flatten(s.input("image")), {.units = 10});
    s.minimize(mean(softmax_cross_entropy(stop_gradient(y), s.input("label"))), sgd());
  });
  return model.write();
}
