// Every mistake of prefix sums and products.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.predict([](Entry e) {
    Tensor x = e.input("x", f32({5, 7}));
    cumsum(x, 2);
    cumprod(x > 0);
    cumsum(full(f32({}), 1));
    e.output("fine", cumsum(x, -2, {.exclusive = true}));
  });
  return model.write();
}
