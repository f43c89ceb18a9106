/* evaluate.c - metrics, and evaluation that covers every example of the test split by batch
 * variants (D13). */
#include "trainer.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

uint32_t trainer_metrics(trainer *t, double loss) {
  uint32_t count = 0;
  if (!t->loss_is_metric)
    t->values[count++] = (report_value){.name = "loss", .value = loss};
  for (uint32_t i = 0; i < t->module->metric_count; ++i) {
    const sinter_metric *m = &t->module->metrics[i];
    report_value value = {.name = m->name, .value = instance_metric(&t->instance, i)};
    uint32_t at = count++;
    if (m->role == SINTER_ROLE_LOSS) { /* the loss comes first */
      memmove(&t->values[1], &t->values[0], at * sizeof *t->values);
      at = 0;
    }
    t->values[at] = value;
  }
  return count;
}

void trainer_describe(const trainer *t, uint32_t count, char *text) {
  size_t at = 0;
  text[0] = 0;
  for (uint32_t i = 0; i < count && at < t->text_bytes; ++i)
    at += (size_t)snprintf(text + at, t->text_bytes - at, " %s %.4f", t->values[i].name,
                           t->values[i].value);
}

/* Adds to the results what they were counted from. */
static void read_counts(trainer *t, uint32_t count) {
  int64_t *to = t->counts;
  for (uint32_t i = 0; i < t->module->metric_count; ++i) {
    uint32_t classes = instance_classes(t->module, i);
    if (!classes)
      continue;
    instance_counts(&t->instance, i, to);
    for (uint32_t k = 0; k < count; ++k)
      if (t->values[k].name == t->module->metrics[i].name) {
        t->values[k].counts = to;
        t->values[k].classes = classes;
      }
    to += (uint64_t)classes * classes;
  }
}

int trainer_evaluate(trainer *t, uint32_t *count, diag *d) {
  double loss_sum = 0;
  const split *tests = dataset_tests(&t->data);
  uint64_t done = 0, all = tests->count;
  instance_zero_metrics(&t->instance);
  while (done < all) {
    const sinter_entry *e = instance_variant(t->eval, t->eval_variants, all - done);
    if (!e || !e->batch)
      return diag_error(d, 2303,
                        "'%s' expects a number of examples that its batch sizes cover, got %llu "
                        "left over of %llu",
                        t->eval->name, (unsigned long long)(all - done), (unsigned long long)all);
    batch_fill fill = {.data = &t->data,
                       .from = tests,
                       .entry = e,
                       .entries = t->eval,
                       .variants = t->eval_variants,
                       .first = done,
                       .end = all};
    if (batch_check(e, &t->module->data, d) || trainer_run_batch(t, &fill, d))
      return d->code;
    const sinter_tensor *loss = instance_loss(e);
    if (loss)
      loss_sum += instance_value(&t->instance, loss) * (double)e->batch;
    done += (uint64_t)e->batch;
  }
  *count = trainer_metrics(t, all ? loss_sum / (double)all : NAN);
  read_counts(t, *count);
  instance_zero_metrics(&t->instance);
  return 0;
}
