// mobilenet: inverted residuals with one filter a channel and ReLU6 - MobileNetV2 in small.
// Its PyTorch twin is in goldens/precision.py.
#include "pictures.h"
using namespace sinter;

static Tensor relu6(Tensor x) { return min(max(x, 0.0), 6.0); }

static Tensor inverted(const std::string &name, Tensor x, int64_t filters, int64_t stride) {
  Scope scope(name);
  int64_t wide = 4 * x.shape()[1];
  Tensor y = relu6(norm_conv("expand", x, {.filters = wide}));
  y = relu6(norm_conv(
      "depth", y, {.filters = wide, .kernel = 3, .stride = stride, .padding = 1, .groups = wide}));
  y = norm_conv("project", y, {.filters = filters});
  return stride == 1 && filters == x.shape()[1] ? x + y : y;
}

static Tensor net(Tensor x) { // f32[N,3,16,16]
  x = relu6(norm_conv("stem", x, {.filters = 8, .kernel = 3, .padding = 1}));
  x = inverted("a", x, 12, 2);
  x = inverted("b", x, 12, 1);
  x = inverted("c", x, 16, 2);
  x = inverted("d", x, 16, 1);
  x = relu6(norm_conv("last", x, {.filters = 32}));
  return linear("head", mean(x, {2, 3}), {.units = 10});
}

int main(int argc, char **argv) { return classify_pictures("mobilenet", net, argc, argv); }
