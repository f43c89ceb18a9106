// train.cc - lenet trained by a loop of one's own, in C++: the training step is a function of the library.
// usage: train WEIGHTS   writes them; then two threads share them to predict
// build: sinter build lenet.cpp --kind static-lib -o liblenet.a && c++ train.cc liblenet.a -lpthread -o train
#include "lenet.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <thread>
#include <vector>

constexpr int kBatch = 256, kPixels = 28 * 28; // as lenet.h says of lenet_train_step

static void check(sinter_status status) {
  if (status.code == 0)
    return;
  std::fprintf(stderr, "error: %s\n", status.message);
  std::exit(1);
}

/// Ten classes that are easy to draw: a bright bar at one of ten heights, on noise.
struct Bars {
  std::vector<float> image = std::vector<float>(kBatch * kPixels); // f32[256,1,28,28]
  std::vector<int32_t> label = std::vector<int32_t>(kBatch);       // i32[256]
  std::mt19937 random;
  explicit Bars(unsigned seed) : random(seed) {}

  void draw() {
    for (int i = 0; i < kBatch; ++i) {
      label[i] = random() % 10;
      int top = 3 + 2 * label[i] + random() % 2;
      for (int p = 0; p < kPixels; ++p)
        image[i * kPixels + p] = (p / 28 == top ? 0.7f : 0.0f) + random() % 256 / 850.0f;
    }
  }
};

static int right(const Bars &bars, const std::vector<float> &logits) {
  int count = 0;
  for (int i = 0; i < kBatch; ++i) {
    const float *row = &logits[i * 10];
    count += std::max_element(row, row + 10) - row == bars.label[i];
  }
  return count;
}

int main(int argc, char **argv) {
  lenet_t *model;
  check(lenet_open(nullptr, &model)); // a model with a training step starts with fresh weights
  check(lenet_set(model, "lr", 0.02));
  Bars bars(1);
  lenet_metrics metrics;
  for (int step = 0; step < 60; ++step) {
    if (step % 20 == 0)
      check(lenet_reset_metrics(model));
    bars.draw();
    check(lenet_train_step(model, bars.image.data(), bars.label.data(), &metrics));
    if (step % 20 == 19)
      std::printf("step %d  loss %.4f  accuracy %.4f\n", step + 1, metrics.step_loss, metrics.accuracy);
  }
  if (argc > 1)
    check(lenet_save(model, argv[1]));

  // Two handles on the same weights, each with memory and a thread of its own.
  lenet_t *other;
  check(lenet_open_shared(model, &other));
  int counts[2];
  auto predict = [&](lenet_t *handle, int which) {
    Bars mine(2 + which);
    mine.draw();
    std::vector<float> logits(kBatch * 10);
    check(lenet_predict_n(handle, kBatch, mine.image.data(), logits.data()));
    counts[which] = right(mine, logits);
  };
  std::thread thread(predict, other, 1);
  predict(model, 0);
  thread.join();
  std::printf("right: %d and %d of 256\n", counts[0], counts[1]);
  lenet_close(other);
  lenet_close(model);
  return counts[0] > 250 && counts[1] > 250 ? 0 : 1;
}
