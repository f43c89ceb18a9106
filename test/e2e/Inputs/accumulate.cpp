// A net whose batch is worked off in `parts`; --set norm=1: with batch norm, whose statistics are a part's.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("accumulate", argc, argv);
  int64_t parts = model.option("parts", 1);
  bool norm = model.option("norm", false);
  model.data(images("mnist", {.batch = 96}));
  model.train([&](Step s) {
    ema("ema", {.decay = 0.9});
    Tensor image = s.input("image"), label = s.input("label");
    Tensor x = conv2d("conv", image, {.filters = 16, .kernel = 5, .padding = 2});
    x = max_pool2d(relu(norm ? batch_norm("bn", x) : x), {.window = 2});
    Tensor logits = linear("fc", flatten(x), {.units = 10});
    Tensor loss = mean(softmax_cross_entropy(logits, label));
    s.output("logits", logits);
    s.metric("accuracy", accuracy(logits, label));
    s.metric("confusion", confusion_matrix(logits, label));
    s.metric("perplexity", loss, {.finish = Finish::exp});
    s.minimize(loss, adamw({.lr = cosine(0.01, {.t_max = 100}), .clip_norm = 0.5}).group("fc", {.weight_decay = 0.1}),
               {.accumulate = parts});
  }, {.eval_batches = {24}}); // which would else be what needs most memory
  return model.write();
}
