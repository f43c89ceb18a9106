/* cifar.c - CIFAR-10's binary files (plain or gzip) into memory. See data.h.
 *
 * A record is one label byte and the pixels of all channels, one channel after the other, so any
 * number of channels and any size can be read. Invariant: every length and label is checked; bytes
 * are counted unpacked. */
#define _GNU_SOURCE
#include "data.h"
#include "source.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_FILES = 9999, MOST_RECORD = 1 << 26 };

/* Room for `count` examples in all; what is there stays. */
static int make_room(split *s, const image_fields *fields, uint64_t count, const char *path,
                     diag *d) {
  void *grown = realloc(s->columns[fields->image], count * fields->pixels);
  if (grown)
    s->columns[fields->image] = grown;
  void *labels = grown ? realloc(s->columns[fields->label], count) : NULL;
  if (labels)
    s->columns[fields->label] = labels;
  return labels ? 0
                : diag_error(d, 2402, "out of memory: '%s' with %llu examples", path,
                             (unsigned long long)count);
}

/* The file ends within a record. */
static int wrong_length(const source *s, const sinter_data *spec, const image_fields *fields,
                        uint64_t bytes, diag *d) {
  uint64_t record = fields->pixels + 1;
  diag_error(d, 2103,
             "'%s' byte %llu: '%s' expects records of %llu bytes (a label and %ux%ux%u pixels), "
             "got %llu more",
             s->path, (unsigned long long)(bytes - bytes % record), spec->name,
             (unsigned long long)record, fields->channels, fields->height, fields->width,
             (unsigned long long)(bytes % record));
  if (bytes % (record + 1) == 0)
    diag_detail(
        d,
        "its length fits records of two labels, as in CIFAR-100; one label a record is expected");
  return d->code;
}

/* Adds the records of one file to the split. */
static int read_records(source *s, const sinter_data *spec, const image_fields *fields, split *out,
                        uint8_t *record, diag *d) {
  uint64_t first = out->count, room = first, bytes = 0, size = fields->pixels + 1, got;
  if (!s->gzip && s->file_bytes % size != 0)
    return wrong_length(s, spec, fields, s->file_bytes, d);
  for (;;) {
    if (source_read(s, record, size, &got, d))
      return d->code;
    bytes += got;
    if (got < size)
      break;
    if (out->count == room) { /* a plain file tells its length; a packed one is found out */
      room = s->gzip ? room + (room - first) + 1024 : room + s->file_bytes / size;
      if (make_room(out, fields, room, s->path, d))
        return d->code;
    }
    if (record[0] >= fields->classes)
      return diag_error(d, 2105, "'%s' byte %llu: expects a label below %u, got %u", s->path,
                        (unsigned long long)(bytes - size), fields->classes, record[0]);
    out->columns[fields->label][out->count] = record[0];
    memcpy(out->columns[fields->image] + out->count++ * fields->pixels, record + 1, fields->pixels);
  }
  if (got)
    return wrong_length(s, spec, fields, bytes, d);
  if (out->count == first)
    return diag_error(d, 2107, "'%s' byte 0: expects at least one image, got the end of the file",
                      s->path);
  return 0;
}

static int read_file(const char *folder, const char *file, const sinter_data *spec,
                     const image_fields *fields, split *out, diag *d) {
  source *s = source_open(folder, file, NULL, d);
  if (!s)
    return d->code;
  uint8_t *record = fields->pixels < MOST_RECORD ? malloc(fields->pixels + 1) : NULL;
  int code = record ? read_records(s, spec, fields, out, record, d)
                    : diag_error(d, 2402, "out of memory: an image of %ux%ux%u pixels",
                                 fields->channels, fields->height, fields->width);
  free(record);
  source_close(s);
  return code;
}

/* The N of a name data_batch_N.bin or data_batch_N.bin.gz; 0 for others. */
static unsigned batch_number(const char *name) {
  static const char start[] = "data_batch_";
  if (strncmp(name, start, sizeof start - 1) != 0)
    return 0;
  unsigned number = 0;
  const char *p = name + sizeof start - 1;
  for (; *p >= '0' && *p <= '9' && number <= MOST_FILES; ++p)
    number = number * 10 + (unsigned)(*p - '0');
  return number <= MOST_FILES && (strcmp(p, ".bin") == 0 || strcmp(p, ".bin.gz") == 0) ? number : 0;
}

bool cifar_reads(const sinter_data *spec) {
  image_fields fields;
  return image_fields_of(spec, &fields) && !fields.files && fields.channels > 1;
}

int cifar_open(dataset *data, const char *folder, sinter_pool *pool, diag *d) {
  (void)pool;
  image_fields fields;
  image_fields_of(data->spec, &fields);
  DIR *listing = opendir(folder);
  if (!listing)
    return diag_error(d, 2101, "cannot read '%s': %s", folder, strerror(errno));
  unsigned last = 1; /* without any file, the first is what is missing; a gap is missing too */
  for (const struct dirent *entry; (entry = readdir(listing));) {
    unsigned number = batch_number(entry->d_name);
    last = number > last ? number : last;
  }
  closedir(listing);
  for (unsigned i = 1; i <= last && !data->tests_only; ++i) {
    char name[32];
    snprintf(name, sizeof name, "data_batch_%u.bin", i);
    if (read_file(folder, name, data->spec, &fields, &data->train, d))
      return d->code;
  }
  return read_file(folder, "test_batch.bin", data->spec, &fields, &data->test, d);
}
