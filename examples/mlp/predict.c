/* A digit, and what the library says it is. cc predict.c libmlp.a -lm -lpthread && ./a.out mlp.safetensors */
#include "mlp.h"
#include <stdio.h>
#include <string.h>

static const char ink[] = " .:o#"; /* 0 (paper) to 1 */
static const char *const picture[28] = {
    "                            ",
    "                            ",
    "               .            ",
    "           :oo###o          ",
    "          o#######:         ",
    "         o#########.        ",
    "        o##########o        ",
    "       o######o#####:       ",
    "      ######:  :#####       ",
    "     o#####:    o####       ",
    "     #####:     ####o       ",
    "     ####o      ####o:::    ",
    "    .####:     :#########   ",
    "    :####.     ##########o  ",
    "    o####     :###########o ",
    "    o###o    :#############:",
    ":   o###o   .#####o   :#####",
    ".:   o#o    o#####     o####",
    " .:         o####       ####",
    "            :###.       ####",
    "              .        .####",
    "                       :####",
    "                       :####",
    "                       o####",
    "                      o#####",
    "                     o#####o",
    "                    o#####: ",
    "                .:o######:  "};

int main(int argc, char **argv) {
  float image[28 * 28], logits[10];
  int label = 0;
  mlp_t *m;
  for (int i = 0; i < 28 * 28; ++i)
    image[i] = (float)(strchr(ink, picture[i / 28][i % 28]) - ink) / 4;
  sinter_status s = mlp_open(NULL, &m);
  if (!s.code && argc > 1)
    s = mlp_load(m, argv[1]);
  if (!s.code)
    s = mlp_predict(m, image, logits);
  mlp_close(m);
  if (s.code)
    return fprintf(stderr, "%s\n", s.message), 1;
  for (int i = 1; i < 10; ++i)
    label = logits[i] > logits[label] ? i : label;
  for (int y = 0; y < 28; ++y)
    puts(picture[y]);
  return printf("label: %d\n", label) < 0;
}
