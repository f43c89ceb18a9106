// Metrics that are neither a number nor counts, and counts with a finish.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.data(images("mnist", {.batch = 4}));
  model.train([](Step s) {
    Tensor y = linear("fc", flatten(s.input("image")), {.units = 10});
    s.metric("logits", y);
    s.metric("oblong", cast(y, i32));
    s.metric("shares", cast(confusion_matrix(y, s.input("label")), f32));
    s.metric("root", confusion_matrix(y, s.input("label")), {.finish = Finish::sqrt});
    s.metric("three", confusion_matrix(y, y));
    s.minimize(mean(softmax_cross_entropy(y, s.input("label"))), sgd());
  });
  return model.write();
}
