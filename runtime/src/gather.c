/* gather.c - batches: chosen examples become the entry's inputs `image` and `label`. See data.h.
 *
 * byte/255 as an f32 without a division: 1/255 is split into two floats, or the product is rounded
 * from a double. A test tries all 256 bytes on every path. Wider instructions are chosen at run
 * time; examples are prefetched one ahead.
 */
#include "data.h"
#include "instance.h"

#include <string.h>

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

void batch_gather(const sinter_spmd *spmd, void *argument) {
  const batch_fill *fill = argument;
  uint64_t from = fill->count * spmd->thread / spmd->threads,
           to = fill->count * (spmd->thread + 1) / spmd->threads;
  uint64_t n = fill->example_bytes;
  char *image =
      fill->image ? (char *)spmd->segments[fill->image->segment] + fill->image->offset : NULL;
  char *label =
      fill->label ? (char *)spmd->segments[fill->label->segment] + fill->label->offset : NULL;
  for (uint64_t i = from; i < to; ++i) {
    uint64_t example = fill->order ? fill->order[fill->first + i] : fill->first + i;
    const uint8_t *pixels = fill->from->pixels + example * n;
    if (fill->order && i + 1 < to)
      prefetch(fill->from->pixels + fill->order[fill->first + i + 1] * n, n);
    if (image && fill->image->dtype == SINTER_F32) {
      pixels_to_f32(pixels, (float *)image + i * n, n);
    } else if (image) {
      double *row = (double *)image + i * n;
      for (uint64_t k = 0; k < n; ++k)
        row[k] = (float)((double)pixels[k] * (1.0 / 255.0));
    }
    if (label && fill->label->dtype == SINTER_I64)
      ((int64_t *)label)[i] = fill->from->labels[example];
    else if (label)
      ((int32_t *)label)[i] = fill->from->labels[example];
  }
}

int batch_bind(batch_fill *fill, const sinter_entry *entry, const sinter_data *spec, diag *d) {
  fill->image = fill->label = NULL;
  fill->example_bytes = (uint64_t)spec->channels * spec->height * spec->width;
  fill->count = (uint64_t)entry->batch;
  for (uint32_t i = 0; i < entry->input_count; ++i) {
    const sinter_tensor *t = &entry->inputs[i];
    uint64_t elements = t->bytes / dtype_bytes(t->dtype);
    if (strcmp(t->name, "image") == 0) {
      if ((t->dtype != SINTER_F32 && t->dtype != SINTER_F64) ||
          elements != fill->count * fill->example_bytes)
        return diag_error(d, 2902, "'%s' expects images of %llu elements, data set '%s' has %llu",
                          entry->name,
                          (unsigned long long)(elements / (fill->count ? fill->count : 1)),
                          spec->name, (unsigned long long)fill->example_bytes);
      fill->image = t;
    } else if (strcmp(t->name, "label") == 0) {
      if ((t->dtype != SINTER_I32 && t->dtype != SINTER_I64) || elements != fill->count)
        return diag_error(d, 2902, "'%s' expects labels of another type or shape than i32[batch]",
                          entry->name);
      fill->label = t;
    } else {
      return diag_error(d, 2108, "'%s' takes an input '%s'; images give 'image' and 'label'",
                        entry->name, t->name);
    }
  }
  return 0;
}
