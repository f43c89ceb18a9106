// A classifier that is trained to change little where its input does: its loss holds the derivative
// of a loss by the image. Its library tells which pixels speak for a class, and what curvature
// does.
#include <sinter/sinter.h>
using namespace sinter;

static Tensor classify(Tensor x) {
  x = tanh(linear(shared("fc1"), x, {.units = 24}));
  return linear(shared("fc2"), x, {.units = 10});
}

int main(int argc, char **argv) {
  Model model("derivatives", argc, argv);
  const bool penalized = model.option("penalized", true);
  model.data(images("fashion-mnist", {.batch = 64}));
  model.train([&](Step s) {
    Tensor x = flatten(s.input("image"));
    Tensor loss = mean(softmax_cross_entropy(classify(x), s.input("label")));
    Tensor slope = gradient(loss, {x})[0];
    Tensor penalty = sum(slope * slope) * 64.0;
    s.minimize(penalized ? loss + 2.0 * penalty : loss, sgd({.lr = 0.2}));
    s.metric("accuracy", accuracy(classify(x), s.input("label")));
    s.metric("penalty", penalty);
  });
  model.entry("score", [](Entry e) {
    Tensor x = e.input("x", f32({784})), c = e.input("direction", f32({10}));
    e.output("score", sum(log_softmax(classify(reshape(x, {1, 784}))) * c));
  });
  model.entry("explain", [](Entry e) {
    Tensor x = e.input("x", f32({784})), c = e.input("direction", f32({10})),
           v = e.input("v", f32({784}));
    auto score = [&](const Tensor &at) {
      return sum(log_softmax(classify(reshape(at, {1, 784}))) * c);
    };
    Tensor y = score(x);
    e.output("saliency", gradient(y, {x})[0]);
    e.output("along", jvp([&](Tensors at) { return Tensors{score(at[0])}; }, {x}, {v}).tangents[0]);
    e.output("bent", hvp(y, {x}, {v})[0]);
    e.output("rows", jacobian(classify(reshape(x, {1, 784})), x));
  });
  return model.write();
}
