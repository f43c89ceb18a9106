#include "two_out.h"

#include <stdio.h>

int main(void) {
  two_out_t *m;
  sinter_status s = two_out_open(NULL, &m);
  float x[3] = {1, -2, 3}, positive[3], total[1], again[3], in[3];
  if (!s.code)
    s = two_out_predict(m, x, positive, total, again, in);
  if (s.code)
    return puts(s.message), 1;
  printf("%g %g %g | %g | %g %g %g | %g %g %g\n", positive[0], positive[1], positive[2], total[0], again[0], again[1],
         again[2], in[0], in[1], in[2]);
  two_out_close(m);
  return 0;
}
