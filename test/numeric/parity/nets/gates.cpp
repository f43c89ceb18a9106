// gates: two layers of LSTM in both directions, a GRU over their outputs that begins with their
// states, an RNN over its; rows of the picture are the steps. Its PyTorch twin is in
// goldens/nets.py: nn.LSTM, nn.GRU and nn.RNN, with their names.
#include <sinter/sinter.h>
using namespace sinter;

static constexpr int64_t kSteps = 6, kInputs = 12, kStates = 14;

static Tensor net(Tensor image) {
  Tensor x = transpose(reshape(image, {image.shape()[0], kSteps, kInputs}), {1, 0, 2});
  auto [y, h, c] = lstm("deep", x, {.hidden = kStates, .layers = 2, .bidirectional = true});
  auto [z, last] = gru("middle", y, {.hidden = kStates, .layers = 4, .state = tanh(c) + h});
  auto [top, end] = rnn("top", z, {.hidden = kStates, .activation = Activation::relu});
  Tensor parts = concat({mean(end, 0), mean(top, 0), mean(last, 0)}, 1);
  return linear("head", parts, {.units = 10});
}

int main(int argc, char **argv) {
  Model model("gates", argc, argv);
  model.data(images(
      "rows", {.batch = 7, .classes = 10, .channels = 1, .height = kSteps, .width = kInputs}));
  model.train([](Step s) {
    Tensor logits = net(s.input("image"));
    Tensor loss = mean(softmax_cross_entropy(logits, s.input("label")));
    s.minimize(loss, sgd({.lr = 0.2, .momentum = 0.9}));
  });
  return model.write();
}
