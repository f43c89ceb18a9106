// A multilayer perceptron on Fashion-MNIST: 784 - 256 - 10, ReLU, plain SGD.
// sinter build mlp.cpp -o mlp && ./mlp --data DIR
#include <sinter/sinter.h>
using namespace sinter;

Tensor mlp(Tensor x) { // f32[N,1,28,28]
  const Init weight = normal(0, 0.01);
  x = flatten(x); // f32[N,784]
  x = relu(linear("fc1", x, {.units = 256, .weight = weight, .bias_init = zeros()}));
  return linear("fc2", x,
                {.units = 10, .weight = weight, .bias_init = zeros()}); // logits f32[N,10]
}

int main(int argc, char **argv) {
  Model model("mlp", argc, argv);
  model.data(images("fashion-mnist", {.batch = 256}));
  model.train([](Step s) {
    Tensor logits = mlp(s.input("image"));
    Tensor loss = mean(softmax_cross_entropy(logits, s.input("label")));
    s.minimize(loss, sgd({.lr = 0.1}));
    s.metric("accuracy", accuracy(logits, s.input("label")));
  });
  model.predict(
      [](Entry e) { e.output("logits", mlp(e.input("image", f32({e.batch(), 1, 28, 28})))); });
  return model.write();
}
