// Tensors without elements: a parameter, an input of a product, an output.
#include <sinter/sinter.h>
using namespace sinter;
int main(int argc, char **argv) {
  Model model("empty", argc, argv);
  model.data(images("tiny", {.batch = 1, .classes = 10, .channels = 1, .height = 3, .width = 4}));
  model.train([](Step s) {
    Tensor x = flatten(s.input("image")), none = slice(x, {0, 3}, {x.shape()[0], 3}); // [N,0]
    Tensor y = concat({matmul(none, parameter("w", f32({0, 4}))), linear("l", x, {.units = 6})}, 1);
    s.minimize(mean(softmax_cross_entropy(y, s.input("label"))) + sum(none), sgd({.lr = 0.1, .momentum = 0.9}));
  });
  model.predict([](Entry e) {
    Tensor x = flatten(e.input("image", f32({e.batch(), 1, 3, 4})));
    e.output("y", linear("l", x, {.units = 6}));
    e.output("none", slice(x, {0, 0}, {e.batch(), 0}));
  });
  return model.write();
}
