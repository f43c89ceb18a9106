// Every mistake of table().
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.data(table("my table", {.target = "a\tb", .id = "a\tb", .batch = 0}));
  model.train([](Step s) {
    Tensor x = s.input("features"); // silent: nobody knows its type
    s.metric("rmse", x, {.finish = Finish::sqrt});
    s.minimize(sum(parameter("w", f32({4}))), sgd());
  });
  return model.write();
}
