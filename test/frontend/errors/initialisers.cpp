// Initialisers that cannot be.
#include <sinter/sinter.h>
#include <cmath>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.predict([](Entry e) {
    Tensor y = e.input("x", f32());
    y += sum(parameter("a", f32({4, 4}), truncated_normal(0, -1)));
    y += sum(parameter("b", f32({4, 4}), truncated_normal(0, 1, 2, 2)));
    y += sum(parameter("c", f32({4, 4}), truncated_normal(0, 1, 5, 9)));
    y += sum(parameter("d", f32({4, 4}), truncated_normal(0, 1, NAN)));
    y += sum(parameter("e", f32({4}), orthogonal()));
    y += sum(parameter("f", f32({4, 4}), orthogonal(INFINITY)));
    y += sum(parameter("g", f32({4, 4}), bilinear()));
    e.output("y", y);
  });
  return model.write();
}
