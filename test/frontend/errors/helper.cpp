// A user's composite helper passes its caller's line on.
#include <sinter/sinter.h>
using namespace sinter;

static Tensor doubled(const Operand &x, Loc loc = Loc::current()) { return matmul(x, x, {}, loc); }

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.predict([](Entry e) {
    Tensor x = e.input("x", f32({2, 3}));
    e.output("y", doubled(x));
    for (int i = 0; i < 3; ++i)
      x = linear("same", x, {.units = 3}); // one parameter for all turns: a warning
  });
  return model.write();
}
