// Every mistake of schedules.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.data(images("mnist", {.batch = 4}));
  model.train([](Step s) {
    Tensor x = linear("encoder", flatten(s.input("image")), {.units = 8});
    Tensor loss = mean(softmax_cross_entropy(linear("head", x, {.units = 10}), s.input("label")));
    Schedule bad = sequence({{5, cosine(0.1, {})}, {3, -1.0}, {3, warmup(-1, Schedule())}});
    s.minimize(loss, lion({.lr = bad})
                         .group("encoder.weight", {.lr = multi_step(0.1, {.milestones = {0, 7, 7}, .gamma = -1})})
                         .group("encoder.bias", {.lr = one_cycle(0.1, {.total_steps = 1, .pct_start = 1.5, .div_factor = 0})})
                         .group("head.weight", {.lr = by_epochs(cyclic(0.1, -1, {.step_size_up = 0, .gamma = 0}))})
                         .group("head.bias", {.lr = sequence({{0, exponential(0.1, {})}, {5, sequence({})}})}));
  });
  return model.write();
}
