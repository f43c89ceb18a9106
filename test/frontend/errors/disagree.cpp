// Traces of one entry that differ in more than sizes.
// ARGS: --batch 1,8
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.predict([](Entry e) {
    Tensor x = e.input("x", f32({e.batch(), 4}));
    e.output(e.batch() == 1 ? "one" : "many", x);
  });
  return model.write();
}
