// Mistakes of statistics over axes.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.predict([](Entry e) {
    Tensor x = e.input("x", f32({4, 10}));
    Tensor i = e.input("i", i32({4}));
    Tensor none = e.input("none", f32({4, 0}));
    Tensor one = e.input("one", f32({4, 1}));
    var(i);
    var(one, 1);
    var(x, 2);
    stddev(one, 1, false, 3);
    norm(none, 2, 1);
    norm(x, __builtin_nan(""));
    norm(x, 2, {0, 0});
    logsumexp(i);
    logsumexp(none, 1);
    normalize(x, {.axis = 5});
    argmin(x, 2);
    argmin(x > 0);
    e.output("fine", stddev(one, 1, false, 0));
  });
  return model.write();
}
