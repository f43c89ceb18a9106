// A 1x2 kernel learns to find vertical edges from one image and its edges: it becomes (1, -1).
// sinter build edge-detector.cpp -o edges && ./edges --save edges.safetensors
#include <sinter/sinter.h>
using namespace sinter;

const int64_t kRows = 6, kColumns = 8;

/// White with a black stripe of four columns; 1 where white becomes black, -1 where black becomes
/// white.
Example make(Draw &) {
  auto pixel = [](int64_t column) { return column < 2 || column > 5 ? 1.0 : 0.0; };
  Example image(2);
  for (int64_t row = 0; row < kRows; ++row)
    for (int64_t column = 0; column < kColumns; ++column) {
      image[0].push_back(pixel(column));
      if (column + 1 < kColumns)
        image[1].push_back(pixel(column) - pixel(column + 1));
    }
  return image;
}

Tensor net(Tensor x) { // f32[N,1,6,8]
  return conv2d("conv", x, {.filters = 1, .kernel = {1, 2}, .bias = false});
}

int main(int argc, char **argv) {
  Model model("edge-detector", argc, argv);
  model.data(
      arrays({{"image", f32({1, kRows, kColumns})}, {"edges", f32({1, kRows, kColumns - 1})}},
             {.batch = 1, .train = 1, .synthetic = make}));
  model.train(
      [](Step s) {
        Tensor error = net(s.input("image")) - s.input("edges");
        s.minimize(sum(error * error), sgd({.lr = 0.03}));
      },
      {.epochs = 10});
  model.predict([](Entry e) {
    e.output("edges", net(e.input("image", f32({e.batch(), 1, kRows, kColumns}))));
  });
  return model.write();
}
