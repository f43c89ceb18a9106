// A linear model of a table: --set features=N; --set wrong=1 predicts from the target, 2 two
// numbers a row.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("wine", argc, argv);
  int64_t features = model.option("features", 10), wrong = model.option("wrong", 0);
  auto net = [&](Tensor x) { return linear("fc", x, {.units = 1}); };
  model.data(table("wine", {.target = "price", .id = "nr", .features = features, .batch = 8}));
  model.train([&](Step s) {
    Tensor error = net(s.input("features")) - s.input("target");
    Tensor loss = mean(error * error);
    s.minimize(loss, adam({.lr = 0.01}));
    s.metric("rmse", loss, {.finish = Finish::sqrt});
  });
  model.predict([&](Entry e) {
    Tensor x = e.input("features", f32({e.batch(), features})), price = net(x);
    if (wrong == 1)
      price = price + e.input("target", f32({e.batch(), 1}));
    e.output("price", wrong == 2 ? concat({price, price}, 1) : price);
  });
  return model.write();
}
