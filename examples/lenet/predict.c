/* predict.c - lenet as a C library: prints a digit drawn as text and the label that the model gives it. C99.
 * usage: predict [WEIGHTS]   the digits of the built-in data lean, so draw yours leaning, too
 * build: sinter build lenet.cpp --kind static-lib -o liblenet.a && cc -std=c99 predict.c liblenet.a -lm -lpthread -o predict */
#include "lenet.h"
#include <stdio.h>
#include <string.h>

static const char *const picture[14] = { /* one character: a pixel wide, two high; " .:*#" is from paper to ink */
  "                            ",
  "            ....            ",
  "         :*#######*.        ",
  "      .*####****####:       ",
  "     :###*:.    .*###:      ",
  "    .####        *###:      ",
  "    *###.      .:####****:  ",
  "    .::.     :*###########*.",
  "            :###*:.  ...####",
  "             ...        .###",
  "                        .###",
  "                       .*###",
  "                  ...*####*:",
  "             :##########:.  ",
};

static int failed(sinter_status status) {
  if (status.code)
    fprintf(stderr, "error: %s\n", status.message);
  return status.code;
}

int main(int argc, char **argv) {
  float image[28][28], logits[10]; /* f32[1,1,28,28], f32[1,10] */
  int x, y, best = 0;
  lenet_t *model;
  for (y = 0; y < 28; ++y)
    for (x = 0; x < 28; ++x)
      image[y][x] = (float)strcspn(" .:*#", (char[]){picture[y / 2][x], 0}) / 4;
  if (failed(lenet_open(NULL, &model)) || failed(lenet_load(model, argc > 1 ? argv[1] : "lenet.safetensors")) ||
      failed(lenet_predict(model, &image[0][0], logits)))
    return 1;
  lenet_close(model);
  for (y = 0; y < 14; ++y)
    puts(picture[y]);
  for (x = 1; x < 10; ++x)
    best = logits[x] > logits[best] ? x : best;
  printf("label: %d\n", best);
  return 0;
}
