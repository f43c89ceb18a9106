// What the small nets of pictures share: a convolution with its batch norm, and training as a
// classifier of ten classes. Their PyTorch twins are in goldens/precision.py.
#pragma once
#include <sinter/sinter.h>

inline sinter::Tensor norm_conv(const std::string &name, sinter::Tensor x, sinter::Conv2d options) {
  options.bias = false;
  return batch_norm(name + "_norm", conv2d(name, x, options));
}

/// The model `name`, whose logits f32[N,10] `net` makes of images f32[N,3,16,16].
inline int classify_pictures(const char *name, sinter::Tensor (*net)(sinter::Tensor), int argc,
                             char **argv) {
  sinter::Model model(name, argc, argv);
  model.data(sinter::images("pictures",
                            {.batch = 8, .classes = 10, .channels = 3, .height = 16, .width = 16}));
  model.train([&](sinter::Step s) {
    sinter::Tensor logits = net(s.input("image"));
    sinter::Tensor loss = mean(softmax_cross_entropy(logits, s.input("label")));
    s.minimize(loss, sinter::sgd({.lr = 0.05}));
  });
  return model.write();
}
