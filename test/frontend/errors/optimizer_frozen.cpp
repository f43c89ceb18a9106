// Nothing is left to train.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.data(images("mnist", {.batch = 4}));
  model.train([](Step s) {
    Tensor x = linear("encoder", flatten(s.input("image")), {.units = 8});
    Tensor loss = mean(softmax_cross_entropy(linear("head", x, {.units = 10}), s.input("label")));
    frozen("encoder");
    s.minimize(loss, adam().frozen("head.*"));
  });
  return model.write();
}
