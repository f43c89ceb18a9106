// Arrays of types that no reader gives: each is reported.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.data(arrays({{"x", f64({2})}, {"kind", i32()}, {"y", f32({0})}}));
  model.train([](Step s) { s.minimize(mean(linear("fc", s.input("x"), {.units = 2})), sgd()); });
  return model.write();
}
