// Every mistake of convolutions.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.predict([](Entry e) {
    Tensor x = e.input("x", f32({2, 6, 5, 7}));
    Tensor w = e.input("w", f32({4, 6, 3, 3}));
    Tensor half = e.input("half", f32({4, 3, 3, 3}));
    Tensor i = e.input("i", i32({2, 6, 5, 7}));
    Tensor d = e.input("d", f64({4, 6, 3, 3}));
    Tensor m = e.input("m", f32({2, 6}));
    Tensor image = e.input("image", f32({2, 5, 7}));
    conv2d("c1", x, {.filters = 4, .kernel = 6});
    conv2d("c2", x, {.filters = 4, .kernel = {3, 10}, .padding = 1});
    conv2d("c3", x, {.filters = 4, .kernel = 3, .dilation = 3});
    conv2d("c4", x, {.filters = 4, .kernel = 0});
    conv2d("c5", x, {.filters = 4, .kernel = 3, .stride = 0});
    conv2d("c6", x, {.filters = 4, .kernel = 3, .stride = {1, -2}});
    conv2d("c7", x, {.filters = 4, .kernel = 3, .padding = -1});
    conv2d("c8", x, {.filters = 4, .kernel = 3, .dilation = 0});
    conv2d("c9", x, {.filters = 4, .kernel = 3, .stride = 2, .padding = same});
    conv2d("g1", x, {.filters = 4, .kernel = 3, .groups = 4});
    conv2d("g2", x, {.filters = 4, .kernel = 3, .groups = 3});
    conv2d("g3", x, {.filters = 4, .kernel = 3, .groups = 0});
    conv2d("r1", m, {.filters = 4, .kernel = 1});
    conv2d("t1", i, {.filters = 4, .kernel = 1});
    conv2d("o1", x, {});
    conv2d("o 2", x, {.filters = 4});
    conv2d(x, half);
    conv2d(x, d);
    conv2d(image, w);
    conv2d(x, m);
    conv2d(x, w, {.stride = 0});
    e.output("fine", conv2d("fine", x, {.filters = 4, .kernel = 3, .padding = same, .groups = 2}));
  });
  return model.write();
}
