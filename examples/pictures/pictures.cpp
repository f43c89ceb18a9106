// A small convolutional net on a folder of pictures a class, PNG or JPEG files of any size.
// sinter build pictures.cpp --set classes=2 -o pictures && ./pictures --data DIR
#include <sinter/sinter.h>
using namespace sinter;

Tensor net(Tensor x, int64_t classes) { // f32[N,3,64,64] in [0,1]
  for (int64_t stage = 1; stage <= 3; ++stage) {
    Scope scope("stage" + std::to_string(stage));
    x = conv2d("conv", x, {.filters = 8 << stage, .kernel = 3, .padding = 1, .bias = false});
    x = max_pool2d(relu(batch_norm("bn", x)), {.window = 2});
  }
  return linear("fc", mean(x, {2, 3}), {.units = classes}); // logits f32[N,classes]
}

int main(int argc, char **argv) {
  Model model("pictures", argc, argv);
  int64_t classes = model.option("classes", 10), size = model.option("size", 64);
  model.data(image_folder("pictures",
                          {.classes = classes, .height = size, .width = size, .fit = Fit::crop}));
  model.train(
      [&](Step s) {
        Tensor logits = net(random_flip("flip", s.input("image")), classes);
        s.minimize(mean(softmax_cross_entropy(logits, s.input("label"))),
                   sgd({.lr = 0.05, .momentum = 0.9}));
        s.metric("accuracy", confusion_matrix(logits, s.input("label")));
      },
      {.epochs = 5});
  model.predict([&](Entry e) {
    e.output("logits", net(e.input("image", f32({e.batch(), 3, size, size})), classes));
  });
  return model.write();
}
