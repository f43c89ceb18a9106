// Mistakes of convolutions along one axis, over volumes and transposed, and of unfold and fold.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.predict([](Entry e) {
    Tensor signals = e.input("signals", f32({2, 4, 9}));
    Tensor images = e.input("images", f32({2, 4, 5, 6}));
    Tensor volumes = e.input("volumes", f32({2, 4, 3, 5, 6}));
    conv1d("c1", images, {.filters = 3});
    conv1d("c2", signals, {.filters = 0});
    conv1d("c3", signals, {.filters = 3, .kernel = 10});
    conv1d("c4", signals, {.filters = 3, .groups = 2});
    conv1d("c5", signals, {.filters = 3, .kernel = 0});
    conv1d("c6", signals, {.filters = 3, .kernel = 3, .stride = 2, .padding = same});
    conv1d("c 7", signals, {.filters = 3});
    conv1d("c8", cast(signals, i32), {.filters = 3});
    conv1d(signals, images);
    conv3d("d1", images, {.filters = 3});
    conv3d("d2", volumes, {.filters = 3, .kernel = {4, 1, 1}});
    conv3d("d3", volumes, {.filters = 3, .kernel = {1, 6, 1}});
    conv3d(volumes, images);
    conv_transpose2d("t1", signals, {.filters = 3});
    conv_transpose2d("t2", images, {.filters = 3, .stride = 0});
    conv_transpose2d("t3", images, {.filters = 3, .stride = 2, .output_padding = 2});
    conv_transpose2d("t4", images, {.filters = 3, .padding = 9});
    conv_transpose2d("t5", images, {.filters = 4, .groups = 3});
    conv_transpose2d(images, reshape(volumes, {5, 144, 1, 1}));
    conv_transpose1d("t6", images, {.filters = 3});
    unfold(signals, {.kernel = 2});
    unfold(images, {.kernel = 7});
    fold(images, 4, {.kernel = 2});
    fold(signals, 4, {.kernel = 3});
    fold(signals, 4, {.kernel = 2, .stride = 0});
    fold(signals, 5, {.kernel = 2});
    max_pool1d(images);
    avg_pool1d(signals, {.window = 10});
    max_pool3d(images);
    avg_pool3d(volumes, {.window = 4});
    adaptive_max_pool2d(images, 0);
    adaptive_max_pool2d(signals, 2);
    resize_nearest(images, {0, 2});
    resize_area(signals, 2);
    e.output("fine", conv_transpose2d("t7", images, {.filters = 3, .kernel = 3, .stride = 2}));
  });
  return model.write();
}
