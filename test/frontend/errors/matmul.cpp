// Every mistake of matrix products and of linear.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.predict([](Entry e) {
    Tensor a = e.input("a", f32({2, 3}));
    Tensor v = e.input("v", f32({3}));
    Tensor i = e.input("i", i32({3, 2}));
    Tensor d = e.input("d", f64({3, 2}));
    Tensor stack = e.input("stack", f32({5, 2, 3}));
    Tensor other = e.input("other", f32({4, 3, 2}));
    Tensor none = e.input("none", f32({4, 0}));
    Tensor s = e.input("s", f32());
    matmul(a, a);
    matmul(a, a, {.transpose_a = true, .transpose_b = true});
    matmul(a, v);
    matmul(v, a);
    matmul(a, i);
    matmul(a, d);
    matmul(stack, other);
    linear("fc1", stack, {.units = 4});
    linear("fc2", v, {.units = 4});
    linear("fc0", e.input("images", f32({4, 3, 2, 2})), {.units = 4});
    linear("fc3", i, {.units = 4});
    linear("fc4", none, {.units = 4});
    linear("fc5", a, {});
    linear("fc6", a, {.units = -4});
    linear("fc7", a, {.units = 4, .axis = 1});
    linear("fc8", s, {.units = 4, .axis = -1});
    linear("fc 9", a, {.units = 4});
    e.output("fine", linear("fc", stack, {.units = 4, .axis = -1}));
  });
  return model.write();
}
