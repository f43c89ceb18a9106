// Mistakes of losses with margins, of weights and of checked indices.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.predict([](Entry e) {
    Tensor f = e.input("f", f32({4, 3}));
    Tensor v = e.input("v", f32({4}));
    Tensor at = e.input("at", i32({4}));
    mse(f, f, {.weight = v});
    l1(f, f, {.weight = e.input("w", f64({4, 3}))});
    margin_ranking(f, f, v);
    margin_ranking(f, f, f, {.reduction = Reduction::batchmean});
    soft_margin(f, f, {.weight = f});
    multi_margin(f, v);
    multi_margin(f, e.input("few", i32({3})));
    multi_margin(f, at, {.p = 3});
    multi_margin(f, at, {.weight = v});
    multilabel_soft_margin(sum(f), sum(f));
    Tensor steps = e.input("steps", f32({5, 4, 3})), targets = e.input("targets", i32({4, 2}));
    ctc(f, targets, at, at);
    ctc(steps, targets, at, at, {.blank = 3});
    ctc(steps, at, at, at);
    ctc(steps, targets, v, at);
    ctc(steps, targets, at, e.input("lengths", i32({3})));
    checked_index(f, 3);
    checked_index(at, 0);
    e.output("fine", multi_margin(f, at));
  });
  return model.write();
}
