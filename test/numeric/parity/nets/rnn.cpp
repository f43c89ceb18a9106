// rnn: a bidirectional tanh RNN and a second layer over its outputs, each direction one scan; rows
// of the picture are the steps. Its PyTorch twin is in goldens/nets.py: two nn.RNN, with their
// names.
#include <sinter/sinter.h>
using namespace sinter;

static constexpr int64_t kSteps = 6, kInputs = 12, kStates = 14;

struct Direction {
  Tensor last;   ///< f32[N,14], behind the last step
  Tensor states; ///< f32[T,N,14]
};

/// One direction of one layer of nn.RNN; x f32[T,N,F]. The parameters are made in the body.
static Direction direction(const char *layer, const std::string &suffix, Tensor x, bool reverse) {
  Scope scope(layer);
  int64_t n = x.shape()[1], inputs = x.shape()[2];
  auto step = [&](Tensors carried, Tensors slices) -> ScanStep {
    auto product = [&](Tensor input, const std::string &name, int64_t size) {
      Tensor weight = parameter("weight_" + name + "_l0" + suffix, f32({kStates, size}));
      Tensor bias = parameter("bias_" + name + "_l0" + suffix, f32({kStates}));
      return matmul(input, weight, {.transpose_b = true}) + bias;
    };
    Tensor h = tanh(product(slices[0], "ih", inputs) + product(carried[0], "hh", kStates));
    return {.carried = {h}, .outputs = {h}};
  };
  auto [last, states] = scan({full(f32({n, kStates}), 0)}, {x}, step, {.reverse = reverse});
  return {last[0], states[0]};
}

static Tensor net(Tensor image) {
  Tensor x = transpose(reshape(image, {image.shape()[0], kSteps, kInputs}), {1, 0, 2});
  Direction there = direction("both", "", x, false), back = direction("both", "_reverse", x, true);
  Direction top = direction("top", "", concat({there.states, back.states}, 2), false);
  return linear("head", concat({top.last, back.last, mean(top.states, 0)}, 1), {.units = 10});
}

int main(int argc, char **argv) {
  Model model("rnn", argc, argv);
  model.data(images(
      "rows", {.batch = 7, .classes = 10, .channels = 1, .height = kSteps, .width = kInputs}));
  model.train([](Step s) {
    Tensor logits = net(s.input("image"));
    Tensor loss = mean(softmax_cross_entropy(logits, s.input("label")));
    s.minimize(loss, sgd({.lr = 0.05, .momentum = 0.9}));
  });
  return model.write();
}
