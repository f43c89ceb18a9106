// Runs until it is ended, and shows that it does.
#include <cstdio>
#include <unistd.h>
int main() {
  for (;;) {
    if (std::FILE *f = std::fopen("beats", "a")) {
      std::fputs("beat\n", f);
      std::fclose(f);
    }
    usleep(20000);
  }
}
