// seresnext: bottlenecks in groups with squeeze and excitation - SE-ResNeXt in small.
// Its PyTorch twin is in goldens/precision.py.
#include "pictures.h"
using namespace sinter;

static Tensor block(const std::string &name, Tensor x, int64_t filters, int64_t stride) {
  Scope scope(name);
  int64_t middle = filters / 2;
  Tensor y = relu(norm_conv("a", x, {.filters = middle}));
  y = relu(norm_conv(
      "b", y, {.filters = middle, .kernel = 3, .stride = stride, .padding = 1, .groups = 4}));
  y = norm_conv("c", y, {.filters = filters});
  Tensor gate = relu(conv2d("squeeze", global_avg_pool2d(y), {.filters = filters / 4}));
  y = y * sigmoid(conv2d("excite", gate, {.filters = filters}));
  if (stride != 1 || x.shape()[1] != filters)
    x = norm_conv("shortcut", x, {.filters = filters, .stride = stride});
  return relu(x + y);
}

static Tensor net(Tensor x) { // f32[N,3,16,16]
  x = relu(norm_conv("stem", x, {.filters = 16, .kernel = 3, .padding = 1}));
  x = block("a", x, 32, 1);
  x = block("b", x, 32, 1);
  x = block("c", x, 48, 2);
  x = block("d", x, 48, 1);
  return linear("head", mean(x, {2, 3}), {.units = 10});
}

int main(int argc, char **argv) { return classify_pictures("seresnext", net, argc, argv); }
