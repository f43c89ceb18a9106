// A mistake behind letters of several bytes.
#include <sinter/sinter.h>
using namespace sinter;
int main(int argc, char **argv) {
  Model model("colour", argc, argv);
  model.predict([](Entry e) {
    Tensor x = e.input("x", f32({e.batch(), 3, 5, 5}));
    /* größer */ e.output("y", linear("fc", x, {.units = 3}));
  });
  return model.write();
}
