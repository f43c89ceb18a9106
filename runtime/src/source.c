/* source.c - data files, plain or gzip, one after the other part. See source.h.
 *
 * Several gzip members, one behind the other, are one file, as for gunzip. */
#define _GNU_SOURCE
#include "source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_INFLATION = 1040 }; /* deflate cannot grow data more than about 1032 times */

void source_close(source *s) {
  if (!s)
    return;
  if (s->gzip)
    inflateEnd(&s->z);
  if (s->fd >= 0)
    close(s->fd);
  free(s);
}

/* Opens what s->path names. */
static int open_path(source *s, bool gzip, diag *d) {
  s->fd = file_open(s->path, &s->file_bytes, d);
  if (s->fd >= 0 && gzip) {
    s->gzip = inflateInit2(&s->z, 15 + 16) == Z_OK;
    if (!s->gzip)
      diag_error(d, 2402, "out of memory: unpacking '%s'", s->path);
  }
  return d->code;
}

static source *make_source(const char *file, diag *d) {
  source *s = calloc(1, sizeof *s);
  if (s)
    s->fd = -1;
  else
    diag_error(d, 2402, "out of memory: the reader of '%s'", file);
  return s;
}

source *source_open_file(const char *path, diag *d) {
  source *s = make_source(path, d);
  if (!s)
    return NULL;
  size_t n = strlen(path);
  bool gzip = n > 3 && strcmp(path + n - 3, ".gz") == 0;
  if (snprintf(s->path, sizeof s->path, "%s", path) >= (int)sizeof s->path)
    diag_error(d, 2101, "cannot read '%s': its name is too long", path);
  if (!d->code && !open_path(s, gzip, d))
    return s;
  source_close(s);
  return NULL;
}

source *source_open(const char *folder, const char *file, const char *other, diag *d) {
  source *s = make_source(file, d);
  if (!s)
    return NULL;
  const char *names[] = {file, file, other, other}, *ends[] = {"", ".gz", "", ".gz"};
  /* a folder of the wanted name does not hide the file beside it */
  for (int folders = 0; folders < 2; ++folders)
    for (int i = 0; i < (other ? 4 : 2); ++i) {
      struct stat info;
      if (snprintf(s->path, sizeof s->path, "%s/%s%s", folder, names[i], ends[i]) >=
              (int)sizeof s->path ||
          stat(s->path, &info) != 0 || (S_ISDIR(info.st_mode) && !folders))
        continue;
      if (!open_path(s, i % 2, d))
        return s;
      source_close(s);
      return NULL;
    }
  diag_error(d, 2101, "'%s' has no '%s' and no '%s.gz'", folder, file, file);
  source_close(s);
  return NULL;
}

static int refill(source *s, diag *d) {
  uint64_t left = s->file_bytes - s->file_at;
  uint64_t n = left < sizeof s->buffer ? left : sizeof s->buffer;
  if (!n)
    return diag_error(d, 2104,
                      "'%s' byte %llu: gzip data expect more bytes, got the end of the file",
                      s->path, (unsigned long long)s->file_at);
  if (file_read(s->fd, s->path, s->file_at, s->buffer, n, d))
    return d->code;
  s->file_at += n;
  s->z.next_in = s->buffer;
  s->z.avail_in = (uInt)n;
  return 0;
}

int source_read(source *s, void *to, uint64_t n, uint64_t *got, diag *d) {
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
                        (unsigned long long)(s->file_at - s->z.avail_in),
                        s->z.msg ? s->z.msg : "invalid stream");
  }
  return 0;
}

uint64_t source_most(const source *s) {
  return s->gzip ? s->file_bytes * MAX_INFLATION : s->file_bytes;
}

unsigned char *source_read_all(source *s, uint64_t *length, diag *d) {
  uint64_t capacity = 1 << 16, got = 0;
  unsigned char *text = NULL;
  *length = 0;
  do {
    capacity *= 2;
    unsigned char *more = realloc(text, capacity);
    if (!more) {
      diag_error(d, 2402, "out of memory: the contents of '%s'", s->path);
      break;
    }
    text = more;
    source_read(s, text + *length, capacity - *length, &got, d);
    *length += got;
  } while (!d->code && *length == capacity);
  if (d->code) {
    free(text);
    text = NULL;
  }
  return text;
}

bool source_exists(const char *folder, const char *file) {
  static const char *const ends[] = {"", ".gz"};
  char path[PATH_MAX];
  struct stat info;
  for (int i = 0; i < 2; ++i)
    if (snprintf(path, sizeof path, "%s/%s%s", folder, file, ends[i]) < (int)sizeof path &&
        stat(path, &info) == 0)
      return true;
  return false;
}
