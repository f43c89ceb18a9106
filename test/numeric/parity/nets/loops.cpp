// loops: a scan of columns inside a scan of rows, states that both assign, a branch chosen by the
// pictures, and a while that no gradient goes through. Its PyTorch twin is in goldens/nets.py.
#include <sinter/sinter.h>
using namespace sinter;

static constexpr int64_t kRows = 4, kColumns = 6, kStates = 8;

/// The state behind all pixels, read row by row; f32[N,1,4,6] → f32[N,8].
static Tensor read(Tensor image) {
  int64_t n = image.shape()[0];
  Tensor rows = transpose(reshape(image, {n, kRows, kColumns}), {1, 2, 0}); // f32[4,6,N]
  State seen = state("seen", f32({kStates})), steps = state("steps", f32());
  auto column = [&](Tensors h, Tensors pixel) -> ScanStep {
    steps.assign(steps + 1);
    Tensor in = linear("in", reshape(pixel[0], {n, 1}), {.units = kStates});
    return {.carried = {tanh(in + linear("hidden", h[0], {.units = kStates, .bias = false}))}};
  };
  auto row = [&](Tensors h, Tensors pixels) -> ScanStep {
    Tensor next = scan({h[0]}, {pixels[0]}, column).carried[0];
    seen.assign(seen * 0.9 + stop_gradient(mean(next, 0)) * 0.1);
    return {.carried = {next}, .outputs = {linear("row", next, {.units = kStates})}};
  };
  Tensor before = seen.value();
  auto [last, all] = scan({full(f32({n, kStates}), 0)}, {rows}, row, {.reverse = true});
  return last[0] - before + mean(tanh(all[0]), 0);
}

/// Halves the brightest pixel until it is below 0.1.
static Tensor halved(Tensor image) {
  auto bright = [](Tensors v) { return v[0] > 0.1; };
  auto half = [](Tensors v) { return Tensors{v[0] * 0.5}; };
  return while_loop({reduce_max(image)}, bright, half)[0];
}

static Tensor net(Tensor image) {
  Tensor h = read(image);
  auto plain = [&] { return Tensors{linear("plain", h, {.units = 10})}; };
  auto bent = [&] { return Tensors{tanh(linear("bent", h, {.units = 10})) * 2}; };
  return cond(mean(image) > 0.17, plain, bent)[0] * (1 + halved(image));
}

int main(int argc, char **argv) {
  Model model("loops", argc, argv);
  model.data(images(
      "pixels", {.batch = 5, .classes = 10, .channels = 1, .height = kRows, .width = kColumns}));
  model.train([](Step s) {
    Tensor logits = net(s.input("image"));
    Tensor loss = mean(softmax_cross_entropy(logits, s.input("label")));
    s.minimize(loss, sgd({.lr = 0.1, .momentum = 0.9}));
  });
  return model.write();
}
