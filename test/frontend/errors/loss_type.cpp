// A loss that is no scalar; the metrics are still judged.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.data(images("mnist", {.batch = 4}));
  model.train([](Step s) {
    Tensor y = linear("fc", flatten(s.input("image")), {.units = 10});
    Tensor loss = softmax_cross_entropy(y, s.input("label"));
    s.minimize(loss, sgd());
    s.metric("count", argmax(s.input("label"), 0));
  });
  return model.write();
}
