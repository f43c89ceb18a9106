// Fine-tuning: a net that knows one set of pictures learns another one with a new head.
// sinter build fine-tuning.cpp --set base=true -o base && ./base --save base.safetensors
// sinter build fine-tuning.cpp -o tuned && ./tuned --init base.safetensors --init-partial
#include <sinter/sinter.h>
using namespace sinter;

/// f32[N,1,28,28] → f32[N,84]: LeNet without its last layer.
Tensor trunk(Tensor x) {
  x = relu(conv2d("trunk.conv1", x, {.filters = 6, .kernel = 5, .padding = 2}));
  x = max_pool2d(x, {.window = 2});
  x = relu(conv2d("trunk.conv2", x, {.filters = 16, .kernel = 5}));
  x = flatten(max_pool2d(x, {.window = 2}));
  x = relu(linear("trunk.fc1", x, {.units = 120}));
  return relu(linear("trunk.fc2", x, {.units = 84}));
}

int main(int argc, char **argv) {
  Model model("fine-tuning", argc, argv);
  bool base = model.option("base", false);     // the net that is tuned later
  bool freeze = model.option("freeze", false); // the head alone learns
  const char *head = base ? "fc3" : "head";    // weights of another name start anew
  auto net = [&](Tensor x) { return linear(head, trunk(x), {.units = 10}); };
  model.data(images(base ? "fashion-mnist" : "mnist", {.batch = 64}));
  model.train(
      [&](Step s) {
        Tensor logits = net(s.input("image"));
        Tensor loss = mean(softmax_cross_entropy(logits, s.input("label")));
        auto optimizer = sgd({.lr = 0.01, .momentum = 0.9});
        if (!base)
          optimizer = optimizer.group("head", {.lr = 0.1}); // it knows nothing yet
        if (freeze)
          optimizer = optimizer.frozen("trunk.*");
        s.minimize(loss, optimizer);
        s.metric("accuracy", confusion_matrix(logits, s.input("label")));
      },
      {.epochs = 3});
  model.predict(
      [&](Entry e) { e.output("logits", net(e.input("image", f32({e.batch(), 1, 28, 28})))); });
  return model.write();
}
