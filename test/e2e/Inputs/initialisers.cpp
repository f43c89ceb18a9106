// Parameters of every initialiser that is more than one number an element. --set plain=1: the
// normal numbers that orthogonal ones are made of.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("initialisers", argc, argv);
  Init matrix = model.option("plain", false) ? normal() : orthogonal();
  Init scaled = model.option("plain", false) ? normal() : orthogonal(1.5);
  model.data(images("mnist", {.batch = 16}));
  model.train([&](Step s) {
    Tensor loss = mean(s.input("image"));
    auto use = [&](const char *name, Shape shape, Init init) {
      loss = loss + mean(parameter(name, f32(shape), init));
    };
    use("wide", {5, 12}, matrix);
    use("tall", {11, 4}, matrix);
    use("filters", {6, 3, 2, 2}, scaled);
    use("other", {5, 12}, matrix);
    use("cut", {200, 100}, truncated_normal(0.5, 0.2, 0.2, 1));
    use("tail", {10, 10}, truncated_normal(0, 1, 2.5, 2.6));
    use("up2", {3, 3, 4, 4}, bilinear());
    use("up3", {2, 3, 3, 6}, bilinear());
    use("depthwise", {3, 1, 4, 4}, bilinear());
    s.minimize(loss, sgd());
  });
  return model.write();
}
