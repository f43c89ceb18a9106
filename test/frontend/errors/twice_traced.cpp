// What every trace of a function would say is said once.
#include <sinter/sinter.h>
using namespace sinter;

static Tensor net(Tensor x) {
  x = linear("fc", flatten(x), {.units = 784});
  return linear("fc", x, {.units = 784});
}

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.data(images("mnist", {.batch = 8}));
  model.train([](Step s) { s.minimize(mean(net(s.input("image"))), sgd()); });
  model.predict([](Entry e) { e.output("y", net(e.input("x", f32({e.batch(), 784})))); });
  return model.write();
}
