// VGG-11 on Fashion-MNIST, enlarged to 224x224: blocks of 3x3 convolutions, each ends by halving
// the image. sinter build vgg11.cpp --set width=4 -o vgg11 && ./vgg11 --data DIR
#include <sinter/sinter.h>
using namespace sinter;

struct Sizes {
  int64_t size, width;
  bool dropout;
};

Tensor block(const std::string &name, Tensor x, int64_t convolutions, int64_t filters) {
  for (int64_t i = 1; i <= convolutions; ++i)
    x = relu(conv2d(name + ".conv" + std::to_string(i), x,
                    {.filters = filters,
                     .kernel = 3,
                     .padding = 1,
                     .weight = xavier_uniform(),
                     .bias_init = zeros()}));
  return max_pool2d(x, {.window = 2});
}

Tensor hidden(const std::string &name, Tensor x, const Sizes &sizes) {
  int64_t units = 4096 / sizes.width;
  x = relu(linear(name, x, {.units = units, .weight = xavier_uniform(), .bias_init = zeros()}));
  return sizes.dropout ? dropout(name + "_dropout", x) : x;
}

Tensor vgg11(Tensor x, const Sizes &sizes) { // f32[N,1,224,224]
  int64_t number = 0;
  for (auto [convolutions, filters] : {std::pair(1, 64), {1, 128}, {2, 256}, {2, 512}, {2, 512}})
    x = block("block" + std::to_string(++number), x, convolutions, filters / sizes.width);
  x = flatten(x); // f32[N,512*7*7]
  x = hidden("fc2", hidden("fc1", x, sizes), sizes);
  return linear("fc3", x, {.units = 10, .weight = xavier_uniform(), .bias_init = zeros()});
}

int main(int argc, char **argv) {
  Model model("vgg11", argc, argv);
  Sizes sizes = {model.option("size", 224), std::max<int64_t>(1, model.option("width", 1)),
                 model.option("dropout", true)};
  model.data(images("fashion-mnist", {.batch = 128}));
  model.train([&](Step s) {
    Tensor image = resize_bilinear(s.input("image"), {sizes.size, sizes.size});
    Tensor logits = vgg11(image, sizes);
    Tensor loss = mean(softmax_cross_entropy(logits, s.input("label")));
    s.minimize(loss, sgd({.lr = 0.05}));
    s.metric("accuracy", accuracy(logits, s.input("label")));
  });
  model.predict([&](Entry e) {
    Tensor image = e.input("image", f32({e.batch(), 1, sizes.size, sizes.size}));
    e.output("logits", vgg11(image, sizes));
  });
  return model.write();
}
