// Images as large as ImageNet's, and as many classes.
#include <sinter/sinter.h>
using namespace sinter;
int main(int argc, char **argv) {
  Model model("large", argc, argv);
  model.data(images("imagenet",
                    {.batch = 8, .classes = 1000, .channels = 3, .height = 224, .width = 224}));
  model.train([](Step s) {
    Tensor x = avg_pool2d(s.input("image"), {.window = 16, .stride = 16});
    Tensor y = linear("fc", flatten(x), {.units = 1000});
    s.minimize(mean(softmax_cross_entropy(y, s.input("label"))), sgd({.lr = 0.01}));
  });
  return model.write();
}
