// Linear regression on examples that the model makes itself: y = 2 a - 3.4 b + 4.2 and a little
// noise. sinter build linear.cpp -o linear && ./linear --save linear.safetensors
#include <sinter/sinter.h>
using namespace sinter;

Example make(Draw &draw) {
  double a = draw.normal(), b = draw.normal();
  return {{a, b}, {2 * a - 3.4 * b + 4.2 + 0.01 * draw.normal()}};
}

Tensor net(Tensor x) { // f32[N,2]
  return linear("linear", x, {.units = 1, .weight = normal(0, 0.01), .bias_init = zeros()});
}

int main(int argc, char **argv) {
  Model model("linear", argc, argv);
  model.data(arrays({{"x", f32({2})}, {"y", f32({1})}}, {.batch = 10, .synthetic = make}));
  model.train([](Step s) { s.minimize(mse(net(s.input("x")), s.input("y")), sgd({.lr = 0.03})); },
              {.epochs = 3});
  model.predict([](Entry e) { e.output("y", net(e.input("x", f32({e.batch(), 2})))); });
  return model.write();
}
