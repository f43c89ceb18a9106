// Every mistake of inputs, outputs and entries.
#include <sinter/sinter.h>
#include <stdexcept>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  Tensor stray;
  relu(1);
  parameter("outside", f32({2}));
  get_step();
  model.predict([&](Entry e) {
    stray = e.input("x", f32({2}));
    e.input("x", f32({3}));
    e.input("bad name", f32({3}));
    e.input("dash-ed", f32({3}));
    e.input("huge", f32({-3}));
    e.output("y", stray);
    e.output("y", stray);
    e.output("no good", stray);
    model.predict([](Entry) {});
    model.train([](Step) {});
  });
  model.entry("second", [&](Entry e) {
    Tensor x = e.input("x", f32({2}));
    e.output("y", x + stray);
    e.output("z", Tensor());
  });
  model.entry("second", [&](Entry) {});
  model.entry("train_step", [&](Entry) {});
  model.entry("open", [&](Entry) {}); // functions of every library
  model.entry("arena_bytes", [&](Entry) {});
  model.entry("second_n", [&](Entry) {}); // second's function for n examples
  model.entry("not-c", [&](Entry) {});
  model.entry("thrower", [&](Entry) { throw std::runtime_error("no such layer"); });
  model.entry("odd_thrower", [&](Entry) { throw 3; });
  Model another("n", argc, argv);
  return model.write();
}
