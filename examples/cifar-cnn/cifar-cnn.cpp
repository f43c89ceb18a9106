// A small convolutional net on CIFAR-10's colour images, in batches of four.
// sinter build cifar-cnn.cpp -o cifar-cnn && ./cifar-cnn --data DIR
#include <sinter/sinter.h>
using namespace sinter;

Tensor cnn(Tensor x) {                                         // f32[N,3,32,32] in [0,1]
  x = (x - 0.5) / 0.5;                                         // to [-1,1]
  x = relu(conv2d("conv1", x, {.filters = 16, .kernel = 5})); // f32[N,16,28,28]
  x = max_pool2d(x, {.window = 2});
  x = relu(conv2d("conv2", x, {.filters = 36, .kernel = 3})); // f32[N,36,12,12]
  x = flatten(max_pool2d(x, {.window = 2}));                   // f32[N,1296]
  x = relu(linear("fc1", x, {.units = 128}));
  return linear("fc2", x, {.units = 10}); // logits f32[N,10]
}

int main(int argc, char **argv) {
  Model model("cifar-cnn", argc, argv);
  model.data(images("cifar10", {.batch = 4}));
  model.train(
      [](Step s) {
        Tensor logits = cnn(s.input("image"));
        Tensor loss = mean(softmax_cross_entropy(logits, s.input("label")));
        s.minimize(loss, sgd({.lr = 0.001, .momentum = 0.9}));
        s.metric("accuracy", accuracy(logits, s.input("label")));
      },
      {.eval_batches = {100, 4, 1}});
  model.predict([](Entry e) {
    e.output("logits", cnn(e.input("image", f32({e.batch(), 3, 32, 32}))));
  });
  return model.write();
}
