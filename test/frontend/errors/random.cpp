// Every mistake of random numbers and dropout.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.predict([](Entry e) {
    Tensor x = e.input("x", f32({4}));
    Tensor i = e.input("i", i32({4}));
    random_uniform("a", f32({4}));
    random_uniform("a", f32({4}));
    random_uniform("b", i32({4}));
    random_uniform("c", f32({-4}));
    random_uniform("", f32({4}));
    dropout("d", x, {.p = 1});
    dropout("d", x, {.p = -0.5});
    dropout("d", i);
    e.output("fine", dropout("d", x));
  });
  return model.write();
}
