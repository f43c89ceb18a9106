// Training inputs without a type need a data set.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.train([](Step s) {
    Tensor y = linear("fc", flatten(s.input("image")), {.units = 10});
    s.minimize(mean(softmax_cross_entropy(y, s.input("label"))), sgd());
  });
  model.train([](Step) {});
  return model.write();
}
