// A linear model that counts what each class is taken for; where `mask` is 1, "some" does not. --set parts=N: micro-batches.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("confusion", argc, argv);
  int64_t parts = model.option("parts", 1);
  model.data(arrays({{"x", f32({4})}, {"label", i32(), 5}, {"mask", i32(), 2}}, {.batch = 32}));
  model.train([&](Step s) {
    Tensor logits = linear("fc", s.input("x"), {.units = 5}), label = s.input("label");
    s.metric("accuracy", accuracy(logits, label));
    s.metric("confusion", confusion_matrix(logits, label));
    s.metric("some", confusion_matrix(logits, label - s.input("mask") * 100));
    s.minimize(mean(softmax_cross_entropy(logits, label)), sgd({.lr = 0.1}), {.accumulate = parts});
  });
  model.predict([](Entry e) { e.output("logits", linear("fc", e.input("x", f32({e.batch(), 4})), {.units = 5})); });
  return model.write();
}
