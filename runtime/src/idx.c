/* idx.c - IDX files (plain or gzip) into memory. See data.h.
 *
 * Every header field, length and label is checked; errors name the file, the byte, what was
 * expected and what was there. Bytes are counted in the uncompressed file. */
#define _GNU_SOURCE
#include "data.h"
#include "source.h"

#include <stdio.h>
#include <stdlib.h>

static uint32_t big_endian(const unsigned char *p) {
  return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Header: 00 00 08 <rank>, then rank big-endian sizes. */
static int read_header(source *s, uint32_t rank, uint32_t *sizes, diag *d) {
  unsigned char header[4 + 4 * 4];
  uint64_t got, want = 4 + 4 * rank;
  if (source_read(s, header, want, &got, d))
    return d->code;
  if (got >= 4 && big_endian(header) != (0x800 | rank))
    return diag_error(
        d, 2102, "'%s' byte 0: expects IDX magic 00 00 08 %02x, got %02x %02x %02x %02x%s", s->path,
        rank, header[0], header[1], header[2], header[3],
        header[0] == 0x1f && header[1] == 0x8b ? ", which is gzip: its name ends in .gz" : "");
  if (got < want)
    return diag_error(
        d, 2103, "'%s' byte %llu: expects an IDX header of %llu bytes, got the end of the file",
        s->path, (unsigned long long)got, (unsigned long long)want);
  for (uint32_t i = 0; i < rank; ++i)
    sizes[i] = big_endian(header + 4 + 4 * i);
  return 0;
}

/* The elements after a header of `start` bytes, to the end of the file. */
static int read_body(source *s, uint64_t start, uint64_t bytes, uint8_t **out, diag *d) {
  uint64_t most = source_most(s), got = 0;
  if (start + bytes > most)
    return diag_error(d, 2103, "'%s' byte %llu: expects %llu bytes of elements, got at most %llu",
                      s->path, (unsigned long long)start, (unsigned long long)bytes,
                      (unsigned long long)(most > start ? most - start : 0));
  *out = malloc(bytes + 1);
  if (!*out)
    return diag_error(d, 2402, "out of memory: '%s' has %llu bytes", s->path,
                      (unsigned long long)bytes);
  if (source_read(s, *out, bytes, &got, d))
    return d->code;
  if (got < bytes)
    return diag_error(d, 2103, "'%s' byte %llu: expects %llu bytes of elements, got %llu", s->path,
                      (unsigned long long)(start + got), (unsigned long long)bytes,
                      (unsigned long long)got);
  char extra;
  if (source_read(s, &extra, 1, &got, d))
    return d->code;
  if (got)
    return diag_error(d, 2103, "'%s' byte %llu: expects the end of the file, got more bytes",
                      s->path, (unsigned long long)(start + bytes));
  return 0;
}

/* FOLDER/train-images-idx3-ubyte; Kaggle's copy has a dot: train-images.idx3-ubyte. */
static source *open_idx(const char *folder, const char *split, const char *what, int rank,
                        diag *d) {
  char file[64], dotted[64];
  snprintf(file, sizeof file, "%s-%s-idx%d-ubyte", split, what, rank);
  snprintf(dotted, sizeof dotted, "%s-%s.idx%d-ubyte", split, what, rank);
  return source_open(folder, file, dotted, d);
}

static int read_images(const char *folder, const char *file, const sinter_data *spec,
                       const image_fields *fields, split *out, diag *d) {
  source *s = open_idx(folder, file, "images", 3, d);
  if (!s)
    return d->code;
  uint32_t sizes[3];
  int code = read_header(s, 3, sizes, d);
  if (!code && (sizes[1] != fields->height || sizes[2] != fields->width))
    code = diag_error(d, 2102, "'%s' byte 8: '%s' expects images of %ux%u, got %ux%u", s->path,
                      spec->name, fields->height, fields->width, sizes[1], sizes[2]);
  if (!code && !sizes[0])
    code = diag_error(d, 2107, "'%s' byte 4: expects at least one image, got 0", s->path);
  if (!code) {
    out->count = sizes[0];
    uint64_t bytes; /* three sizes of 32 bits may have a product of 96; no file is that long */
    if (__builtin_mul_overflow((uint64_t)sizes[1] * sizes[2], sizes[0], &bytes))
      bytes = UINT64_MAX / 2;
    code = read_body(s, 16, bytes, &out->columns[fields->image], d);
  }
  source_close(s);
  return code;
}

static int read_labels(const char *folder, const char *file, const image_fields *fields, split *out,
                       diag *d) {
  source *s = open_idx(folder, file, "labels", 1, d);
  if (!s)
    return d->code;
  uint32_t count = 0;
  int code = read_header(s, 1, &count, d);
  if (!code && count != out->count)
    code = diag_error(d, 2106, "'%s' byte 4: expects %llu labels, one an image, got %u", s->path,
                      (unsigned long long)out->count, count);
  if (!code)
    code = read_body(s, 8, count, &out->columns[fields->label], d);
  const uint8_t *labels = out->columns[fields->label];
  for (uint64_t i = 0; i < count && !code; ++i)
    if (labels[i] >= fields->classes)
      code = diag_error(d, 2105, "'%s' byte %llu: expects a label below %u, got %u", s->path,
                        (unsigned long long)(8 + i), fields->classes, labels[i]);
  source_close(s);
  return code;
}

bool idx_reads(const sinter_data *spec) {
  image_fields fields;
  return image_fields_of(spec, &fields) && !fields.files && fields.channels == 1;
}

int idx_open(dataset *data, const char *folder, sinter_pool *pool, diag *d) {
  (void)pool;
  image_fields fields;
  image_fields_of(data->spec, &fields);
  for (int side = data->tests_only; side < 2; ++side) {
    const char *name = side ? "t10k" : "train";
    split *out = side ? &data->test : &data->train;
    if (read_images(folder, name, data->spec, &fields, out, d) ||
        read_labels(folder, name, &fields, out, d))
      return d->code;
  }
  return 0;
}
