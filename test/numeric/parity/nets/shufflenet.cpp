// shufflenet: 1x1 filters in groups, channels shuffled between them - ShuffleNet in small.
// Its PyTorch twin is in goldens/precision.py.
#include "pictures.h"
using namespace sinter;

static constexpr int64_t kGroups = 3;

static Tensor shuffle(Tensor x) {
  Shape shape = x.shape();
  int64_t n = shape[0], c = shape[1], h = shape[2], w = shape[3];
  x = transpose(reshape(x, {n, kGroups, c / kGroups, h, w}), {0, 2, 1, 3, 4});
  return reshape(x, {n, c, h, w});
}

static Tensor unit(const std::string &name, Tensor x, int64_t filters, int64_t stride) {
  Scope scope(name);
  int64_t before = x.shape()[1], added = stride == 1 ? filters : filters - before;
  Tensor y = shuffle(relu(norm_conv("a", x, {.filters = 12, .groups = kGroups})));
  y = norm_conv("b", y, {.filters = 12, .kernel = 3, .stride = stride, .padding = 1, .groups = 12});
  y = norm_conv("c", y, {.filters = added, .groups = kGroups});
  if (stride == 1)
    return relu(x + y);
  x = avg_pool2d(x, {.window = 3, .stride = 2, .padding = 1});
  return relu(concat({x, y}, 1));
}

static Tensor net(Tensor x) { // f32[N,3,16,16]
  x = relu(norm_conv("stem", x, {.filters = 12, .kernel = 3, .padding = 1}));
  x = unit("a", x, 24, 2);
  x = unit("b", x, 24, 1);
  x = unit("c", x, 48, 2);
  x = unit("d", x, 48, 1);
  return linear("head", mean(x, {2, 3}), {.units = 10});
}

int main(int argc, char **argv) { return classify_pictures("shufflenet", net, argc, argv); }
