// The fourth example has one number too few.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("wrong", argc, argv);
  auto make = [](Draw &draw) -> Example {
    return {std::vector<double>(draw.example() == 3 ? 1 : 2, 0.5), {1}};
  };
  model.data(arrays({{"x", f32({2})}, {"y", f32({1})}}, {.batch = 10, .synthetic = make}));
  model.train([](Step s) {
    s.minimize(mse(linear("fc", s.input("x"), {.units = 1}), s.input("y")), sgd());
  });
  return model.write();
}
