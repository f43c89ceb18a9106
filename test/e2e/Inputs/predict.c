/* usage: predict WEIGHTS|- IMAGE.raw LOGITS.raw   runs the library mlp on one image, then checks its other functions. */
#include "mlp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check(sinter_status status) {
  if (status.code) {
    fprintf(stderr, "%s\n", status.message);
    exit(1);
  }
}

static void expect(int truth, const char *what) {
  if (!truth) {
    fprintf(stderr, "expected: %s\n", what);
    exit(1);
  }
}

int main(int argc, char **argv) {
  float image[784], logits[10], many[11 * 784], all[11 * 10];
  mlp_t *m, *second;
  FILE *f;
  int i;
  expect(argc == 4, "three arguments");
  check(mlp_open(NULL, &m));
  expect(mlp_arena_bytes() > 0, "a size");
  if (strcmp(argv[1], "-"))
    check(mlp_load(m, argv[1]));
  f = fopen(argv[2], "rb");
  expect(f && fread(image, sizeof image, 1, f) == 1, "an image");
  fclose(f);
  check(mlp_predict(m, image, logits));
  f = fopen(argv[3], "wb");
  expect(f && fwrite(logits, sizeof logits, 1, f) == 1 && fclose(f) == 0, "a file to write");

  /* Any number of examples, by any batch sizes, on a second handle with the same weights: the same bits. */
  for (i = 0; i < 11; ++i)
    memcpy(many + i * 784, image, sizeof image);
  check(mlp_open_shared(m, &second));
  check(mlp_predict_n(second, 11, many, all));
  for (i = 0; i < 11; ++i)
    expect(memcmp(all + i * 10, logits, sizeof logits) == 0, "equal logits for equal images");
  mlp_close(second);

  /* Misuse is told, not punished; a failed load changes nothing. */
  expect(mlp_predict(m, NULL, logits).code != 0, "a status for NULL");
  expect(mlp_predict(NULL, image, logits).code != 0, "a status for no handle");
  expect(mlp_load(m, "no such file").code != 0, "a status for a missing file");
  check(mlp_predict(m, image, all));
  expect(memcmp(all, logits, sizeof logits) == 0, "a failed load to change nothing");
  mlp_close(m);
  mlp_close(NULL);
  return 0;
}
