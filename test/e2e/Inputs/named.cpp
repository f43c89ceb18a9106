// A small net, whose name and entry a test replaces in the text of its planned stage.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("named", argc, argv);
  model.train([](Step s) {
    Tensor y = linear("fc", s.input("x", f32({4, 3})), {.units = 2});
    s.minimize(mean(y * y), sgd({.lr = 0.1}));
  });
  model.predict([](Entry e) {
    e.output("y", linear("fc", e.input("x", f32({e.batch(), 3})), {.units = 2}));
  });
  return model.write();
}
