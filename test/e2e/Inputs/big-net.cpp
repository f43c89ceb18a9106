// Dropout, momentum, weight decay, an option, two outputs of two types, a name with a dash, odd
// sizes.
#include <sinter/sinter.h>
using namespace sinter;
Tensor net(Tensor x) {
  x = flatten(x);
  x = dropout("drop", relu(linear("a", x, {.units = 65})), {0.3});
  x = tanh(linear("b", x, {.units = 33}));
  return linear("c", x, {.units = 10});
}
int main(int argc, char **argv) {
  Model model("big-net", argc, argv);
  int64_t batch = model.option("batch", 100);
  model.data(images("mnist", {.batch = batch}));
  model.train([](Step s) {
    Tensor y = net(s.input("image"));
    Tensor loss = mean(softmax_cross_entropy(y, s.input("label")));
    s.minimize(loss, sgd({.lr = 0.05, .momentum = 0.9, .nesterov = true, .weight_decay = 1e-4}));
    s.metric("accuracy", accuracy(y, s.input("label")));
  });
  model.predict([](Entry e) {
    Tensor p = softmax(net(e.input("image", f32({e.batch(), 1, 28, 28}))));
    e.output("probability", p);
    e.output("best", argmax(p, 1));
  });
  return model.write();
}
