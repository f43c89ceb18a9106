// AlexNet on Fashion-MNIST, enlarged to 224x224: five convolutions, three poolings, two hidden
// layers with dropout. sinter build alexnet.cpp -o alexnet && ./alexnet --data DIR
#include <sinter/sinter.h>
using namespace sinter;

struct Sizes {
  int64_t size, width;
  bool dropout;
};

Tensor conv(const std::string &name, Tensor x, Conv2d options) {
  options.weight = xavier_uniform();
  options.bias_init = zeros();
  return relu(conv2d(name, x, options));
}

Tensor hidden(const std::string &name, Tensor x, const Sizes &sizes) {
  int64_t units = 4096 / sizes.width;
  x = relu(linear(name, x, {.units = units, .weight = xavier_uniform(), .bias_init = zeros()}));
  return sizes.dropout ? dropout(name + "_dropout", x) : x;
}

Tensor alexnet(Tensor x, const Sizes &sizes) { // f32[N,1,224,224]
  const Pool2d halve{.window = 3, .stride = 2};
  int64_t w = sizes.width;
  x = conv("conv1", x, {.filters = 96 / w, .kernel = 11, .stride = 4, .padding = 1});
  x = max_pool2d(x, halve); // f32[N,96,26,26]
  x = conv("conv2", x, {.filters = 256 / w, .kernel = 5, .padding = 2});
  x = max_pool2d(x, halve); // f32[N,256,12,12]
  x = conv("conv3", x, {.filters = 384 / w, .kernel = 3, .padding = 1});
  x = conv("conv4", x, {.filters = 384 / w, .kernel = 3, .padding = 1});
  x = conv("conv5", x, {.filters = 256 / w, .kernel = 3, .padding = 1});
  x = flatten(max_pool2d(x, halve)); // f32[N,6400]
  x = hidden("fc2", hidden("fc1", x, sizes), sizes);
  return linear("fc3", x, {.units = 10, .weight = xavier_uniform(), .bias_init = zeros()});
}

int main(int argc, char **argv) {
  Model model("alexnet", argc, argv);
  Sizes sizes = {model.option("size", 224), std::max<int64_t>(1, model.option("width", 1)),
                 model.option("dropout", true)};
  model.data(images("fashion-mnist", {.batch = 128}));
  model.train([&](Step s) {
    Tensor image = resize_bilinear(s.input("image"), {sizes.size, sizes.size});
    Tensor logits = alexnet(image, sizes);
    Tensor loss = mean(softmax_cross_entropy(logits, s.input("label")));
    s.minimize(loss, sgd({.lr = 0.01}));
    s.metric("accuracy", accuracy(logits, s.input("label")));
  });
  model.predict([&](Entry e) {
    Tensor image = e.input("image", f32({e.batch(), 1, sizes.size, sizes.size}));
    e.output("logits", alexnet(image, sizes));
  });
  return model.write();
}
