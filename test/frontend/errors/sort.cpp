// Every mistake of sort, argsort and topk, and of an index for each element.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.predict([](Entry e) {
    Tensor x = e.input("x", f32({5, 7}));
    Tensor at = e.input("at", i32({6, 2}));
    topk(x, 8);
    topk(x, -1, 0);
    sort(x, 2);
    argsort(x > 0);
    gather(x, at, 1);
    gather(x, x, 1);
    scatter_add(x, at, x, 0);
    scatter_add(x, at, at, 0);
    e.output("fine", topk(x, 3, 0, {.largest = false}).values);
  });
  return model.write();
}
