// Leaves a process behind that holds every descriptor.
#include <sinter/sinter.h>
#include <unistd.h>
using namespace sinter;
int main(int argc, char **argv) {
  Model model("leaves", argc, argv);
  model.predict([](Entry e) { e.output("y", e.input("x", f32({e.batch(), 2})) * 2.0); });
  if (fork() == 0)
    sleep(1000);
  return model.write();
}
