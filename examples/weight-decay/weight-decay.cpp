// 200 weights and 20 examples: without weight decay they are learnt by heart. A group decays the
// weight and not the bias.
// sinter build weight-decay.cpp -o decay && ./decay && ./decay --linear.weight.weight-decay 0
#include <sinter/sinter.h>
using namespace sinter;

const int64_t kInputs = 200;

/// y = 0.05 + the sum of 0.01 x, and noise.
Example make(Draw &draw) {
  std::vector<double> x;
  double y = 0.05 + 0.01 * draw.normal();
  for (int64_t i = 0; i < kInputs; ++i) {
    x.push_back(draw.normal());
    y += 0.01 * x.back();
  }
  return {x, {y}};
}

Tensor net(Tensor x) { // f32[N,200]
  return linear("linear", x, {.units = 1, .weight = normal(), .bias_init = zeros()});
}

int main(int argc, char **argv) {
  Model model("weight-decay", argc, argv);
  model.data(arrays({{"x", f32({kInputs})}, {"y", f32({1})}},
                    {.batch = 5, .train = 20, .test = 100, .synthetic = make}));
  model.train(
      [](Step s) {
        Tensor loss = mse(net(s.input("x")), s.input("y")) / 2;
        s.minimize(loss, sgd({.lr = 0.003}).group("linear.weight", {.weight_decay = 3}));
      },
      {.epochs = 100});
  model.predict([](Entry e) { e.output("y", net(e.input("x", f32({e.batch(), kInputs})))); });
  return model.write();
}
