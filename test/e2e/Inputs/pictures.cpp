// The mean of the pictures of a batch, as weights: --set size=N, fit=0 (exact), 1 (crop), 2 (stretch), channels=1.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("animals", argc, argv);
  int64_t size = model.option("size", 8), channels = model.option("channels", 3), classes = model.option("classes", 3);
  Fit fit = static_cast<Fit>(model.option("fit", 0));
  model.data(image_folder("animals", {.classes = classes, .height = size, .width = size, .channels = channels, .fit = fit, .batch = 4}));
  model.train([&](Step s) {
    Tensor image = s.input("image"), label = s.input("label");
    State seen = state("seen", f32({channels, size, size}));
    seen.assign(mean(image, {0}));
    Tensor logits = linear("fc", mean(image, {2, 3}), {.units = classes});
    s.minimize(mean(softmax_cross_entropy(logits, label)), sgd({.lr = 0.5}));
    s.metric("accuracy", confusion_matrix(logits, label));
  });
  return model.write();
}
