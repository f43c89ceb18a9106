// Ids and their places, each a row of a table: mean of the sums, one linear layer. `rows` below 1000 are
// too few for the data. The entry `fixed` reads the row `at` of a table whatever its input is.
#include <sinter/sinter.h>
using namespace sinter;

static Tensor net(Tensor ids, int64_t rows) {
  Tensor h = embedding("emb", ids, {.count = rows, .features = 64}); // f32[N,8,64]
  h = h + embedding("places", iota(i32({8})), {.count = 8, .features = 64});
  return linear("head", mean(h, 1), {.units = 10});
}

int main(int argc, char **argv) {
  Model model("embedding", argc, argv);
  int64_t rows = model.option("rows", 1000), at = model.option("at", 2);
  model.data(
      {.name = "bags",
       .fields = {{"ids", i32({8}), Decode::Class, 1000}, {"label", i32(), Decode::Class, 10}},
       .batch = 32});
  model.train([&](Step s) {
    Tensor logits = net(s.input("ids"), rows);
    s.minimize(mean(softmax_cross_entropy(logits, s.input("label"))), sgd({.lr = 2}));
    s.metric("accuracy", accuracy(logits, s.input("label")));
  });
  model.predict(
      [&](Entry e) { e.output("logits", net(e.input("ids", i32({e.batch(), 8})), rows)); });
  model.entry("fixed", [&](Entry e) {
    Tensor row = embedding("places", full(i32({1}), at), {.count = 8, .features = 64});
    e.output("y", e.input("x", f32({64})) + row);
  });
  return model.write();
}
