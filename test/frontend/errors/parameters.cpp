// Every mistake of parameters, state variables, initialisers, scopes and hyper-parameters.
#include <sinter/sinter.h>
#include <cmath>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.predict([](Entry e) {
    Tensor x = e.input("x", f32({2, 3}));
    e.output("x", linear("fc", x, {.units = 3}));
    linear("fc", x, {.units = 3});
    linear(shared("fc"), x, {.units = 3});
    linear("fc", x, {.units = 4});
    parameter("w w", f32({2}));
    parameter(".w", f32({2}));
    parameter("i", i32({2}));
    parameter("big", f32({1LL << 62, 4}));
    parameter("n", f32({2}), normal(0, -1));
    parameter("u", f32({2}), uniform(1, -1));
    parameter("inf", f32({2}), constant_init(INFINITY));
    parameter("xavier", f32({2}), xavier_uniform());
    parameter("kaiming", f32({0, 2}), kaiming_normal());
    state("fc.weight", f32({3, 3}));
    hyperparameter("epochs", 1);
    Scope bad("a/b");
    State s = state("count", i64());
    s.assign(x);
    s.assign(s.value() + 1);
    State never;
    never.assign(x);
    never + x;
    hyperparameter("bad name", 1);
    hyperparameter("nan", NAN);
    hyperparameter("twice", 1);
    hyperparameter("twice", 2);
    hyperparameter("count", 2);
    parameter("twice", f32({2}));
  });
  return model.write();
}
