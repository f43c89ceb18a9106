// Models that grow along one option each: what compile time may and may not follow
// (compile_growth.py).
#include <sinter/sinter.h>

#include <string>
using namespace sinter;

enum Kind : int64_t { Chain = 1, Distinct, Softmaxes, Layers, Fan, Parameters, Transposed, Pieces };

static Tensor repeat(int64_t kind, int64_t ops, Tensor x) {
  Tensor first = x, sum = x;
  for (int64_t i = 0; i < ops; ++i) {
    std::string name = "l" + std::to_string(i);
    double number = static_cast<double>(i + 1);
    switch (kind) {
    case Chain:
      x = i % 2 ? relu(x * 1.5) : x + 0.25;
      break;
    case Distinct:
      x = x * (1 + 0.001 * number);
      break;
    case Softmaxes:
      x = x / reduce_max(x, {1}, true);
      break;
    case Layers:
      x = relu(linear(name, x, {.units = 64}));
      break;
    case Fan:
      sum = sum + first * number;
      break;
    case Parameters:
      x = x + parameter(name, f32({64}));
      break;
    case Transposed:
      x = transpose(x) + 1.0;
      break;
    case Pieces:
      x = concat({slice(x, {32, 0}, {64, 64}), slice(x, {0, 0}, {32, 64})}, 0);
      break;
    }
  }
  return kind == Fan ? sum : x;
}

int main(int argc, char **argv) {
  Model model("growth", argc, argv);
  int64_t kind = model.option("kind", Chain), ops = model.option("ops", 10),
          elements = model.option("constant", 1), image = model.option("image", 32);
  bool train = model.option("train", 1) > 1;
  if (train) {
    model.data(images("fashion-mnist", {.batch = 64}));
    model.train([&](Step s) {
      Tensor x = linear("first", flatten(s.input("image")), {.units = 64});
      Tensor logits = linear("last", repeat(kind, ops, x), {.units = 10});
      s.minimize(mean(softmax_cross_entropy(logits, s.input("label"))), sgd({.lr = 0.1}));
    });
    return model.write();
  }
  std::vector<double> values(static_cast<size_t>(elements));
  for (size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<double>(i % 1021);
  model.predict([&](Entry e) {
    e.output("y", repeat(kind, ops, e.input("x", f32({64, 64}))));
    if (elements > 1)
      e.output("z", e.input("v", f32({elements})) * constant(f32({elements}), values));
    if (image > 32)
      e.output("pooled", avg_pool2d(e.input("image", f32({1, 1, image, image})),
                                    {.window = 31, .padding = 15, .count_include_pad = false}));
  });
  return model.write();
}
