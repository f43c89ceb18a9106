/* predict.c - --predict F.csv: a row for each row of test.csv, its id and what the entry `predict`
 * says of it. See trainer.h. */
#define _GNU_SOURCE
#include "file.h"
#include "json.h"
#include "trainer.h"

#include <stdio.h>
#include <stdlib.h>

/* The column that names rows, or -1. */
static int64_t find_id(const trainer *t) {
  const char *id = table_features(&t->module->data)->column;
  return id ? csv_find(&t->data.table.test, id) : -1;
}

/* Numbers of the output that a row has: the target, or one a class. */
static uint64_t row_numbers(const trainer *t) {
  const sinter_field *target = table_field(&t->module->data);
  return target->decode == SINTER_DECODE_TARGET_CLASS ? (uint64_t)target->limit : 1;
}

int predict_check(trainer *t, diag *d) {
  const sinter_module *m = t->module;
  uint32_t variants;
  const sinter_entry *first = instance_find(m, "predict", 0, &variants);
  if (!first || first->kind != SINTER_ENTRY_PREDICT)
    return diag_error(d, 2005, "model '%s' has no entry 'predict', which --predict runs", m->name);
  if (!t->data.table.test.rows)
    return diag_error(d, 2101, "--predict expects a folder with test.csv, got '%s'", t->flags.data);
  const sinter_tensor *out = first->outputs;
  for (uint32_t i = 0; i < first->input_count; ++i) {
    const sinter_field *field = instance_field(&m->data, first->inputs[i].name);
    if (!field || field->decode != SINTER_DECODE_COLUMNS)
      return diag_error(d, 2114, "'predict' expects the features of the data set alone, got '%s'",
                        first->inputs[i].name);
  }
  uint64_t numbers = row_numbers(t);
  if (first->output_count != 1 || (out->dtype != SINTER_F32 && out->dtype != SINTER_F64) ||
      tensor_elements(out) != (uint64_t)first->batch * numbers)
    return diag_error(d, 2114, "'predict' expects one output of %s a row, f32[%lld,%llu]",
                      numbers == 1 ? "one number" : "one number a class", (long long)first->batch,
                      (unsigned long long)numbers);
  return batch_check(first, &m->data, d);
}

/* The class of the largest of the numbers from `first` on, the first of equal ones. */
static const char *likeliest(const trainer *t, const void *values, uint32_t dtype, uint64_t first) {
  uint64_t best = 0;
  for (uint64_t k = 1; k < row_numbers(t); ++k)
    if (instance_load(values, dtype, first + k) > instance_load(values, dtype, first + best))
      best = k;
  return classes_name(&t->data.classes, best);
}

/* The rows of a run of the entry, from row `done` on; `id`: the column that names them, or -1. */
static void put_rows(const trainer *t, const sinter_entry *e, uint64_t done, const void *values,
                     int64_t id, FILE *to) {
  bool classes = table_field(&t->module->data)->decode == SINTER_DECODE_TARGET_CLASS;
  uint32_t dtype = e->outputs[0].dtype;
  char number[32];
  for (uint64_t i = 0; i < (uint64_t)e->batch; ++i) {
    if (id >= 0) {
      csv_put(to, csv_cell(&t->data.table.test, done + i + 1, (uint64_t)id));
      fputc(',', to);
    }
    double value = instance_load(values, dtype, i);
    csv_put(to, classes               ? likeliest(t, values, dtype, i * row_numbers(t))
                : dtype == SINTER_F32 ? json_f32((float)value, number)
                                      : json_f64(value, number));
    fputc('\n', to);
  }
}

static int run_all(trainer *t, int64_t id, FILE *to, diag *d) {
  uint32_t variants;
  const sinter_entry *first = instance_find(t->module, "predict", 0, &variants);
  char *values = malloc(first->outputs[0].bytes + 1);
  if (!values)
    return diag_error(d, 2402, "out of memory: the predictions");
  for (uint64_t done = 0, all = t->data.test.count; done < all && !d->code;) {
    const sinter_entry *e = instance_variant(first, variants, all - done);
    if (!e || e->batch < 1) {
      diag_error(d, 2303, "'predict' expects a number of rows that its batch sizes cover, got %llu",
                 (unsigned long long)all);
      break;
    }
    batch_fill fill = {.data = &t->data, .from = &t->data.test, .entry = e, .first = done};
    if (trainer_run_kernels(t, e, batch_gather, &fill, d) ||
        instance_read(&t->instance, values, &e->outputs[0], d))
      break;
    put_rows(t, e, done, values, id, to);
    done += (uint64_t)e->batch;
  }
  free(values);
  return d->code;
}

int trainer_predict(trainer *t, diag *d) {
  char *text = NULL;
  size_t length = 0;
  FILE *to = open_memstream(&text, &length);
  if (!to)
    return diag_error(d, 2402, "out of memory: the predictions");
  int64_t id = find_id(t);
  if (id >= 0) {
    csv_put(to, csv_cell(&t->data.table.test, 0, (uint64_t)id));
    fputc(',', to);
  }
  csv_put(to, table_field(&t->module->data)->column);
  fputc('\n', to);
  run_all(t, id, to, d);
  if (fclose(to) != 0 && !d->code)
    diag_error(d, 2402, "out of memory: the predictions");
  file_writer w;
  if (!d->code && !file_begin(&w, t->flags.predict, d)) {
    if (file_put(&w, text, length, d))
      file_abandon(&w);
    else
      file_commit(&w, d);
  }
  free(text);
  return d->code;
}
