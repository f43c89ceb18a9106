// Every mistake of sentence_pairs().
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.data(
      sentence_pairs("eng fra", {.pairs = -1, .steps = 0, .batch = 0, .vocabulary = {5, 2000000}}));
  model.train([](Step s) {
    s.input("source"); // silent: nobody knows its type
    s.minimize(sum(parameter("w", f32({4}))), sgd());
  });
  return model.write();
}
