// A table whose target is one of three categories.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("kinds", argc, argv);
  model.data(table("kinds", {.target = "kind", .classes = 3, .id = "nr", .features = 2, .batch = 8}));
  model.train([](Step s) {
    Tensor logits = linear("fc", s.input("features"), {.units = 3});
    s.minimize(cross_entropy(logits, s.input("target")), sgd({.lr = 0.5}));
    s.metric("accuracy", confusion_matrix(logits, s.input("target")));
  });
  model.predict([](Entry e) { e.output("logits", linear("fc", e.input("features", f32({e.batch(), 2})), {.units = 3})); });
  return model.write();
}
