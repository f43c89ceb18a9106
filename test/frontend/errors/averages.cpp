// Every mistake of averages of weights.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.predict([](Entry e) {
    ema("early"); // training comes first
    e.output("y", linear("fc", e.input("x", f32({2, 4})), {.units = 2}));
  });
  model.train([](Step s) {
    ema("ema", {.decay = 1});
    ema("bad name");
    swa("swa", {.start = -1});
    swa("swa", {.every = 0});
    ema("same");
    swa("same");
    s.minimize(mean(linear("fc", s.input("x", f32({2, 4})), {.units = 2})), sgd());
  });
  return model.write();
}
