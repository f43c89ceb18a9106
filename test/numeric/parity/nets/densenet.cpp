// densenet: layers that read all before them, batch norm in front of each convolution - DenseNet in
// small. Its PyTorch twin is in goldens/precision.py.
#include "pictures.h"
using namespace sinter;

static Tensor dense(const std::string &name, Tensor x) {
  Scope scope(name);
  Tensor y = conv2d("a", relu(batch_norm("norm1", x)), {.filters = 12, .bias = false});
  y = conv2d("b", relu(batch_norm("norm2", y)),
             {.filters = 6, .kernel = 3, .padding = 1, .bias = false});
  return concat({x, y}, 1);
}

static Tensor transition(const std::string &name, Tensor x) {
  Scope scope(name);
  int64_t filters = x.shape()[1] / 2;
  x = conv2d("conv", relu(batch_norm("norm", x)), {.filters = filters, .bias = false});
  return avg_pool2d(x, {.window = 2});
}

static Tensor net(Tensor x) { // f32[N,3,16,16]
  x = conv2d("stem", x, {.filters = 12, .kernel = 3, .padding = 1, .bias = false});
  for (const char *name : {"a1", "a2", "a3"})
    x = dense(name, x);
  x = transition("narrow", x);
  for (const char *name : {"b1", "b2", "b3"})
    x = dense(name, x);
  return linear("head", mean(relu(batch_norm("last", x)), {2, 3}), {.units = 10});
}

int main(int argc, char **argv) { return classify_pictures("densenet", net, argc, argv); }
