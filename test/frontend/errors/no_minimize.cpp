// A training step that minimises nothing.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.data(images("mnist"));
  model.train([](Step s) { linear("fc", flatten(s.input("image")), {.units = 10}); });
  return model.write();
}
