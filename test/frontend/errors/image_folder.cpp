// Every mistake of image_folder(), and a table of too many classes.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  {
    Model model("m", argc, argv);
    model.data(image_folder("my pictures", {.classes = 2, .height = 0, .width = 8, .channels = 4, .batch = 0}));
    model.train([](Step s) {
      Tensor x = s.input("image"); // silent: nobody knows its type
      s.minimize(sum(parameter("w", f32({4}))), sgd());
    });
    if (model.write() != 1)
      return 9;
  }
  Model model("n", argc, argv);
  model.data(table("t", {.target = "kind", .classes = -1, .features = 2}));
  return model.write();
}
