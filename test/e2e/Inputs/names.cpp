// Names that C or C++ keep for themselves, that the header uses, and that stand on both sides.
#include <sinter/sinter.h>
using namespace sinter;
int main(int argc, char **argv) {
  Model model("int", argc, argv);
  model.data(images("mnist", {.batch = 5}));
  model.train([](Step s) {
    Tensor y = linear("fc", flatten(s.input("image")), {.units = 10});
    s.minimize(mean(softmax_cross_entropy(y, s.input("label"))), sgd({.lr = 0.1}));
    s.metric("class", accuracy(y, s.input("label")));
    s.metric("step_loss", accuracy(y, s.input("label")));
  });
  model.predict([](Entry e) {
    Tensor a = e.input("int", f32({e.batch(), 3})), b = e.input("class", i32({e.batch()}));
    Tensor c = e.input("m", f32({e.batch(), 3})), d = e.input("n", u8({e.batch()}));
    Tensor g = e.input("int_", bool_({e.batch()}));
    e.output("int", a + c);
    e.output("float", a * 2.0);
    e.output("class", b);
    e.output("n", d);
    e.output("int__out", g);
  });
  return model.write();
}
