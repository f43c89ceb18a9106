// Mistakes of losses with options.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.predict([](Entry e) {
    Tensor x = e.input("x", f32({4, 10}));
    Tensor images = e.input("images", f32({2, 10, 8, 7}));
    Tensor labels = e.input("labels", i32({4}));
    Tensor pixels = e.input("pixels", i64({2, 8, 7}));
    Tensor d = e.input("d", f64({4, 10}));
    Tensor row = e.input("row", f32({4}));
    Tensor none = e.input("none", f32({4, 0}));
    Tensor s = e.input("s", f32());
    cross_entropy(x, row);
    cross_entropy(x, d);
    cross_entropy(x, x > 0);
    cross_entropy(labels, labels);
    cross_entropy(s, labels);
    cross_entropy(none, labels);
    cross_entropy(images, labels);
    cross_entropy(x, labels, {.label_smoothing = 1.5});
    cross_entropy(x, labels, {.weight = row});
    cross_entropy(x, labels, {.weight = d});
    cross_entropy(x, labels, {.reduction = Reduction::batchmean});
    nll(x, x);
    nll(images, reshape(pixels, {2, 7, 8}));
    l1(x, row);
    huber(x, x, {.delta = 0});
    smooth_l1(x, x, {.beta = -1});
    bce_with_logits(x, labels);
    bce_with_logits(x, x, {.weight = row});
    kl_div(x, d);
    kl_div(s, s, {.reduction = Reduction::batchmean});
    cosine_embedding(x, x, x);
    cosine_embedding(images, images, row);
    triplet_margin(x, x, row);
    triplet_margin(s, s, s);
    cosine_similarity(x, labels);
    cosine_similarity(x, x, {.axis = 2});
    masked_softmax(x, x);
    masked_softmax(x, row > 0);
    masked_softmax(x, x > 0, 2);
    e.output("fine", cross_entropy(images, pixels));
  });
  return model.write();
}
