// Mistakes of what rearranges elements and of known numbers.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.predict([](Entry e) {
    Tensor x = e.input("x", f32({4, 5}));
    Tensor y = e.input("y", f32({4, 6}));
    Tensor i = e.input("i", i32({4, 5}));
    Tensor v = e.input("v", f32({4}));
    pad(x, {0, 5}, {0, 0}, {.mode = PadMode::reflect});
    pad(x, {0, 6}, {0, 0}, {.mode = PadMode::circular});
    pad(x, {0, -1}, {0, 0}, {.mode = PadMode::replicate});
    pad(x, {1}, {1}, {.mode = PadMode::reflect});
    flip(x, {2});
    flip(x, {0, 0});
    roll(x, 1, 2);
    roll(x, {1, 2}, {0});
    stack({x, y});
    stack({x, i});
    stack({x, x}, 3);
    stack({});
    split(x, 0);
    split(x, 2, 2);
    split(x, {1, 2});
    split(x, {5, -1});
    chunk(x, 0);
    chunk(x, 2, 2);
    squeeze(x, 2);
    unsqueeze(x, 3);
    tril(v);
    triu(v);
    arange(0, 5, 0);
    arange(5, 0);
    linspace(0, 1, 0);
    linspace(0, __builtin_inf(), 3);
    eye(-1);
    one_hot(x, 3);
    one_hot(i, 0);
    auto [a, b] = std::pair{split(x, {3, 2}, 1)[0], chunk(x, 2, 1)[1]};
    e.output("fine", a + pad(b, {0, 0}, {0, 1}, {.mode = PadMode::circular}));
  });
  return model.write();
}
