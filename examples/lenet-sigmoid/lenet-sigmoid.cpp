// LeNet as of 1998, on Fashion-MNIST: sigmoids, average pooling and a large learning rate.
// sinter build lenet-sigmoid.cpp -o lenet-sigmoid && ./lenet-sigmoid --data DIR
#include <sinter/sinter.h>
using namespace sinter;

Tensor lenet(Tensor x) { // f32[N,1,28,28]
  const Init weight = xavier_uniform();
  x = sigmoid(conv2d("conv1", x, {.filters = 6, .kernel = 5, .padding = 2, .weight = weight}));
  x = avg_pool2d(x, {.window = 2}); // f32[N,6,14,14]
  x = sigmoid(conv2d("conv2", x, {.filters = 16, .kernel = 5, .weight = weight}));
  x = flatten(avg_pool2d(x, {.window = 2})); // f32[N,400]
  x = sigmoid(linear("fc1", x, {.units = 120, .weight = weight}));
  x = sigmoid(linear("fc2", x, {.units = 84, .weight = weight}));
  return linear("fc3", x, {.units = 10, .weight = weight}); // logits f32[N,10]
}

int main(int argc, char **argv) {
  Model model("lenet-sigmoid", argc, argv);
  model.data(images("fashion-mnist", {.batch = 256}));
  model.train([](Step s) {
    Tensor logits = lenet(s.input("image"));
    Tensor loss = mean(softmax_cross_entropy(logits, s.input("label")));
    s.minimize(loss, sgd({.lr = 0.9}));
    s.metric("accuracy", accuracy(logits, s.input("label")));
  });
  model.predict([](Entry e) {
    e.output("logits", lenet(e.input("image", f32({e.batch(), 1, 28, 28}))));
  });
  return model.write();
}
