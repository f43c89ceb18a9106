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
    random_normal("n1", f32({4}), {.std = -1});
    randn("n2", i32({4}));
    randn("n 3", f32({4}));
    random_bernoulli("b1", f32({4}), 2);
    random_bernoulli("b2", i);
    random_bernoulli("b3", i32({4}));
    categorical("c1", i);
    categorical("c2", x, 1);
    dropout2d("d2", x);
    dropout2d("d2", reshape(x, {1, 2, 2}), {.p = 1});
    e.output("fine", dropout("d", x));
  });
  return model.write();
}
