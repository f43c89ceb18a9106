// Layers whose parameters are there already with other shapes, and results too large for the ops
// inside of an op: what goes on with them says nothing more, and ends.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.predict([](Entry e) {
    Tensor x = e.input("x", f32({2, 4, 8})), images = e.input("images", f32({2, 4, 8, 8}));
    Tensor volumes = e.input("volumes", f32({2, 4, 4, 8, 8}));
    for (const char *name : {"a", "b", "c"}) {
      std::string layer = name;
      parameter(layer + ".bias", f32({3}));
      parameter(layer + "1.in_proj_weight", f32({3}));
      parameter(layer + "2.in_proj_bias", f32({3}));
      parameter(layer + "3.out_proj.bias", f32({3}));
    }
    conv2d("a", images, {.filters = 2});
    conv3d("b", volumes, {.filters = 2});
    conv_transpose2d("c", images, {.filters = 2});
    multi_head_attention("a1", x, x, x, {.heads = 2});
    multi_head_attention("b1", x, x * 2, x, {.heads = 2});
    multi_head_attention("a2", x, x, x, {.heads = 2});
    multi_head_attention("b2", x, x * 2, x, {.heads = 2});
    multi_head_attention("a3", x, x, x, {.heads = 2});
    resize_nearest(full(f32({1 << 16, 1 << 16, 1, 1}), 0), {1 << 16, 1 << 16});
    fold(full(f32({1 << 20, 1 << 10, 1 << 20}), 0), 1023 * 32767 + 1, {.stride = 32767});
    e.output("fine", x);
  });
  return model.write();
}
