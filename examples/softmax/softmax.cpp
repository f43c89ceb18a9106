// Softmax regression on Fashion-MNIST: one linear layer, 784 - 10, plain SGD.
// sinter build softmax.cpp -o softmax && ./softmax --data DIR
#include <sinter/sinter.h>
using namespace sinter;

Tensor classifier(Tensor x) { // f32[N,1,28,28]
  return linear("fc", flatten(x),
                {.units = 10, .weight = normal(0, 0.01), .bias_init = zeros()}); // logits f32[N,10]
}

int main(int argc, char **argv) {
  Model model("softmax", argc, argv);
  model.data(images("fashion-mnist", {.batch = 256}));
  model.train([](Step s) {
    Tensor logits = classifier(s.input("image"));
    Tensor loss = mean(softmax_cross_entropy(logits, s.input("label")));
    s.minimize(loss, sgd({.lr = 0.1}));
    s.metric("accuracy", accuracy(logits, s.input("label")));
  });
  model.predict([](Entry e) {
    e.output("logits", classifier(e.input("image", f32({e.batch(), 1, 28, 28}))));
  });
  return model.write();
}
