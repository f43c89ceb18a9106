/* npy.c - reading and writing .npy. See npy.h. */
#include "npy.h"

#include "file.h"
#include "instance.h"
#include "npz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_HEADER = 64 << 10 };

static const struct {
  uint32_t dtype;
  const char *name;
} types[] = {{SINTER_F32, "<f4"}, {SINTER_F64, "<f8"},  {SINTER_I32, "<i4"}, {SINTER_I64, "<i8"},
             {SINTER_U8, "|u1"},  {SINTER_BOOL, "|b1"}, {SINTER_F16, "<f2"}};

static int bad(const npy *f, uint64_t byte, const char *expects, diag *d) {
  return diag_error(d, 2205, "%s byte %llu: expects %s", f->place, (unsigned long long)byte,
                    expects);
}

static void skip(const char **p) {
  while (**p == ' ' || **p == '\n')
    ++*p;
}

static bool take(const char **p, const char *word) {
  skip(p);
  size_t n = strlen(word);
  if (strncmp(*p, word, n) != 0)
    return false;
  *p += n;
  return true;
}

/* A type that the caller accepts; all that it does are named beside what stands there: a quoted
 * name, or the list of a structured type. */
static int parse_descr(npy *f, const char **p, uint64_t at, uint32_t accepted, diag *d) {
  enum { SHOWN = 60 };
  char names[8 * (sizeof types / sizeof *types) + 1] = "";
  skip(p);
  for (size_t i = 0, n = 0; i < sizeof types / sizeof *types; ++i) {
    char quoted[8];
    if (!(accepted & NPY_TYPE(types[i].dtype)))
      continue;
    snprintf(quoted, sizeof quoted, "'%s'", types[i].name);
    f->dtype = types[i].dtype;
    if (take(p, quoted))
      return 0;
    n += (size_t)snprintf(names + n, sizeof names - n, "%s%s", n ? ", " : "", types[i].name);
  }
  size_t length = 1 + strcspn(*p + (**p != 0), **p == '[' ? "]" : "'");
  diag_error(d, 2205, "%s byte %llu: expects elements of type %s, got %.*s", f->place,
             (unsigned long long)at, names, (int)(length < SHOWN ? length + 1 : SHOWN), *p);
  diag_detail(d, "in Python, `a.astype(\"TYPE\")` makes an array `a` one of that type");
  return d->code;
}

static bool parse_shape(npy *f, const char **p) {
  uint64_t elements = 1;
  if (!take(p, "("))
    return false;
  while (!take(p, ")")) {
    char *end;
    skip(p);
    if (**p < '0' || **p > '9' || f->rank == NPY_MAX_RANK)
      return false;
    unsigned long long size = strtoull(*p, &end, 10);
    if (size > INT64_MAX || (size && elements > UINT64_MAX / 16 / size))
      return false;
    *p = end;
    elements *= size;
    f->dims[f->rank++] = (int64_t)size;
    if (!take(p, ",") && (skip(p), **p != ')'))
      return false;
  }
  f->bytes = elements;
  return true;
}

/* {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), } with the keys in any order, each
 * once. */
static int parse_header(npy *f, const char *text, uint64_t start, uint32_t accepted, diag *d) {
  const char *p = text;
  bool descr = false, order = false, shape = false;
  if (!take(&p, "{"))
    return bad(f, start, "a header that starts with '{'", d);
  while (!take(&p, "}")) {
    uint64_t at = start + (uint64_t)(p - text);
    if (!descr && take(&p, "'descr'") && take(&p, ":")) {
      if (parse_descr(f, &p, at, accepted, d))
        return d->code;
      descr = true;
    } else if (!order && take(&p, "'fortran_order'") && take(&p, ":")) {
      if (!take(&p, "False"))
        return bad(f, at, "row-major elements ('fortran_order': False)", d);
      order = true;
    } else if (!shape && take(&p, "'shape'") && take(&p, ":")) {
      if (!parse_shape(f, &p))
        return bad(f, at, "a shape of sensible size", d);
      shape = true;
    } else {
      return bad(f, at, "the keys descr, fortran_order and shape, each once", d);
    }
    if (!take(&p, ",") && (skip(&p), *p != '}'))
      return bad(f, start + (uint64_t)(p - text), "',' or '}'", d);
  }
  if (!descr || !order || !shape)
    return bad(f, start, "the keys descr, fortran_order and shape", d);
  f->bytes *= dtype_bytes(f->dtype);
  return 0;
}

/* The header of the open file. */
static int read_header(npy *f, uint64_t size, uint32_t accepted, diag *d) {
  const char *path = f->path;
  unsigned char start[12] = {0};
  int code = 0;
  if (size < 12)
    code = bad(f, 0, "an npy header of at least 12 bytes", d);
  if (!code)
    code = file_read(f->fd, path, 0, start, 12, d);
  if (!code && memcmp(start, "\x93NUMPY", 6) != 0)
    code = bad(f, 0,
               memcmp(start, "PK\3\4", 4) == 0
                   ? "the magic \\x93NUMPY of one array, got a zip file, as numpy.savez writes"
                   : "the magic \\x93NUMPY",
               d);
  if (!code && (start[6] < 1 || start[6] > 3))
    code = bad(f, 6, "version 1, 2 or 3", d);
  uint64_t prefix = start[6] == 1 ? 10 : 12;
  uint64_t length = (uint64_t)start[8] | (uint64_t)start[9] << 8;
  if (start[6] > 1)
    length |= (uint64_t)start[10] << 16 | (uint64_t)start[11] << 24;
  if (!code && (length >= MAX_HEADER || length > size - prefix))
    code = bad(f, 8, "a header length within the file and below 64 KiB", d);
  if (!code) {
    char *text = calloc(length + 1, 1);
    code = text ? file_read(f->fd, path, prefix, text, length, d)
                : diag_error(d, 2402, "out of memory: the header of %s", f->place);
    if (!code)
      code = parse_header(f, text, prefix, accepted, d);
    free(text);
  }
  f->data_offset = prefix + length;
  if (!code && size - f->data_offset != f->bytes)
    code = diag_error(d, 2205, "%s byte %llu: expects %llu bytes of elements, got %llu", f->place,
                      (unsigned long long)f->data_offset, (unsigned long long)f->bytes,
                      (unsigned long long)(size - f->data_offset));
  if (code)
    npy_close(f);
  return code;
}

int npy_open(npy *f, const char *path, uint32_t accepted, diag *d) {
  uint64_t size;
  *f = (npy){.path = path, .fd = file_open(path, &size, d)};
  snprintf(f->place, sizeof f->place, "'%s'", path);
  return f->fd < 0 ? d->code : read_header(f, size, accepted, d);
}

int npy_open_member(npy *f, const char *path, const char *name, uint32_t accepted, diag *d) {
  char member[NAME_MAX + 1];
  uint64_t size;
  snprintf(member, sizeof member, "%s.npy", name);
  *f = (npy){.path = path, .fd = npz_open(path, member, &size, d)};
  snprintf(f->place, sizeof f->place, "'%s' member '%s'", path, member);
  return f->fd < 0 ? d->code : read_header(f, size, accepted, d);
}

int npy_read(npy *f, void *data, diag *d) {
  return file_read(f->fd, f->path, f->data_offset, data, f->bytes, d);
}

void npy_close(npy *f) {
  if (f->fd >= 0)
    close(f->fd);
  f->fd = -1;
}

int npy_write(const char *path, uint32_t dtype, uint32_t rank, const int64_t *dims,
              const void *data, uint64_t bytes, diag *d) {
  char text[1024];
  const char *type = "<f4";
  for (size_t i = 0; i < sizeof types / sizeof *types; ++i)
    if (types[i].dtype == dtype)
      type = types[i].name;
  int n = 10 + snprintf(text + 10, sizeof text - 10,
                        "{'descr': '%s', 'fortran_order': False, 'shape': (", type);
  for (uint32_t i = 0; i < rank; ++i)
    n += snprintf(text + n, sizeof text - (size_t)n, "%lld%s", (long long)dims[i],
                  rank == 1      ? ","
                  : i + 1 < rank ? ", "
                                 : "");
  n += snprintf(text + n, sizeof text - (size_t)n, "), }");
  while (n % 64 != 63)
    text[n++] = ' ';
  text[n++] = '\n';
  memcpy(text, "\x93NUMPY\x01\x00", 8);
  text[8] = (char)((n - 10) & 255);
  text[9] = (char)((n - 10) >> 8);
  file_writer w;
  if (file_begin(&w, path, d))
    return d->code;
  if (file_put(&w, text, (uint64_t)n, d) || file_put(&w, data, bytes, d)) {
    file_abandon(&w);
    return d->code;
  }
  return file_commit(&w, d);
}
