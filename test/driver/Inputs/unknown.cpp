#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("unknown", argc, argv);
  model.predict([](Entry e) {
    e.output("y", conv4d("c", e.input("x", f32({1, 1, 4, 4, 4}))));
    e.output("z", frobnicate(1));
  });
  return model.write();
}
