#include <softmax.h>

#include <stdio.h>

int main(int argc, char **argv) {
  static float image[784], logits[10];
  softmax_t *m;
  sinter_status s = softmax_open(NULL, &m);
  if (!s.code && argc > 1)
    s = softmax_load(m, argv[1]);
  if (!s.code)
    s = softmax_predict(m, image, logits);
  if (s.code)
    fprintf(stderr, "%s\n", s.message);
  softmax_close(m);
  return s.code != 0;
}
