// Every mistake of reductions.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.predict([](Entry e) {
    Tensor x = e.input("x", f32({2, 3}));
    Tensor i = e.input("i", i32({2, 3}));
    Tensor s = e.input("s", f32());
    Tensor empty = e.input("empty", f32({0, 3}));
    sum(x, 2);
    sum(x, {0, -2});
    sum(s, 0);
    sum(x > 0);
    mean(i);
    mean(x, -3);
    mean(empty);
    mean(empty, 0);
    reduce_max(x, 5);
    reduce_max(empty, 0);
    reduce_max(x > 0, 1);
    reduce_min(x, {1, 1});
    reduce_min(empty);
    argmax(x, 2);
    argmax(s);
    argmax(x > 0);
    argmax(empty, 0);
    e.output("fine", sum(empty));
  });
  return model.write();
}
