// A recurrent net on Fashion-MNIST: each picture is read row by row, 28 steps of one tanh layer.
// sinter build rnn-tiny.cpp -o rnn-tiny && ./rnn-tiny --data DIR
#include <sinter/sinter.h>
using namespace sinter;

Tensor classifier(Tensor image, int64_t hidden) { // f32[N,1,28,28]
  int64_t n = image.shape()[0];
  Tensor rows = transpose(reshape(image, {n, 28, 28}), {1, 0, 2}); // f32[28,N,28]: a step a row
  auto step = [&](Tensors carried, Tensors slices) -> ScanStep {   // h [N,hidden], row [N,28]
    Tensor h = tanh(linear("ih", slices[0], {.units = hidden}) +
                    linear("hh", carried[0], {.units = hidden}));
    return {.carried = {h}, .outputs = {h}};
  };
  auto [last, states] = scan({full(f32({n, hidden}), 0)}, {rows}, step);
  Tensor average = mean(states[0], 0);         // of f32[28,N,hidden]
  return linear("fc", average, {.units = 10}); // logits f32[N,10]
}

int main(int argc, char **argv) {
  Model model("rnn-tiny", argc, argv);
  int64_t hidden = model.option("hidden", 64);
  model.data(images("fashion-mnist", {.batch = 128}));
  model.train([&](Step s) {
    Tensor logits = classifier(s.input("image"), hidden);
    Tensor loss = mean(softmax_cross_entropy(logits, s.input("label")));
    s.minimize(loss, sgd({.lr = 0.05, .momentum = 0.9}));
    s.metric("accuracy", accuracy(logits, s.input("label")));
  });
  model.predict([&](Entry e) {
    e.output("logits", classifier(e.input("image", f32({e.batch(), 1, 28, 28})), hidden));
  });
  return model.write();
}
