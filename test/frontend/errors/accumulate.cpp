// A batch that does not come in so many parts.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.option("batch", 12);
  model.train([](Step s) {
    Tensor y = linear("fc", s.input("x", f32({s.batch(), 4})), {.units = 2});
    s.minimize(mean(y), sgd(), {.accumulate = 5});
  });
  return model.write();
}
