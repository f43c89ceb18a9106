// Groups that overlap, and patterns that name no parameter.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.data(images("mnist", {.batch = 4}));
  model.train([](Step s) {
    Tensor x = linear("encoder", flatten(s.input("image")), {.units = 8});
    Tensor loss = mean(softmax_cross_entropy(linear("head", x, {.units = 10}), s.input("label")));
    frozen("decoder.*");
    s.minimize(loss, adamw()
                         .group("bias", {.weight_decay = 0})
                         .group("head", {.lr = 0.1})
                         .group("en*er", {.lr = 0.1})
                         .group("weights", {.lr = 0.1})
                         .group("*.head", {.lr = 0.1})
                         .frozen("head.scale"));
  });
  return model.write();
}
