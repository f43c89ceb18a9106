/* usage: two WEIGHTS_OF_SOFTMAX   two models in one program; mlp has its weights embedded. One trains as a library. */
#include "mlp.h"
#include "softmax.h"

#include <stdio.h>
#include <stdlib.h>

static float images[256 * 784];
static int32_t labels[256];

static void check(sinter_status status) {
  if (status.code) {
    fprintf(stderr, "%s\n", status.message);
    exit(1);
  }
}

int main(int argc, char **argv) {
  float logits[10];
  mlp_t *a;
  softmax_t *b;
  softmax_metrics first, last;
  int i;
  if (argc != 2)
    return 2;
  for (i = 0; i < 256 * 784; ++i)
    images[i] = (float)(i * 37 % 251) / 251;
  for (i = 0; i < 256; ++i)
    labels[i] = i % 10;
  check(mlp_open(NULL, &a));
  check(softmax_open(NULL, &b));
  check(softmax_load(b, argv[1]));
  check(mlp_predict(a, images, logits));
  check(softmax_predict(b, images, logits));
  check(softmax_set(b, "lr", 0.05));
  check(softmax_train_step(b, images, labels, &first));
  for (i = 0; i < 20; ++i)
    check(softmax_train_step(b, images, labels, &last));
  if (!(last.step_loss < first.step_loss)) {
    fprintf(stderr, "expected a falling loss, got %g then %g\n", first.step_loss, last.step_loss);
    return 1;
  }
  check(softmax_reset_metrics(b));
  check(softmax_save(b, "trained.safetensors"));
  mlp_close(a);
  softmax_close(b);
  return 0;
}
