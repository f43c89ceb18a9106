/* predict.c - the mlp as a C library: labels all digits drawn in a text, in one call, and says how sure it is. C99.
 * usage: predict WEIGHTS <DRAWINGS   as in digits.txt: 14 lines of 28 characters each, "---" below
 * build: sinter build mlp.cpp --kind static-lib -o libmlp.a && cc -std=c99 predict.c libmlp.a -lm -lpthread -o predict */
#include "mlp.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST = 64 };
static float image[MOST][28][28], logits[MOST][10]; /* f32[N,1,28,28], f32[N,10] */

/* A character is a pixel wide and two high; " .:*#" is from paper to ink. */
static int read_drawings(FILE *from) {
  const char *const ink = " .:*#";
  char text[256];
  int n = 0, line = 0;
  while (n < MOST && fgets(text, sizeof text, from)) {
    size_t x, width = strcspn(text, "\r\n");
    if (text[0] == '-') {
      ++n;
      line = 0;
      continue;
    }
    for (x = 0; x < width && x < 28 && line < 14; ++x) {
      const char *tone = strchr(ink, text[x]);
      image[n][2 * line][x] = image[n][2 * line + 1][x] = tone ? (float)(tone - ink) / 4 : 1;
    }
    ++line;
  }
  return n + (line > 0); /* the last one needs no line below */
}

static int failed(sinter_status status) {
  if (status.code)
    fprintf(stderr, "error: %s\n", status.message);
  return status.code;
}

int main(int argc, char **argv) {
  mlp_t *model;
  int n = read_drawings(stdin), i, c;
  if (failed(mlp_open(NULL, &model)) || failed(mlp_load(model, argc > 1 ? argv[1] : "mlp.safetensors")) ||
      failed(mlp_predict_n(model, (size_t)n, &image[0][0][0], &logits[0][0])))
    return 1;
  mlp_close(model);
  for (i = 0; i < n; ++i) {
    int best = 0;
    float sum = 0; /* of exp(logit - largest): softmax */
    for (c = 1; c < 10; ++c)
      best = logits[i][c] > logits[i][best] ? c : best;
    for (c = 0; c < 10; ++c)
      sum += expf(logits[i][c] - logits[i][best]);
    printf("label: %d  (%.2f)\n", best, 1 / sum);
  }
  return 0;
}
