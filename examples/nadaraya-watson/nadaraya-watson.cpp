// Kernel regression as attention: a prediction is a mean of known values, weighed by how near their
// places are; how fast weights fall off with distance is learnt, each example from all others.
// sinter build nadaraya-watson.cpp -o kernel && ./kernel --save kernel.safetensors
#include <sinter/sinter.h>

#include <cmath>
#include <limits>
using namespace sinter;

const int64_t kExamples = 50;

Example make(Draw &draw) {
  double x = 5 * draw.uniform();
  return {{x}, {2 * std::sin(x) + std::pow(x, 0.8) + 0.5 * draw.normal()}};
}

/// queries f32[Q], places and values f32[K], usable bool[Q,K] → f32[Q].
Tensor pooled(Tensor queries, Tensor places, Tensor values, Tensor usable) {
  int64_t count = queries.shape()[0];
  Tensor width = parameter("width", f32(), uniform(0, 1));
  Tensor distance = (reshape(queries, {count, 1}) - places) * width;
  Tensor score =
      where(usable, distance * distance * -0.5, -std::numeric_limits<double>::infinity());
  return mv(softmax(score), values);
}

int main(int argc, char **argv) {
  Model model("nadaraya-watson", argc, argv);
  model.data(arrays({{"x", f32()}, {"y", f32()}},
                    {.batch = kExamples, .train = kExamples, .synthetic = make}));
  model.train(
      [](Step s) {
        Tensor x = s.input("x"), y = s.input("y");
        int64_t n = x.shape()[0];
        Tensor other = iota(i32({n, n}), 0) != iota(i32({n, n}), 1);
        s.minimize(mse(pooled(x, x, y, other), y), sgd({.lr = 0.5}));
      },
      {.epochs = 5, .eval_batches = {kExamples}});
  model.predict([](Entry e) {
    Tensor places = e.input("places", f32({kExamples})),
           values = e.input("values", f32({kExamples}));
    Tensor queries = e.input("queries", f32({e.batch()}));
    e.output("y", pooled(queries, places, values, full(bool_({e.batch(), kExamples}), 1)));
  });
  return model.write();
}
