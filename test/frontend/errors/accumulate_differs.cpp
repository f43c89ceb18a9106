// A step that reports of the whole batch what it does not of a part.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.option("batch", 12);
  model.train([](Step s) {
    Tensor y = linear("fc", s.input("x", f32({s.batch(), 4})), {.units = 2});
    if (s.batch() == 12)
      s.metric("largest", reduce_max(y));
    s.minimize(mean(y), sgd(), {.accumulate = 4});
  });
  return model.write();
}
