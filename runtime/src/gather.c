/* gather.c - batches: chosen examples become the entry's inputs, field by field. See data.h.
 *
 * byte/255 as an f32 without a division: 1/255 is split into two floats, or the product is rounded
 * from a double. A test tries all 256 bytes on every path. Wider instructions are chosen at run
 * time; examples are prefetched one ahead.
 */
#include "data.h"
#include "instance.h"

static void convert_base(const uint8_t *restrict from, float *restrict to, uint64_t n) {
  for (uint64_t i = 0; i < n; ++i)
    to[i] = (float)((double)from[i] * (1.0 / 255.0));
}

#if defined(__x86_64__)
#define HIGH ((float)(1.0 / 255.0))
#define LOW ((float)(1.0 / 255.0 - (double)HIGH))
#define CONVERT_FMA                                                                                \
  for (uint64_t i = 0; i < n; ++i)                                                                 \
    to[i] = __builtin_fmaf((float)from[i], HIGH, (float)from[i] * LOW);

__attribute__((target("avx2,fma"))) static void convert_avx2(const uint8_t *restrict from,
                                                             float *restrict to, uint64_t n) {
  CONVERT_FMA
}
__attribute__((target("avx512f,avx512bw,avx512vl,fma"))) static void
convert_avx512(const uint8_t *restrict from, float *restrict to, uint64_t n) {
  CONVERT_FMA
}
#endif

bool pixels_to_f32_by(pixel_path path, const uint8_t *from, float *to, uint64_t n) {
#if defined(__x86_64__)
  bool fma = __builtin_cpu_supports("fma");
  if (path == PIXELS_AVX512 && fma && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512bw")) {
    convert_avx512(from, to, n);
    return true;
  }
  if (path == PIXELS_AVX2 && fma && __builtin_cpu_supports("avx2")) {
    convert_avx2(from, to, n);
    return true;
  }
#endif
  if (path != PIXELS_BASE)
    return false;
  convert_base(from, to, n);
  return true;
}

void pixels_to_f32(const uint8_t *from, float *to, uint64_t n) {
  for (int path = PIXELS_AVX512; !pixels_to_f32_by((pixel_path)path, from, to, n); --path)
    ;
}

static void prefetch(const uint8_t *example, uint64_t bytes) {
  for (uint64_t i = 0; i < bytes && i < 4096; i += 64)
    __builtin_prefetch(example + i);
}

void field_decode(const sinter_field *field, const uint8_t *from, uint64_t n, uint32_t dtype,
                  void *to) {
  if (field->decode == SINTER_DECODE_CLASS) {
    for (uint64_t i = 0; i < n; ++i)
      store_index(from[i], dtype, (char *)to + i * dtype_bytes(dtype));
  } else if (dtype == SINTER_F32) {
    pixels_to_f32(from, to, n);
  } else {
    for (uint64_t i = 0; i < n; ++i)
      ((double *)to)[i] = (float)((double)from[i] * (1.0 / 255.0));
  }
}

void store_index(uint32_t value, uint32_t dtype, void *to) {
  if (dtype == SINTER_I64)
    *(int64_t *)to = value;
  else
    *(int32_t *)to = (int32_t)value;
}

int column_fill(const dataset *data, const split *from, uint32_t field, uint64_t example,
                uint32_t dtype, void *to, uint32_t thread, diag *d) {
  (void)thread, (void)d;
  const sinter_field *f = &data->spec->fields[field];
  uint64_t n = field_elements(f);
  field_decode(f, from->columns[field] + example * n, n, dtype, to);
  return 0;
}

static void gather_input(const batch_fill *fill, const sinter_tensor *t, const sinter_spmd *spmd) {
  const dataset *data = fill->data;
  const sinter_field *field = instance_field(data->spec, t->name);
  uint32_t f = (uint32_t)(field - data->spec->fields);
  uint64_t count = (uint64_t)fill->entry->batch, n = field_elements(field);
  uint64_t from = count * spmd->thread / spmd->threads,
           to = count * (spmd->thread + 1) / spmd->threads;
  const uint8_t *column = fill->order ? fill->from->columns[f] : NULL;
  char *row = (char *)spmd->segments[t->segment] + t->offset;
  uint64_t row_bytes = t->bytes / count;
  for (uint64_t i = from; i < to; ++i) {
    if (column && i + 1 < to)
      prefetch(column + batch_place(fill, i + 1) * n, n);
    data->reader->fill(data, fill->from, f, batch_place(fill, i), t->dtype, row + i * row_bytes,
                       spmd->thread, NULL);
  }
}

void batch_gather(const sinter_spmd *spmd, void *argument) {
  const batch_fill *fill = argument;
  for (uint32_t i = 0; i < fill->entry->input_count; ++i)
    gather_input(fill, &fill->entry->inputs[i], spmd);
}

int batch_check(const sinter_entry *entry, const sinter_data *spec, diag *d) {
  for (uint32_t i = 0; i < entry->input_count; ++i) {
    const sinter_tensor *t = &entry->inputs[i];
    const sinter_field *field = instance_field(spec, t->name);
    if (!field) {
      diag_error(d, 2108, "'%s' takes an input '%s', data set '%s' has no field of that name",
                 entry->name, t->name, spec->name);
      for (uint32_t k = 0; k < spec->field_count; ++k)
        diag_detail(d, "it has '%s'", spec->fields[k].name);
      return d->code;
    }
    bool index = is_index(field);
    bool type = index ? t->dtype == SINTER_I32 || t->dtype == SINTER_I64
                      : t->dtype == SINTER_F32 || t->dtype == SINTER_F64;
    uint64_t wanted = (uint64_t)entry->batch * field_elements(field);
    if (!type || entry->batch < 1 || tensor_elements(t) != wanted)
      return diag_error(d, 2902, "'%s' expects %llu elements of '%s' as %s, got %llu", entry->name,
                        (unsigned long long)wanted, t->name, index ? "i32 or i64" : "f32 or f64",
                        (unsigned long long)tensor_elements(t));
  }
  return 0;
}
