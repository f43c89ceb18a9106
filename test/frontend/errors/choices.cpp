// Mistakes of random choices and of bags of ids.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.predict([](Entry e) {
    Tensor x = e.input("x", f32({4, 3}));
    Tensor ids = e.input("ids", i32({4, 3}));
    randint("a", 0, 9, f32({4}));
    randint("b", 9, 9, i32({4}));
    randint("c", 0, int64_t(1) << 40, i64({4}));
    randperm("d", 0);
    gumbel_softmax("e", ids);
    gumbel_softmax("f", x, {.tau = 0});
    gumbel_softmax("g", x, {.axis = 2});
    alpha_dropout("h", x, {.p = 1});
    embedding_bag("i", x, {.count = 5, .features = 2});
    embedding_bag("j", sum(ids), {.count = 5, .features = 2});
    embedding_bag("k", ids, {.count = 0, .features = 2});
    embedding_bag("l", ids, {.count = 5, .features = 2, .padding_index = 5});
    embedding_bag("m", ids, {.count = 5, .features = 2, .per_sample_weights = x});
    embedding_bag("n", ids,
                  {.count = 5, .features = 2, .mode = BagMode::sum, .per_sample_weights = sum(x)});
    e.output("fine", embedding_bag("o", ids, {.count = 5, .features = 2}));
  });
  return model.write();
}
