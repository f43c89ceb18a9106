#include <cstdio>
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  std::puts("noise, noise");
  Model model("noise", argc, argv);
  model.predict([](Entry e) { e.output("y", relu(e.input("x", f32({e.batch(), 3})))); });
  return model.write();
}
