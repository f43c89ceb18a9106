volatile int turns;
int main() {
  for (;;)
    ++turns;
}
