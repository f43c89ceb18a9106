// Mistakes of layer, group, instance and RMS norm.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.predict([](Entry e) {
    Tensor x = e.input("x", f32({4, 6}));
    Tensor s = e.input("s", f32());
    Tensor images = e.input("images", f32({2, 6, 3, 3}));
    Tensor points = e.input("points", f32({2, 6, 1}));
    Tensor none = e.input("none", f32({4, 0}));
    layer_norm("l1", s);
    layer_norm("l2", x, {.axes = 3});
    layer_norm("l3", x, {.axes = 0});
    layer_norm("l4", none);
    layer_norm("l5", cast(x, i32));
    layer_norm("l6", x, {.eps = -1});
    layer_norm("l 7", x);
    layer_norm("l8", x);
    layer_norm("l8", x);
    layer_norm(shared("l8"), images);
    rms_norm("r1", s);
    rms_norm("r2", x, {.axes = 3});
    group_norm("g1", images, {.groups = 4});
    group_norm("g2", images, {.groups = 0});
    group_norm("g3", none, {.groups = 1});
    group_norm("g4", reshape(x, {24}), {.groups = 2});
    instance_norm("i1", x);
    instance_norm("i2", points);
    batch_norm("b1", reshape(x, {24}));
    e.output("fine", instance_norm("i3", images, {.affine = true}));
  });
  return model.write();
}
