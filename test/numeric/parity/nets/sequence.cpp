// sequence: a GRU written out for five steps with shared weights, then causal attention of two
// heads, layer norm and GELU over its states; rows of the picture are the steps. Its PyTorch twin
// is in goldens/nets.py.
#include <sinter/sinter.h>

#include <cmath>
using namespace sinter;

static constexpr int64_t kSteps = 5, kInputs = 12, kStates = 14, kHeads = 2;

static Tensor gru(Tensor x) { // f32[N,1,5,12] → f32[N,5,14]
  int64_t n = x.shape()[0];
  Tensor h = full(f32({n, kStates}), 0);
  std::vector<Tensor> states;
  for (int64_t t = 0; t < kSteps; ++t) {
    auto name = [&](const char *text) { return t > 0 ? shared(text) : Name(text); };
    Tensor row = reshape(slice(x, {0, 0, t, 0}, {n, 1, t + 1, kInputs}), {n, kInputs});
    Tensor a = linear(name("input"), row, {.units = 3 * kStates});
    Tensor b = linear(name("hidden"), h, {.units = 3 * kStates});
    auto part = [&](Tensor of, int64_t i) {
      return slice(of, {0, i * kStates}, {n, (i + 1) * kStates});
    };
    Tensor r = sigmoid(part(a, 0) + part(b, 0)), z = sigmoid(part(a, 1) + part(b, 1));
    h = (1.0 - z) * tanh(part(a, 2) + r * part(b, 2)) + z * h;
    states.push_back(reshape(h, {n, 1, kStates}));
  }
  return concat(states, 1);
}

static Tensor layer_norm(const std::string &name, Tensor x) {
  Tensor d = x - mean(x, -1, true);
  Tensor weight = parameter(name + ".weight", f32({kStates}), ones());
  Tensor bias = parameter(name + ".bias", f32({kStates}));
  return d * rsqrt(mean(d * d, -1, true) + 1e-5) * weight + bias;
}

static Tensor attention(Tensor x) {
  int64_t n = x.shape()[0], size = kStates / kHeads;
  auto heads = [&](const char *name) {
    Tensor y = linear(name, x, {.units = kStates, .axis = -1});
    return transpose(reshape(y, {n, kSteps, kHeads, size}), {0, 2, 1, 3});
  };
  Tensor scores = matmul(heads("query"), heads("key"), {.transpose_b = true}) *
                  (1 / std::sqrt(static_cast<double>(size)));
  Type square = i32({kSteps, kSteps});
  scores = where(iota(square, 0) >= iota(square, 1), scores, -1e9);
  Tensor y = transpose(matmul(softmax(scores), heads("value")), {0, 2, 1, 3});
  return linear("out", reshape(y, {n, kSteps, kStates}), {.units = kStates, .axis = -1});
}

static Tensor net(Tensor x) {
  x = gru(x);
  x = x + attention(layer_norm("norm1", x));
  Tensor y = linear("wide", layer_norm("norm2", x), {.units = 2 * kStates, .axis = -1});
  y = 0.5 * y * (1.0 + tanh(0.7978845608028654 * (y + 0.044715 * y * y * y)));
  x = x + linear("narrow", y, {.units = kStates, .axis = -1});
  return linear("head", mean(x, 1), {.units = 10});
}

int main(int argc, char **argv) {
  Model model("sequence", argc, argv);
  model.data(images(
      "rows", {.batch = 7, .classes = 10, .channels = 1, .height = kSteps, .width = kInputs}));
  model.train([](Step s) {
    Tensor logits = net(s.input("image"));
    Tensor loss = mean(softmax_cross_entropy(logits, s.input("label")));
    s.minimize(loss, sgd({.lr = 0.2}));
  });
  return model.write();
}
