// NiN, network in network, on Fashion-MNIST, enlarged to 224x224: 1x1 convolutions behind each
// large one, and a mean over each of ten last channels instead of linear layers. sinter build
// nin.cpp -o nin && ./nin --data DIR
#include <sinter/sinter.h>
using namespace sinter;

struct Sizes {
  int64_t size, width;
  bool dropout;
};

Tensor block(const std::string &name, Tensor x, Conv2d first) {
  Scope scope(name);
  first.weight = xavier_uniform();
  first.bias_init = zeros();
  Conv2d pointwise{.filters = first.filters, .weight = first.weight, .bias_init = first.bias_init};
  x = relu(conv2d("conv1", x, first));
  x = relu(conv2d("conv2", x, pointwise));
  return relu(conv2d("conv3", x, pointwise));
}

Tensor nin(Tensor x, const Sizes &sizes) { // f32[N,1,224,224]
  const Pool2d halve{.window = 3, .stride = 2};
  int64_t w = sizes.width;
  x = max_pool2d(block("block1", x, {.filters = 96 / w, .kernel = 11, .stride = 4}), halve);
  x = max_pool2d(block("block2", x, {.filters = 256 / w, .kernel = 5, .padding = 2}), halve);
  x = max_pool2d(block("block3", x, {.filters = 384 / w, .kernel = 3, .padding = 1}), halve);
  if (sizes.dropout)
    x = dropout("dropout", x); // f32[N,384,5,5]
  x = block("block4", x, {.filters = 10, .kernel = 3, .padding = 1});
  return mean(x, {2, 3}); // logits f32[N,10]
}

int main(int argc, char **argv) {
  Model model("nin", argc, argv);
  Sizes sizes = {model.option("size", 224), std::max<int64_t>(1, model.option("width", 1)),
                 model.option("dropout", true)};
  model.data(images("fashion-mnist", {.batch = 128}));
  model.train([&](Step s) {
    Tensor image = resize_bilinear(s.input("image"), {sizes.size, sizes.size});
    Tensor logits = nin(image, sizes);
    Tensor loss = mean(softmax_cross_entropy(logits, s.input("label")));
    s.minimize(loss, sgd({.lr = 0.1}));
    s.metric("accuracy", accuracy(logits, s.input("label")));
  });
  model.predict([&](Entry e) {
    Tensor image = e.input("image", f32({e.batch(), 1, sizes.size, sizes.size}));
    e.output("logits", nin(image, sizes));
  });
  return model.write();
}
