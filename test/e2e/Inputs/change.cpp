// One net and three optimizers: --set rule=0 SGD with momentum, 1 Adam, 2 AdamW with AMSGrad.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("change", argc, argv);
  int64_t rule = model.option("rule", 0);
  model.data(images("mnist", {.batch = 256}));
  model.train([&](Step s) {
    Tensor logits = linear("fc", flatten(s.input("image")), {.units = 10});
    Tensor loss = mean(softmax_cross_entropy(logits, s.input("label")));
    s.minimize(loss, rule == 0   ? Optimizer(sgd({.lr = 0.1, .momentum = 0.9}))
                     : rule == 1 ? Optimizer(adam({.lr = 0.002}))
                                 : Optimizer(adamw({.lr = 0.003, .amsgrad = true})));
  });
  return model.write();
}
