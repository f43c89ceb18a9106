// Prints a .sinter file as text: sinter-graph-dump FILE.
#include "test/frontend/GraphText.h"

#include <cstdio>

int main(int argc, char **argv) {
  sinter::proto::Module module;
  if (argc != 2)
    return 2;
  if (auto error = sinter::graph::readContainer(argv[1], module)) {
    std::fprintf(stderr, "%s: error: %s [%s]\n", argv[1], error->message.c_str(),
                 error->code.c_str());
    return 1;
  }
  std::fputs(sinter::test::moduleText(module).c_str(), stdout);
}
