// Options are whole numbers of 0 or more, or truth values.
// ARGS: -o /dev/null --set bias=2,layers=0,wide=true,batch=0
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.data(images("mnist", {.batch = 64}));
  bool bias = model.option("bias", true), wide = model.option("wide", false);
  int64_t layers = model.option("layers", 3);
  model.option("depth", -1);
  model.predict([&](Entry e) {
    Tensor x = e.input("x", f32({2, 2}));
    for (int64_t i = 0; i < layers; ++i) // none
      x = relu(linear("fc" + std::to_string(i), x, {.units = 2, .bias = bias}));
    e.output("y", wide ? x : flatten(x, 7));
  });
  return model.write();
}
