// Diagnostics as JSON lines.
// ARGS: --format json -o /dev/null
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.predict([](Entry e) {
    Tensor a = e.input("a", f32({2, 3})), b = relu(a);
	e.output("tab \"quoted\"", a);
    matmul(a, b);
  });
  return model.write();
}
