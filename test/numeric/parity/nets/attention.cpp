// attention: two layers of attention over the rows of a picture, four heads, causal, with a mask by
// brightness and across two lengths. Its PyTorch twin is in goldens/nets.py.
#include <sinter/sinter.h>
using namespace sinter;

static constexpr int64_t kRows = 70, kInputs = 12, kStates = 24, kHeads = 4;

/// f32[N,T,24] → f32[N,4,T,6].
static Tensor heads(const std::string &name, Tensor x) {
  Tensor y = linear(name, x, {.units = kStates, .axis = -1});
  y = reshape(y, {x.shape()[0], x.shape()[1], kHeads, kStates / kHeads});
  return transpose(y, {0, 2, 1, 3});
}

static Tensor attend(const std::string &name, Tensor x, Tensor from, Attention options) {
  Tensor y = attention(heads(name + "_query", x), heads(name + "_key", from),
                       heads(name + "_value", from), options);
  y = reshape(transpose(y, {0, 2, 1, 3}), x.shape());
  return linear(name + "_out", y, {.units = kStates, .axis = -1});
}

static Tensor net(Tensor image) { // f32[N,1,70,12]
  int64_t n = image.shape()[0];
  Tensor rows = reshape(image, {n, kRows, kInputs});
  Tensor x = linear("in", rows, {.units = kStates, .axis = -1});
  x = x + attend("self", x, x, {.causal = true});
  // In a dark picture no row may be looked at.
  Tensor bright = logical_and(mean(rows, -1, true) > 0.17, mean(rows, {1, 2}, true) > 0.167);
  Tensor some = slice(x, {0, 0, 0}, {n, 60, kStates});
  Tensor y =
      some + attend("cross", some, x, {.mask = reshape(bright, {n, 1, 1, kRows}), .scale = 0.5});
  return linear("head", mean(tanh(y), 1), {.units = 10});
}

int main(int argc, char **argv) {
  Model model("attention", argc, argv);
  model.data(images("rows",
                    {.batch = 3, .classes = 10, .channels = 1, .height = kRows, .width = kInputs}));
  model.train([](Step s) {
    Tensor logits = net(s.input("image"));
    Tensor loss = mean(softmax_cross_entropy(logits, s.input("label")));
    s.minimize(loss, sgd({.lr = 0.2}));
  });
  return model.write();
}
