// One 3x3 convolution as it stands in the middle of a net: between the poolings its layouts are the
// compiler's choice, and the work of neighbours does not join its kernels. convs.py builds it for
// every shape; convs.cpp runs the kernels of its training step.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("conv3x3", argc, argv);
  int64_t examples = model.option("examples", 64), channels = model.option("channels", 64),
          size = model.option("size", 24), filters = model.option("filters", 64),
          stride = model.option("stride", 1);
  model.train([&](Step s) {
    Tensor x = s.input("image", f32({examples, channels, size, size}));
    x = x * parameter("scale", f32({channels, 1, 1}), normal(1, 0.1)); // so that x has a gradient
    x = avg_pool2d(x, {.window = 3, .stride = 1, .padding = 1});
    x = conv2d("conv", x,
               {.filters = filters, .kernel = 3, .stride = stride, .padding = 1, .bias = false});
    x = max_pool2d(x, {.window = 3, .stride = 1, .padding = 1});
    s.minimize(mean(x * x), sgd({.lr = 0.01}));
  });
  return model.write();
}
