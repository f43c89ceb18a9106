// A column of each row of a parameter, by the ids of the data. `columns` below 1000 are too few for the data.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("gather", argc, argv);
  int64_t columns = model.option("columns", 1000);
  model.data(
      {.name = "bags",
       .fields = {{"ids", i32({8}), Decode::Class, 1000}, {"label", i32(), Decode::Class, 10}},
       .batch = 32});
  model.train([&](Step s) {
    Tensor table = parameter("table", f32({32, columns}), normal());
    Tensor picked = gather(table, s.input("ids"), 1);
    Tensor logits = linear("head", picked, {.units = 10});
    s.minimize(mean(softmax_cross_entropy(logits, s.input("label"))), sgd({.lr = 1}));
  });
  return model.write();
}
