/* usage: bn WEIGHTS|- IMAGES.raw LOGITS.raw   predicts three images by the library lenet_bn */
#include "lenet_bn.h"

#include <stdio.h>
#include <string.h>

int main(int argc, char **argv) {
  static float images[3 * 784], logits[3 * 10];
  lenet_bn_t *m;
  FILE *in = argc == 4 ? fopen(argv[2], "rb") : NULL, *out = argc == 4 ? fopen(argv[3], "wb") : NULL;
  sinter_status s;
  if (!in || !out || fread(images, sizeof images, 1, in) != 1)
    return 2;
  s = lenet_bn_open(NULL, &m);
  if (!s.code && strcmp(argv[1], "-"))
    s = lenet_bn_load(m, argv[1]);
  if (!s.code)
    s = lenet_bn_predict_n(m, 3, images, logits);
  if (s.code)
    fprintf(stderr, "%s\n", s.message);
  lenet_bn_close(m);
  return s.code || fwrite(logits, sizeof logits, 1, out) != 1 || fclose(out);
}
