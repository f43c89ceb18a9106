// The form of a diagnostic, and poison: fc2 and the rest stay silent, the second mistake is still found.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("lenet", argc, argv);
  model.predict([](Entry e) {
    Tensor x = e.input("image", f32({e.batch(), 16, 5, 5}));
    x = relu(x);
    x = relu(linear("fc1", x, {.units = 120}));
    x = relu(linear("fc2", x, {.units = 84}));
    Tensor y = e.input("vector", f32({e.batch(), 7}));
    e.output("sum", x + y);
    e.output("bad", matmul(y, y));
  });
  return model.write();
}
