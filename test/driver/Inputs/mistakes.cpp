#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("mistakes", argc, argv);
  model.predict([](Entry e) {
    Tensor x = e.input("x", f32({e.batch(), 3, 4}));
    e.output("y", linear("fc", x, {.units = 2}));
    e.output("z", x + e.input("w", f32({e.batch(), 5, 4})));
  });
  return model.write();
}
