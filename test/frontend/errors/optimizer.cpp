// Every mistake of minimize and of optimizer options.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.data(images("mnist", {.batch = 4}));
  model.train([](Step s) {
    Tensor x = flatten(s.input("image"));
    Tensor unused = linear("unused", x, {.units = 2});
    Tensor y = linear("fc", x, {.units = 10});
    Tensor loss = mean(softmax_cross_entropy(y, s.input("label")));
    s.minimize(loss, sgd({.lr = -1, .momentum = -2, .weight_decay = -3}).group("fc", {.momentum = -0.5}).group("head", {.lr = 1, .weight_decay = -1}));
    s.minimize(loss, sgd());
    s.metric("accuracy", accuracy(y, s.input("label")));
    s.metric("accuracy", accuracy(y, s.input("label")));
    s.metric("loss", loss);
    s.metric("vector", y);
    s.metric("bad name", loss);
    s.metric("seconds", loss); // a key of the log
  });
  return model.write();
}
