// Every mistake of batch norm; of one value a channel only in training.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.data(images("mnist", {.batch = 1}));
  model.train([](Step s) {
    Tensor x = s.input("image"), y = s.input("label");
    Tensor hidden = linear("fc", flatten(x), {.units = 5});
    batch_norm("b1", hidden);
    batch_norm("b2", reshape(hidden, {1, 5, 1, 1}));
    batch_norm("b3", reshape(hidden, {5}));
    batch_norm("b4", reshape(hidden, {1, 5, 1}));
    batch_norm("b5", cast(x, i32));
    batch_norm("b6", x, {.eps = -1});
    batch_norm("b7", x, {.momentum = 1.5});
    batch_norm("b 8", x);
    batch_norm("b9", x);
    batch_norm("b9", reshape(hidden, {5, 1})); // a second use
    batch_norm("b9", reshape(x, {1, 4, 14, 14})); // of another width
    Tensor logits = linear("out", flatten(batch_norm("b10", x)), {.units = 10});
    s.minimize(mean(softmax_cross_entropy(logits, y)), sgd());
  });
  return model.write();
}
