// The graph is written once.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.predict([](Entry e) { e.output("y", e.input("x", f32({2}))); });
  model.write();
  return model.write();
}
