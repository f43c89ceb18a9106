// One table, read twice: as it is and reshaped.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("constants", argc, argv);
  std::vector<double> values(4096);
  for (size_t i = 0; i < values.size(); ++i)
    values[i] = 0.5 + static_cast<double>(i);
  model.predict([&](Entry e) {
    Tensor x = e.input("x", f32({e.batch(), 4096}));
    e.output("y", x * constant(f32({4096}), values));
    Tensor image = e.input("image", f32({e.batch(), 64, 64}));
    e.output("z", exp(image) + constant(f32({64, 64}), values));
    e.output("w", matmul(x, constant(f32({4096, 1}), values)));
  });
  return model.write();
}
