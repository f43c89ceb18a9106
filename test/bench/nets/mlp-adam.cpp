// A perceptron of two hidden layers, 784 - 256 - 128 - 10, trained by Adam in small batches: what a step costs beside its products.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("mlp-adam", argc, argv);
  model.data(images("fashion-mnist", {.batch = 64}));
  model.train([](Step s) {
    Tensor x = flatten(s.input("image")); // f32[N,784]
    x = relu(linear("fc1", x, {.units = 256}));
    x = relu(linear("fc2", x, {.units = 128}));
    Tensor logits = linear("fc3", x, {.units = 10});
    s.minimize(mean(softmax_cross_entropy(logits, s.input("label"))), adam({}));
  });
  return model.write();
}
