// A residual block whose two ways do not meet: other channels, another size; and numbers that fit nowhere.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.predict([](Entry e) {
    Tensor x = e.input("x", f32({1, 7, 11, 13}));
    Tensor wide = batch_norm("bn1", conv2d("conv1", x, {.filters = 8, .kernel = 3, .padding = 1}));
    Tensor small = conv2d("conv2", x, {.filters = 7, .kernel = 3, .stride = 2, .padding = 1});
    relu(wide + x);
    relu(x + small);
    relu(wide + conv2d("conv3", small, {.filters = 1, .kernel = 1}));
    conv2d("k", x, {.filters = 1, .kernel = INT64_MAX});
    conv2d("s", x, {.filters = 1, .kernel = 3, .stride = INT64_MAX});
    conv2d("p", x, {.filters = 1, .kernel = 3, .padding = INT64_MAX});
    conv2d("d", x, {.filters = 1, .kernel = 3, .dilation = INT64_MAX});
    conv2d("f", x, {.filters = INT64_MAX, .kernel = 3});
    conv2d("g", x, {.filters = 7, .kernel = 1, .groups = INT64_MAX});
    conv2d("m", x, {.filters = 1, .kernel = INT64_MIN, .stride = INT64_MIN, .padding = INT64_MIN});
    max_pool2d(x, {.window = INT64_MAX});
    max_pool2d(x, {.window = 2, .stride = INT64_MAX});
    max_pool2d(x, {.window = INT64_MAX, .padding = INT64_MAX / 2});
    max_pool2d(x, {.window = INT64_MIN, .stride = INT64_MIN, .padding = INT64_MIN});
    avg_pool2d(x, {.window = 3, .stride = INT64_MAX, .padding = 1, .ceil = true});
    avg_pool2d(x, {.window = 3, .padding = INT64_MAX});
    adaptive_avg_pool2d(x, INT64_MAX);
    e.output("fine", relu(small + conv2d("conv4", x, {.filters = 7, .kernel = 1, .stride = 2})));
  });
  return model.write();
}
