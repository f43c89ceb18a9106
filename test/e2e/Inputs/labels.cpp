// A loss by class indices, one of several. `classes` below 10 are too few for the data; images leave none out.
#include <sinter/sinter.h>
using namespace sinter;

static Tensor lossOf(int64_t which, Tensor logits, Tensor label) {
  switch (which) {
  case 1:
    return cross_entropy(logits, label);
  case 2:
    return nll(log_softmax(logits), cast(label, i64));
  case 3:
    return mse(logits, one_hot(label, logits.shape()[-1]));
  case 4:
    return mean(softmax_cross_entropy(logits, label));
  default:
    return multi_margin(logits, label);
  }
}

int main(int argc, char **argv) {
  Model model("labels", argc, argv);
  int64_t classes = model.option("classes", 10), which = model.option("which", 1);
  model.data(images("mnist", {.batch = 64}));
  model.train([&](Step s) {
    Tensor x = flatten(s.input("image"));
    Tensor logits = linear("fc", x, {.units = classes});
    s.minimize(lossOf(which, logits, s.input("label")), sgd({.lr = 0.1}));
  });
  return model.write();
}
