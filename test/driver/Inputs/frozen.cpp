// An encoder that --set frozen=1 leaves as it is, and a head.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("frozen", argc, argv);
  bool keeps = model.option("frozen", false);
  model.data(images("mnist", {.batch = 4}));
  model.train([&](Step s) {
    Tensor x = flatten(s.input("image"));
    for (std::string name : {"encoder.first", "encoder.second"})
      x = relu(linear(name, x, {.units = 8}));
    Tensor loss = mean(softmax_cross_entropy(linear("head", x, {.units = 10}), s.input("label")));
    s.minimize(loss, keeps ? sgd().frozen("encoder.*") : sgd());
  });
  return model.write();
}
