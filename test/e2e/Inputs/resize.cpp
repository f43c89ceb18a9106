// Images brought to other sizes, up and down, by cells and by interpolation, and framed.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("resize", argc, argv);
  model.data(images("fashion-mnist", {.batch = 8}));
  model.train([](Step s) { // what a trainer needs
    Tensor logits = linear("fc", flatten(s.input("image")), {.units = 10});
    s.minimize(mean(softmax_cross_entropy(logits, s.input("label"))), sgd());
  });
  model.predict([](Entry e) {
    Tensor x = e.input("image", f32({2, 3, 11, 7}));
    e.output("cells", adaptive_avg_pool2d(x, {4, 5}));
    e.output("larger", resize_bilinear(x, {13, 20}));
    e.output("smaller", resize_bilinear(x, {5, 3}));
    e.output("framed", pad(x, {0, 0, 1, 2}, {0, 1, 3, 0}, 0.25));
  });
  return model.write();
}
