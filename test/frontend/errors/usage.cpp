// Misuse of the program's own flags.
// ARGS: --set width=abc,depth=3 --batch 1,0,1 --frobnicate --format xml --set
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.option("width", 8);
  model.predict([](Entry e) { e.output("y", e.input("x", f32({2}))); });
  return model.write();
}
