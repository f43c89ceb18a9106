// A perceptron trained as large nets are: AdamW, warm-up and cosine, clipped gradients, groups;
// with
// --set epochs=1 RMSProp whose rate falls by epochs.
#include <sinter/sinter.h>
using namespace sinter;

static Tensor net(Tensor x) {
  x = relu(linear("fc1", flatten(x), {.units = 48}));
  return linear("fc2", dropout("drop", x, {.p = 0.1}), {.units = 10});
}

int main(int argc, char **argv) {
  Model model("optimizer", argc, argv);
  bool epochs = model.option("epochs", false);
  model.data(images("fashion-mnist", {.batch = 256}));
  model.train([&](Step s) {
    Tensor logits = net(s.input("image"));
    Tensor loss = mean(softmax_cross_entropy(logits, s.input("label")));
    if (epochs)
      s.minimize(loss,
                 rmsprop({.lr = by_epochs(step_schedule(0.002, {.every = 1, .factor = 0.5}))}));
    else
      s.minimize(loss, adamw({.lr = warmup(20, cosine(0.005, {.t_max = 180})),
                              .weight_decay = 0.05,
                              .clip_norm = 0.5})
                           .group("bias", {.weight_decay = 0}));
    s.metric("accuracy", accuracy(logits, s.input("label")));
  });
  model.predict(
      [](Entry e) { e.output("logits", net(e.input("image", f32({e.batch(), 1, 28, 28})))); });
  return model.write();
}
