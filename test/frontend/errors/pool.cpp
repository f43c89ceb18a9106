// Every mistake of pooling and resizing.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.predict([](Entry e) {
    Tensor x = e.input("x", f32({2, 6, 5, 7}));
    Tensor i = e.input("i", i32({2, 6, 5, 7}));
    Tensor m = e.input("m", f32({2, 6}));
    Tensor empty = e.input("empty", f32({2, 6, 0, 7}));
    max_pool2d(x, {.window = 0});
    max_pool2d(x, {.window = {2, -1}});
    avg_pool2d(x, {.window = 6});
    avg_pool2d(e.input("row", f32({2, 6, 1, 7})), {.window = {2, 1}});
    max_pool2d(x, {.window = 7, .stride = 2, .ceil = true});
    max_pool2d(x, {.window = {3, 12}, .padding = {1, 2}});
    max_pool2d(x, {.window = 2, .stride = -1});
    max_pool2d(x, {.window = 2, .padding = -1});
    avg_pool2d(x, {.window = 3, .padding = 2});
    max_pool2d(m);
    max_pool2d(i);
    avg_pool2d(i);
    max_pool2d(empty);
    global_avg_pool2d(m);
    global_avg_pool2d(empty);
    adaptive_avg_pool2d(x, 0);
    adaptive_avg_pool2d(x, {3, -2});
    adaptive_avg_pool2d(m, 1);
    resize_bilinear(x, {0, 4});
    resize_bilinear(x, {4, 70000});
    resize_bilinear(empty, 4);
    resize_bilinear(i, 4);
    e.output("fine", max_pool2d(x, {.window = 3, .stride = 2, .padding = 1, .ceil = true}));
  });
  return model.write();
}
