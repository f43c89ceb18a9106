// More than memory can hold, or more than a machine can compute.
#include <sinter/sinter.h>
using namespace sinter;
int main(int argc, char **argv) {
  Model model("huge", argc, argv);
  bool work = model.option("work", 1) == 2;
  model.predict([=](Entry e) {
    if (work) {
      Tensor x = e.input("x", f32({e.batch(), 1 << 30, 1 << 10}));
      e.output("y", sum(matmul(x, parameter("w", f32({1 << 10, 1 << 20})))));
    } else {
      Tensor x = e.input("x", f32({e.batch(), 1 << 30, 1 << 28}));
      e.output("y", x + 1.0);
      e.output("z", x * 2.0);
      e.output("w", exp(x));
    }
  });
  return model.write();
}
