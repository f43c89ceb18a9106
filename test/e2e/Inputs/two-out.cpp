// Outputs in another order than they are made, one twice, one an input; no weights; a name that is no C identifier.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("two-out", argc, argv);
  model.predict([](Entry e) {
    Tensor x = e.input("x", f32({e.batch(), 3}));
    Tensor total = sum(x * 2.0, {1});
    Tensor positive = relu(x);
    e.output("positive", positive);
    e.output("total", total);
    e.output("again", positive);
    e.output("in", x);
  });
  return model.write();
}
