// Mistakes of axes, diagonals, repetition and of elements put in the place of others.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.predict([](Entry e) {
    Tensor f = e.input("f", f32({2, 3}));
    Tensor i = e.input("i", i32({2, 3}));
    Tensor v = e.input("v", f32({3}));
    Tensor image = e.input("image", f32({2, 6, 4, 3}));
    movedim(f, 0, 2);
    swapaxes(f, -3, 0);
    unflatten(f, 1, {2, -1});
    narrow(f, 1, 2, 2);
    narrow(f, 1, 0, -1);
    select(f, 0, 2);
    unbind(f, 2);
    expand(f, {2, 4});
    repeat(f, {2});
    tile(f, {-1});
    repeat_interleave(f, -1, 0);
    meshgrid({v, f});
    diagonal(f, 0, 1, 1);
    diag(image);
    trace(v);
    slice_scatter(f, v, {0, 0}, {1, 3});
    slice_scatter(f, v, {0, 0}, {1, 4});
    select_scatter(f, f, 0, 1);
    scatter(i, i, i, 0);
    diff(f, -1);
    pixel_shuffle(image, 2);
    pixel_shuffle(image, 0);
    pixel_unshuffle(image, 2);
    channel_shuffle(image, 4);
    channel_shuffle(v, 3);
    logspace(0, 1, 3, -10);
    e.output("fine", tile(f, {2, 1, 1}));
  });
  return model.write();
}
