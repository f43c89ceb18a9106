// embedding: ids made of pixels look up three tables: one plain, one of places, one that is also
// the weight of a product (a dense gradient beside the sparse one). Its PyTorch twin is in
// goldens/nets.py.
#include <sinter/sinter.h>
using namespace sinter;

static constexpr int64_t kPlaces = 24, kWords = 17, kFeatures = 7;

static Tensor net(Tensor image) {
  // A quarter keeps the products away from whole numbers: f32 and f64 give the same ids.
  Tensor pixels = reshape(image, {image.shape()[0], kPlaces});
  Tensor ids = cast(pixels * 16 + 0.25, i32); // i32[N,24] below 17
  Tensor h = embedding("words", ids, {.count = kWords, .features = kFeatures}) +
             embedding("places", iota(i32({kPlaces})), {.count = kPlaces, .features = kFeatures});
  h = mean(tanh(h * embedding("tied", ids, {.count = kWords, .features = kFeatures})), 1);
  Tensor tied = parameter(shared("tied.weight"), f32({kWords, kFeatures}), normal(0, 1));
  return linear("head", matmul(h, tied, {.transpose_b = true}), {.units = 10});
}

int main(int argc, char **argv) {
  Model model("embedding", argc, argv);
  model.data(images("pixels", {.batch = 7, .classes = 10, .channels = 1, .height = 4, .width = 6}));
  model.train([](Step s) {
    Tensor loss = mean(softmax_cross_entropy(net(s.input("image")), s.input("label")));
    s.minimize(loss, sgd({.lr = 0.5}));
  });
  return model.write();
}
