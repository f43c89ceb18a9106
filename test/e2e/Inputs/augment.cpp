// Pictures whose pixels tell where a window was cut from and whether it was mirrored; metrics count.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("augment", argc, argv);
  model.data(arrays({{"x", f32({3, 12, 12})}}, {.batch = 64, .train = 640, .synthetic = [](Draw &) {
                       std::vector<double> ramp;
                       for (int i = 0; i < 3 * 144; ++i)
                         ramp.push_back(i % 144 / 288.0);
                       return Example{ramp};
                     }}));
  model.train([](Step s) {
    Tensor x = s.input("x");
    int64_t n = s.batch();
    auto corner = [&](const Tensor &y) { return slice(y, {0, 0, 0, 0}, {n, 1, 1, 1}); };
    Tensor place = corner(random_crop("crop", x, {.size = 8})) * 288;
    for (int row = 0; row < 5; ++row)
      for (int column = 0; column < 5; ++column)
        s.metric("place" + std::to_string(row * 5 + column),
                 mean(cast(abs(place - (row * 12 + column)) < 0.5, f32)));
    s.metric("flipped", mean(cast(corner(random_flip("flip", x, {.p = 0.3})) > 0.01, f32)));
    Tensor half = full(f32({n, 3, 2, 2}), 0.5);
    Tensor factor = corner(color_jitter("jitter", half, {.brightness = 0.6})) * 2;
    s.metric("factor", mean(factor));
    s.metric("square", mean(factor * factor));
    Tensor p = parameter("p", f32({}));
    s.minimize(p * p + mean(x) * 0, sgd());
  });
  return model.write();
}
