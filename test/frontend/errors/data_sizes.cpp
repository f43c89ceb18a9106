// A data set of unknown sizes: reported once, its inputs stay silent.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.data(images("faces", {.classes = 2, .channels = 3}));
  model.train([](Step s) {
    Tensor y = linear("fc", flatten(s.input("image")), {.units = 2});
    s.minimize(mean(softmax_cross_entropy(y, s.input("label"))), sgd());
  });
  return model.write();
}
