// Every mistake of slices that a tensor of indices names.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.predict([](Entry e) {
    Tensor x = e.input("x", f32({5, 7}));
    Tensor at = e.input("at", i32({3}));
    index_select(x, x);
    index_select(x, at, 2);
    index_select(x, at > 0);
    index_select(full(f32({}), 1), at);
    index_add(x, at, x);
    index_add(x, at, full(f32({3, 7}), 1), -3);
    index_add(x, at, full(f32({7, 3}), 1), 1);
    index_add(x, at, at);
    embedding("none", at, {.features = 3});
    embedding("thin", at, {.count = 3});
    embedding("padded", at, {.count = 3, .features = 4, .padding_index = 3});
    embedding("real", x, {.count = 3, .features = 4});
    embedding("/", at, {.count = 3, .features = 4});
    embedding("twice", at, {.count = 3, .features = 4});
    embedding("twice", at, {.count = 4, .features = 4});
    e.output("fine", index_add(x, at, index_select(x, at)));
  });
  return model.write();
}
