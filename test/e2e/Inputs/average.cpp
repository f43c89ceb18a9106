// A net whose evaluation and prediction take averaged weights; --set plain=1: the trained ones.
#include <sinter/sinter.h>
using namespace sinter;

static Tensor net(Tensor x) {
  x = relu(linear("fc1", flatten(x), {.units = 24}));
  return linear("fc2", x, {.units = 10});
}

int main(int argc, char **argv) {
  Model model("average", argc, argv);
  bool plain = model.option("plain", false);
  model.data(images("mnist", {.batch = 128}));
  model.train([&](Step s) {
    if (!plain)
      ema("ema", {.decay = 0.95});
    Tensor logits = net(s.input("image"));
    Tensor loss = mean(softmax_cross_entropy(logits, s.input("label")));
    s.minimize(loss, adam());
    s.metric("accuracy", accuracy(logits, s.input("label")));
  });
  model.predict([&](Entry e) {
    if (!plain)
      ema("ema");
    e.output("logits", net(e.input("image", f32({e.batch(), 1, 28, 28}))));
  });
  return model.write();
}
