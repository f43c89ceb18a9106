/* idx.c - IDX files (plain or gzip) into memory. See data.h.
 *
 * Every header field, length and label is checked; errors name the file, the byte, what was expected and what was
 * there. Bytes are counted in the uncompressed file. */
#define _GNU_SOURCE
#include "data.h"
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum { MAX_INFLATION = 1040 }; /* deflate cannot grow data more than about 1032 times */

typedef struct source {
  char path[PATH_MAX];
  int fd;
  uint64_t file_bytes, file_at; /* of the file as it lies on disk */
  bool gzip, ended;
  z_stream z;
  unsigned char buffer[64 << 10];
} source;

static void source_close(source *s) {
  if (s->gzip)
    inflateEnd(&s->z);
  if (s->fd >= 0)
    close(s->fd);
  free(s);
}

static source *source_open(const char *folder, const char *file, diag *d) {
  source *s = calloc(1, sizeof *s);
  if (!s) {
    diag_error(d, 2402, "out of memory");
    return NULL;
  }
  s->fd = -1;
  for (int gzip = 0; gzip < 2; ++gzip) {
    if (snprintf(s->path, sizeof s->path, "%s/%s%s", folder, file, gzip ? ".gz" : "") >= (int)sizeof s->path)
      break;
    if (access(s->path, F_OK) != 0)
      continue;
    s->fd = file_open(s->path, &s->file_bytes, d);
    if (s->fd >= 0 && gzip) {
      s->gzip = inflateInit2(&s->z, 15 + 16) == Z_OK;
      if (!s->gzip)
        diag_error(d, 2402, "out of memory");
    }
    if (d->code) {
      source_close(s);
      return NULL;
    }
    return s;
  }
  diag_error(d, 2101, "'%s' has no '%s' and no '%s.gz'", folder, file, file);
  source_close(s);
  return NULL;
}

static int refill(source *s, diag *d) {
  uint64_t left = s->file_bytes - s->file_at;
  uint64_t n = left < sizeof s->buffer ? left : sizeof s->buffer;
  if (!n)
    return diag_error(d, 2104, "'%s' byte %llu: gzip data expect more bytes, got the end of the file", s->path,
                      (unsigned long long)s->file_at);
  if (file_read(s->fd, s->path, s->file_at, s->buffer, n, d))
    return d->code;
  s->file_at += n;
  s->z.next_in = s->buffer;
  s->z.avail_in = (uInt)n;
  return 0;
}

/* Reads up to n bytes; *got is less only at the end of the data, after its check sum was found right. */
static int source_read(source *s, void *to, uint64_t n, uint64_t *got, diag *d) {
  *got = 0;
  if (!s->gzip) {
    uint64_t left = s->file_bytes - s->file_at;
    *got = n < left ? n : left;
    int code = file_read(s->fd, s->path, s->file_at, to, *got, d);
    s->file_at += *got;
    return code;
  }
  while (*got < n && !(s->ended && s->z.avail_in == 0 && s->file_at == s->file_bytes)) {
    if (s->z.avail_in == 0 && refill(s, d))
      return d->code;
    if (s->ended) { /* another member follows */
      inflateReset(&s->z);
      s->ended = false;
    }
    uint64_t want = n - *got;
    s->z.next_out = (Bytef *)to + *got;
    s->z.avail_out = want > 1u << 30 ? 1u << 30 : (uInt)want;
    uInt before = s->z.avail_out;
    int result = inflate(&s->z, Z_NO_FLUSH);
    *got += before - s->z.avail_out;
    s->ended = result == Z_STREAM_END;
    if (result != Z_OK && result != Z_STREAM_END && !(result == Z_BUF_ERROR && s->z.avail_in == 0))
      return diag_error(d, 2104, "'%s' byte %llu: expects gzip data, got damage (%s)", s->path,
                        (unsigned long long)(s->file_at - s->z.avail_in), s->z.msg ? s->z.msg : "invalid stream");
  }
  return 0;
}

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
    return diag_error(d, 2102, "'%s' byte 0: expects IDX magic 00 00 08 %02x, got %02x %02x %02x %02x", s->path, rank,
                      header[0], header[1], header[2], header[3]);
  if (got < want)
    return diag_error(d, 2103, "'%s' byte %llu: expects an IDX header of %llu bytes, got the end of the file", s->path,
                      (unsigned long long)got, (unsigned long long)want);
  for (uint32_t i = 0; i < rank; ++i)
    sizes[i] = big_endian(header + 4 + 4 * i);
  return 0;
}

/* The elements after a header of `start` bytes, to the end of the file. */
static int read_body(source *s, uint64_t start, uint64_t bytes, uint8_t **out, diag *d) {
  uint64_t most = s->gzip ? s->file_bytes * MAX_INFLATION : s->file_bytes, got = 0;
  if (start + bytes > most)
    return diag_error(d, 2103, "'%s' byte %llu: expects %llu bytes of elements, got at most %llu", s->path,
                      (unsigned long long)start, (unsigned long long)bytes,
                      (unsigned long long)(most > start ? most - start : 0));
  *out = malloc(bytes + 1);
  if (!*out)
    return diag_error(d, 2402, "out of memory: '%s' has %llu bytes", s->path, (unsigned long long)bytes);
  if (source_read(s, *out, bytes, &got, d))
    return d->code;
  if (got < bytes)
    return diag_error(d, 2103, "'%s' byte %llu: expects %llu bytes of elements, got %llu", s->path,
                      (unsigned long long)(start + got), (unsigned long long)bytes, (unsigned long long)got);
  char extra;
  if (source_read(s, &extra, 1, &got, d))
    return d->code;
  if (got)
    return diag_error(d, 2103, "'%s' byte %llu: expects the end of the file, got more bytes", s->path,
                      (unsigned long long)(start + bytes));
  return 0;
}

int idx_read_images(const char *folder, const char *file, const sinter_data *spec, split *out, diag *d) {
  source *s = source_open(folder, file, d);
  if (!s)
    return d->code;
  uint32_t sizes[3];
  int code = read_header(s, 3, sizes, d);
  if (!code && (sizes[1] != spec->height || sizes[2] != spec->width))
    code = diag_error(d, 2102, "'%s' byte 8: '%s' expects images of %ux%u, got %ux%u", s->path, spec->name,
                      spec->height, spec->width, sizes[1], sizes[2]);
  if (!code && !sizes[0])
    code = diag_error(d, 2102, "'%s' byte 4: expects at least one image, got 0", s->path);
  if (!code) {
    out->count = sizes[0];
    code = read_body(s, 16, (uint64_t)sizes[0] * sizes[1] * sizes[2], &out->pixels, d);
  }
  source_close(s);
  return code;
}

int idx_read_labels(const char *folder, const char *file, const sinter_data *spec, split *out, diag *d) {
  source *s = source_open(folder, file, d);
  if (!s)
    return d->code;
  uint32_t count = 0;
  int code = read_header(s, 1, &count, d);
  if (!code && count != out->count)
    code = diag_error(d, 2106, "'%s' byte 4: expects %llu labels, one an image, got %u", s->path,
                      (unsigned long long)out->count, count);
  if (!code)
    code = read_body(s, 8, count, &out->labels, d);
  for (uint64_t i = 0; i < count && !code; ++i)
    if (out->labels[i] >= spec->classes)
      code = diag_error(d, 2105, "'%s' byte %llu: expects a label below %u, got %u", s->path,
                        (unsigned long long)(8 + i), spec->classes, out->labels[i]);
  source_close(s);
  return code;
}

int dataset_read(dataset *data, const sinter_data *spec, const char *folder, diag *d) {
  *data = (dataset){.train = {.name = "train"},
                    .test = {.name = "test"},
                    .example_bytes = (uint64_t)spec->channels * spec->height * spec->width};
  if (spec->channels != 1)
    return diag_error(d, 2108, "'%s' expects %u channels, IDX files have 1", spec->name, spec->channels);
  if (access(folder, F_OK) != 0)
    return diag_error(d, 2101, "cannot read '%s': %s", folder, strerror(errno));
  int code = idx_read_images(folder, "train-images-idx3-ubyte", spec, &data->train, d);
  if (!code)
    code = idx_read_labels(folder, "train-labels-idx1-ubyte", spec, &data->train, d);
  if (!code)
    code = idx_read_images(folder, "t10k-images-idx3-ubyte", spec, &data->test, d);
  if (!code)
    code = idx_read_labels(folder, "t10k-labels-idx1-ubyte", spec, &data->test, d);
  if (code)
    dataset_free(data);
  return code;
}
