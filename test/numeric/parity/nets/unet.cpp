// unet: an encoder and a decoder with bilinear enlargement, joined by concatenation, and a loss for
// every pixel whose classes follow from the picture. Its PyTorch twin is in goldens/nets.py.
#include <sinter/sinter.h>
using namespace sinter;

static Tensor stage(const std::string &name, Tensor x, int64_t filters) {
  Tensor y = conv2d(name, x, {.filters = filters, .kernel = 3, .padding = same});
  return relu(batch_norm(name + "_norm", y));
}

static Tensor joined(Tensor skip, Tensor x) {
  return concat({skip, resize_bilinear(x, {skip.shape()[2], skip.shape()[3]})}, 1);
}

static Tensor net(Tensor x) { // f32[N,3,21,15] → f32[N,4,21,15]
  Tensor a = stage("down1", x, 6);
  Tensor b = stage("down2", max_pool2d(a), 9);
  Tensor c = stage("middle", max_pool2d(b), 12);
  b = stage("up2", joined(b, c), 9);
  a = stage("up1", joined(a, b), 6);
  return conv2d("classes", a, {.filters = 4});
}

int main(int argc, char **argv) {
  Model model("unet", argc, argv);
  model.data(
      images("pictures", {.batch = 2, .classes = 10, .channels = 3, .height = 21, .width = 15}));
  model.train([](Step s) {
    Tensor x = s.input("image");
    Tensor target = cast(min(mean(x, 1) * 5.0, 3.0), i32);
    Tensor logits = transpose(net(x), {0, 2, 3, 1});
    s.minimize(mean(softmax_cross_entropy(logits, target)), sgd({.lr = 0.05, .momentum = 0.9}));
  });
  model.predict(
      [](Entry e) { e.output("logits", net(e.input("image", f32({e.batch(), 3, 21, 15})))); });
  return model.write();
}
