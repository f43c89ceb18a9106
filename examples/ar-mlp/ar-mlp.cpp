// The next number of a noisy sine from the last four: 4 - 10 - 1, ReLU.
// sinter build ar-mlp.cpp -o ar && ./ar
#include <sinter/sinter.h>

#include <cmath>
using namespace sinter;

const int64_t kLags = 4;

/// The series at time t: its noise is that of the time, whichever example asks.
double series(int64_t time) {
  Draw noise(time);
  return std::sin(0.01 * static_cast<double>(time + 1)) + 0.2 * noise.normal();
}

Example make(Draw &draw) {
  std::vector<double> lags;
  for (int64_t i = 0; i < kLags; ++i)
    lags.push_back(series(draw.example() + i));
  return {lags, {series(draw.example() + kLags)}};
}

Tensor net(Tensor x) { // f32[N,4]
  x = relu(linear("fc1", x, {.units = 10, .weight = xavier_uniform()}));
  return linear("fc2", x, {.units = 1, .weight = xavier_uniform()});
}

int main(int argc, char **argv) {
  Model model("ar-mlp", argc, argv);
  model.data(arrays({{"lags", f32({kLags})}, {"next", f32({1})}},
                    {.batch = 16, .train = 600, .test = 396, .synthetic = make}));
  model.train(
      [](Step s) { s.minimize(mse(net(s.input("lags")), s.input("next")), adam({.lr = 0.01})); },
      {.epochs = 5});
  model.predict([](Entry e) { e.output("next", net(e.input("lags", f32({e.batch(), kLags})))); });
  return model.write();
}
