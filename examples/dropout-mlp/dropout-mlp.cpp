// A multilayer perceptron with dropout on Fashion-MNIST: 784 - 256 - 256 - 10.
// sinter build dropout-mlp.cpp -o dropout-mlp && ./dropout-mlp --data DIR
#include <sinter/sinter.h>
using namespace sinter;

Tensor layer(const std::string &name, Tensor x, int64_t units) {
  return linear(name, x, {.units = units, .weight = normal(0, 0.01), .bias_init = zeros()});
}

Tensor net(Tensor x) { // f32[N,1,28,28]
  x = relu(layer("fc1", flatten(x), 256));
  x = dropout("dropout1", x, {.p = 0.2}); // in training only
  x = relu(layer("fc2", x, 256));
  x = dropout("dropout2", x, {.p = 0.5});
  return layer("fc3", x, 10); // logits f32[N,10]
}

int main(int argc, char **argv) {
  Model model("dropout-mlp", argc, argv);
  model.data(images("fashion-mnist", {.batch = 256}));
  model.train([](Step s) {
    Tensor logits = net(s.input("image"));
    Tensor loss = mean(softmax_cross_entropy(logits, s.input("label")));
    s.minimize(loss, sgd({.lr = 0.5}));
    s.metric("accuracy", accuracy(logits, s.input("label")));
  });
  model.predict(
      [](Entry e) { e.output("logits", net(e.input("image", f32({e.batch(), 1, 28, 28})))); });
  return model.write();
}
