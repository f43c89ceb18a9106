/* arrays.c - data sets of numbers: a .npy file a field and a split, the examples that a model
 * brings with it, or drawn ones whose later fields follow from the first. See data.h.
 *
 * A column holds f32 numbers, or u32 indices below the field's limit. Reading on: npy.c. */
#define _GNU_SOURCE
#include "data.h"
#include "instance.h"
#include "npy.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool arrays_reads(const sinter_data *spec) {
  bool reads = spec->field_count > 0;
  for (uint32_t f = 0; f < spec->field_count; ++f)
    reads = reads && (spec->fields[f].decode == SINTER_DECODE_NUMBER ||
                      spec->fields[f].decode == SINTER_DECODE_CLASS);
  return reads;
}

static int check_header(const npy *file, const sinter_field *field, diag *d) {
  bool fits = file->rank == field->rank + 1 && file->dims[0] > 0;
  for (uint32_t i = 0; fits && i < field->rank; ++i)
    fits = file->dims[i + 1] == field->dims[i];
  if (!fits) {
    diag_error(d, 2102, "%s expects the shape of one or more examples of '%s'", file->place,
               field->name);
    char text[2][256] = {"examples", ""};
    for (int side = 0; side < 2; ++side)
      for (uint32_t i = side == 0 ? 1 : 0; i < (side == 0 ? field->rank + 1 : file->rank); ++i) {
        size_t at = strlen(text[side]);
        snprintf(text[side] + at, sizeof text[side] - at, "%s%lld", at ? ", " : "",
                 (long long)(side == 0 ? field->dims[i - 1] : file->dims[i]));
      }
    diag_detail(d, "- (%s)", text[0]);
    diag_detail(d, "+ (%s)", text[1]);
    return d->code;
  }
  return 0;
}

static int convert(const npy *file, const sinter_field *field, const void *raw, uint32_t *to,
                   diag *d) {
  uint64_t n = file->bytes / dtype_bytes(file->dtype);
  for (uint64_t i = 0; i < n; ++i) {
    /* exact but for i64 beyond 2^53, which no index is and f32 would round */
    double value = instance_load(raw, file->dtype, i);
    if (field->decode == SINTER_DECODE_NUMBER) {
      float number = (float)value;
      if (isfinite(value) && !isfinite(number))
        return diag_error(d, 2205, "%s element %llu: expects numbers within f32, got %g",
                          file->place, (unsigned long long)i, value);
      memcpy(&to[i], &number, 4);
    } else if (value < 0 || value >= (double)field->limit) {
      return diag_error(d, 2105,
                        "%s element %llu: expects an index of 0 or more below %lld, got %.0f",
                        file->place, (unsigned long long)i, (long long)field->limit, value);
    } else {
      to[i] = (uint32_t)value;
    }
  }
  return 0;
}

/* FOLDER/SPLIT-FIELD.npy, or, where that is absent, FIELD.npy in FOLDER/SPLIT.npz. */
static int read_column(const char *folder, const char *name, const sinter_field *field, uint32_t f,
                       split *out, diag *d) {
  char path[PATH_MAX], all[PATH_MAX];
  snprintf(path, sizeof path, "%s/%s-%s.npy", folder, name, field->name);
  snprintf(all, sizeof all, "%s/%s.npz", folder, name);
  npy file;
  bool member = access(path, F_OK) != 0 && access(all, F_OK) == 0;
  const uint32_t whole = NPY_TYPE(SINTER_I32) | NPY_TYPE(SINTER_I64) | NPY_TYPE(SINTER_U8) |
                         NPY_TYPE(SINTER_BOOL),
                 any = whole | NPY_TYPE(SINTER_F32) | NPY_TYPE(SINTER_F64),
                 accepted = field->decode == SINTER_DECODE_CLASS ? whole : any;
  if (member ? npy_open_member(&file, all, field->name, accepted, d)
             : npy_open(&file, path, accepted, d))
    return d->code;
  int code = check_header(&file, field, d);
  if (!code && f > 0 && (uint64_t)file.dims[0] != out->count)
    code = diag_error(d, 2106, "%s expects %llu examples, as many as the field before, got %lld",
                      file.place, (unsigned long long)out->count, (long long)file.dims[0]);
  if (!code) {
    out->count = (uint64_t)file.dims[0];
    void *raw = malloc(file.bytes + 1);
    uint32_t *to = column_take(out, f, file.bytes / dtype_bytes(file.dtype), d);
    code = !raw ? diag_error(d, 2402, "out of memory: %s", file.place)
           : to ? npy_read(&file, raw, d)
                : d->code;
    if (!code)
      code = convert(&file, field, raw, to, d);
    free(raw);
  }
  npy_close(&file);
  return code;
}

/* Whether a file of the test split is there: then all have to be. */
static bool has_test(const char *folder, const sinter_data *spec) {
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s/test.npz", folder);
  bool has = access(path, F_OK) == 0;
  for (uint32_t f = 0; f < spec->field_count && !has; ++f) {
    snprintf(path, sizeof path, "%s/test-%s.npy", folder, spec->fields[f].name);
    has = access(path, F_OK) == 0;
  }
  return has;
}

int arrays_open(dataset *data, const char *path, sinter_pool *pool, diag *d) {
  (void)pool;
  const sinter_data *spec = data->spec;
  bool tests = has_test(path, spec);
  for (int side = tests && data->tests_only; side < 1 + tests; ++side)
    for (uint32_t f = 0; f < spec->field_count; ++f)
      if (read_column(path, side ? "test" : "train", &spec->fields[f], f,
                      side ? &data->test : &data->train, d))
        return d->code;
  if (!tests)
    share_examples(data, NULL);
  return 0;
}

int arrays_fill(const dataset *data, const split *from, uint32_t field, uint64_t example,
                uint32_t dtype, void *to, uint32_t thread, diag *d) {
  (void)thread, (void)d;
  const sinter_field *f = &data->spec->fields[field];
  uint64_t n = field_elements(f);
  const uint32_t *at = (const uint32_t *)(const void *)from->columns[field] + example * n;
  if (dtype == SINTER_F32)
    memcpy(to, at, n * 4);
  for (uint64_t i = 0; i < n && dtype != SINTER_F32; ++i) {
    float number;
    memcpy(&number, &at[i], 4);
    if (dtype == SINTER_F64)
      ((double *)to)[i] = number;
    else
      store_index(at[i], dtype, (char *)to + i * dtype_bytes(dtype));
  }
  return 0;
}

bool brought_reads(const sinter_data *spec) {
  return arrays_reads(spec) && spec->train_examples > 0;
}

/* The tests stand behind the training examples. */
int brought_open(dataset *data, const char *path, sinter_pool *pool, diag *d) {
  (void)path, (void)pool;
  const sinter_data *spec = data->spec;
  bool tests = spec->test_examples > 0;
  data->train.count = spec->train_examples;
  data->test.count = spec->test_examples;
  for (int side = 0; side < 1 + tests; ++side)
    for (uint32_t f = 0; f < spec->field_count; ++f) {
      split *out = side ? &data->test : &data->train;
      uint64_t n = field_elements(&spec->fields[f]);
      uint32_t *to = column_take(out, f, out->count * n, d);
      if (!to)
        return d->code;
      const uint32_t *all = spec->fields[f].examples;
      memcpy(to, all + (side ? spec->train_examples * n : 0), out->count * n * 4);
    }
  if (!tests)
    share_examples(data, NULL);
  return 0;
}

bool numbers_reads(const sinter_data *spec) {
  return arrays_reads(spec) && spec->fields[0].decode == SINTER_DECODE_NUMBER;
}

int numbers_open(dataset *data, const char *path, sinter_pool *pool, diag *d) {
  (void)path, (void)pool, (void)d;
  start_built_in(data);
  return 0;
}

/* Element i of the first field, between -1 and 1. */
static float draw(const split *from, uint64_t example, uint64_t i) {
  uint32_t word = sinter_philox(0, from->stream, example, i).w[0];
  return (float)(int32_t)(word >> 8) / (float)(1 << 23) - 1;
}

/* The first field is drawn; of the others each element is a mean of some of its elements, or which
   of the indices that mean is as a share. */
int numbers_fill(const dataset *data, const split *from, uint32_t field, uint64_t example,
                 uint32_t dtype, void *to, uint32_t thread, diag *d) {
  (void)thread, (void)d;
  const sinter_field *f = &data->spec->fields[field];
  uint64_t n = field_elements(f), first = field_elements(&data->spec->fields[0]);
  for (uint64_t i = 0; i < n; ++i) {
    float value = draw(from, example, i % first);
    if (field)
      value = (value + draw(from, example, (i + 1) % first)) / 2;
    char *at = (char *)to + i * dtype_bytes(dtype);
    if (f->decode == SINTER_DECODE_CLASS)
      store_index(below((uint32_t)((value + 1) / 2 * 4294967040.0f), (uint32_t)f->limit), dtype,
                  at);
    else if (dtype == SINTER_F32)
      memcpy(at, &value, 4);
    else
      *(double *)(void *)at = value;
  }
  return 0;
}
