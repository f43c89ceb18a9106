// Library functions are named after the model; those of the runtime begin with sinter_.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("sinter-net", argc, argv);
  model.predict([](Entry e) { e.output("y", e.input("x", f32({2}))); });
  return model.write();
}
