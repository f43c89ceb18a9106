// Mistakes of random changes of pictures.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.predict([](Entry e) {
    Tensor x = e.input("x", f32({4, 3, 8, 8}));
    Tensor v = e.input("v", f32({4, 8}));
    Tensor g = e.input("g", f32({4, 1, 8, 8}));
    random_flip("a", v);
    random_flip("b", x, {.p = 1.5});
    random_flip("c", x, {.axis = 4});
    random_crop("d", x, {.size = 9});
    random_crop("e", x, {.size = {0, 3}});
    random_crop("f", x, {.padding = -1});
    random_crop("g", cast(x, i32), {.padding = 1});
    color_jitter("h", g, {.brightness = 0.1});
    color_jitter("i", x, {.contrast = -0.1});
    normalize_channels(x, {.mean = {0.5}, .std = {0.2, 0.2}});
    normalize_channels(x, {.mean = {0.5}, .std = {0}});
    e.output("x", x);
  });
  return model.write();
}
