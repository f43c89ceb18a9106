// Trains lenet-bn for a few steps on noise, from outside of Sinter's tree, and predicts with it.
#include <lenet_bn.h>

#include <cstdio>
#include <cstdlib>
#include <vector>

static void check(sinter_status status) {
  if (status.code)
    std::fprintf(stderr, "%s\n", status.message), std::exit(1);
}

int main() {
  std::vector<float> image(16 * 784), logits(10);
  std::vector<int32_t> label(16);
  for (size_t i = 0; i < image.size(); ++i)
    image[i] = static_cast<float>(i * 37 % 101) / 101;
  for (size_t i = 0; i < label.size(); ++i)
    label[i] = static_cast<int32_t>(i % 10);
  lenet_bn_t *model;
  lenet_bn_metrics metrics;
  check(lenet_bn_open(nullptr, &model));
  double first = 0;
  for (int step = 0; step < 8; ++step) {
    check(lenet_bn_train_step(model, image.data(), label.data(), &metrics));
    first = step ? first : metrics.step_loss;
  }
  check(lenet_bn_predict(model, image.data(), logits.data()));
  lenet_bn_close(model);
  std::printf("loss %.3f, then %.3f\n", first, metrics.step_loss);
  return metrics.step_loss < first ? 0 : 1;
}
