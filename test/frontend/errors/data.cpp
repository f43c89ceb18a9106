// Every mistake of data sets, options and names of models.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("7 wonders", argc, argv);
  model.data(images("mnist", {.batch = 0}));
  model.data(images("mnist"));
  model.option("bad name", 1);
  model.option("width", -1);
  model.train(
      [](Step s) {
        s.input("pixels");
        s.input("pixels", f32({2}));
        s.input("image", f32({2}));
      },
      {.epochs = 0, .eval_batches = {0}});
  model.train([](Step) {}, {.eval_batches = {16}});
  return model.write();
}
