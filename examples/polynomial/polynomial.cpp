// Fits of a cubic by polynomials of a degree that is too low, right or too high: --set degree=1,
// 3, 19. sinter build polynomial.cpp --set degree=3 -o fit && ./fit
#include <sinter/sinter.h>

#include <cmath>
using namespace sinter;

const int64_t kTerms = 20;

/// x^i / i! of a normal x, and 5 + 1.2 x - 3.4 x²/2! + 5.6 x³/3! with noise.
Example make(Draw &draw) {
  const double weights[] = {5, 1.2, -3.4, 5.6};
  double x = draw.normal(), term = 1, y = 0.1 * draw.normal();
  std::vector<double> terms;
  for (int64_t i = 0; i < kTerms; ++i) {
    terms.push_back(term);
    y += i < 4 ? weights[i] * term : 0;
    term *= x / static_cast<double>(i + 1);
  }
  return {terms, {y}};
}

int main(int argc, char **argv) {
  Model model("polynomial", argc, argv);
  int64_t terms = std::min(kTerms, model.option("degree", 3) + 1);
  auto net = [&](Tensor x) { // f32[N,20]
    return linear("fit", slice(x, {0, 0}, {x.shape()[0], terms}), {.units = 1, .bias = false});
  };
  model.data(arrays({{"terms", f32({kTerms})}, {"y", f32({1})}},
                    {.batch = 10, .train = 100, .test = 100, .synthetic = make}));
  model.train(
      [&](Step s) { s.minimize(mse(net(s.input("terms")), s.input("y")), sgd({.lr = 0.01})); },
      {.epochs = 400});
  model.predict([&](Entry e) { e.output("y", net(e.input("terms", f32({e.batch(), kTerms})))); });
  return model.write();
}
