// What is right for the whole batch and wrong for a part of it.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.option("batch", 12);
  model.train([](Step s) {
    Tensor x = s.input("x", f32({s.batch(), 4}));
    Tensor more = s.input("more", f32({s.batch() + 1, 4}));
    Tensor y = linear("fc", x, {.units = 2});
    s.output("all", sum(y));
    s.output("y", y);
    Tensor fixed = reshape(y, {12, 2});
    s.minimize(mean(y) + mean(fixed) + mean(more), sgd(), {.accumulate = 4});
  });
  return model.write();
}
