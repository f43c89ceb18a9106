// What a house is worth, by 79 columns of a table: a linear model, or with --set mlp=true one with
// a hidden layer. sinter build house-prices.cpp -o house-prices && ./house-prices --fold 1/5
#include <sinter/sinter.h>
using namespace sinter;

static Tensor net(Tensor x, bool mlp) { // f32[N,331]: numbers standardised, categories one-hot
  if (mlp)
    x = relu(linear("hidden", x, {.units = 64}));
  return linear("price", x, {.units = 1}); // f32[N,1]
}

int main(int argc, char **argv) {
  Model model("house-prices", argc, argv);
  bool mlp = model.option("mlp", false);
  model.data(table("house", {.target = "SalePrice", .id = "Id", .features = 331, .batch = 64}));
  model.train(
      [&](Step s) {
        Tensor price = s.input("target"), guess = net(s.input("features"), mlp);
        s.minimize(mse(guess, price), adam({.lr = mlp ? 0.5 : 5}));
        // Prices are judged by their ratio, so by the difference of their logarithms.
        Tensor error = log(clamp_min(guess, 1)) - log(price);
        s.metric("log_rmse", mean(error * error), {.finish = Finish::sqrt});
      },
      {.epochs = 100});
  model.predict(
      [&](Entry e) { e.output("price", net(e.input("features", f32({e.batch(), 331})), mlp)); });
  return model.write();
}
