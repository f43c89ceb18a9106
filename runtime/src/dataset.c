/* dataset.c - the table of readers, and what they have in common. See data.h.
 *
 * Invariant: after an error nothing is held. Reading on: idx.c, cifar.c, synthetic.c. */
#include "data.h"
#include "weights.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const reader readers[] = {
    {.reads = idx_reads, .open = idx_open, .fill = column_fill},
    {.reads = cifar_reads, .open = cifar_open, .fill = column_fill},
    {.file = true, .reads = text_reads, .open = text_open, .fill = text_fill, .begin = text_begin},
    {.file = true, .reads = pairs_reads, .open = pairs_open, .fill = arrays_fill},
    {.file = true, .reads = table_reads, .open = table_open, .fill = arrays_fill},
    {.reads = arrays_reads, .open = arrays_open, .fill = arrays_fill},
    {"examples", .reads = brought_reads, .open = brought_open, .fill = arrays_fill},
    {"numbers", .reads = numbers_reads, .open = numbers_open, .fill = numbers_fill},
    {"images", .reads = synthetic_reads, .open = synthetic_open, .fill = synthetic_fill},
    {"indices", .reads = indices_reads, .open = indices_open, .fill = indices_fill},
    {"pairs of sentences", .reads = pairs_reads, .open = pairs_open, .fill = arrays_fill},
    {"text", .reads = text_reads, .open = text_open, .fill = text_fill, .begin = text_begin},
    {"table", .reads = table_reads, .open = table_open, .fill = arrays_fill},
};
enum { READERS = sizeof readers / sizeof *readers };

static const reader *added;

void dataset_add(const reader *r) { added = r; }
const reader *dataset_added(void) { return added; }

static int check_path(const reader *r, const char *path, diag *d) {
  struct stat info;
  if (stat(path, &info) != 0)
    return diag_error(d, 2101, "cannot read '%s': %s", path, strerror(errno));
  if (!S_ISDIR(info.st_mode) && !r->file)
    return diag_error(d, 2101, "cannot read '%s': expects a folder, got a file", path);
  return 0;
}

static int take_columns(split *s, const sinter_data *spec, diag *d) {
  s->columns = calloc(spec->field_count, sizeof *s->columns);
  return s->columns ? 0 : diag_error(d, 2402, "out of memory: the data set '%s'", spec->name);
}

void dataset_know(dataset *data, const data_known *known) {
  memcpy(data->vocabularies, known->vocabularies, sizeof data->vocabularies);
  data->table.text = known->columns;
  data->table.from = known->columns ? known->path : NULL;
  data->classes.text = known->classes;
  data->classes.from = known->classes ? known->path : NULL;
  data->tests_only = known->tests_only;
}

const char *dataset_metadata(const dataset *data, int i) {
  return i == COLUMNS_TEXT   ? data->table.text
         : i == CLASSES_TEXT ? data->classes.text
                             : data->vocabularies[i].list;
}

void share_examples(dataset *data, const char *why) {
  data->one_split = why;
  data->test.count = data->train.count;
  memcpy(data->test.columns, data->train.columns,
         data->spec->field_count * sizeof *data->test.columns);
}

int dataset_open(dataset *data, const sinter_data *spec, const char *path, const data_known *known,
                 sinter_pool *pool, diag *d) {
  *data = (dataset){.spec = spec};
  if (known)
    dataset_know(data, known);
  data->reader = path && added && added->reads(spec) ? added : NULL;
  for (int i = 0; i < READERS && !data->reader; ++i)
    if (!readers[i].built_in == !!path && readers[i].reads(spec))
      data->reader = &readers[i];
  if (!data->reader)
    return diag_error(
        d, 2108,
        path ? "no reader of this runtime gives the fields of '%s'"
             : "'%s' has no built-in data, which are labelled images, numbers, a text or a table; "
               "--data PATH names files",
        spec->name);
  if (path && check_path(data->reader, path, d))
    return d->code;
  if (take_columns(&data->train, spec, d) || take_columns(&data->test, spec, d) ||
      data->reader->open(data, path, pool, d))
    dataset_free(data);
  return d->code;
}

void dataset_free(dataset *data) {
  if (data->reader && data->reader->close)
    data->reader->close(data);
  split *train = &data->train, *test = &data->test;
  for (uint32_t f = 0; f < (data->spec ? data->spec->field_count : 0); ++f) {
    uint8_t *first = train->columns ? train->columns[f] : NULL;
    if (test->columns && test->columns[f] != first) /* both splits may be one */
      free(test->columns[f]);
    free(first);
  }
  free(train->columns);
  free(test->columns);
  free(data->scratch);
  for (int i = 0; i < VOCABULARIES; ++i)
    vocabulary_free(&data->vocabularies[i]);
  table_free(&data->table);
  classes_free(&data->classes);
  free(data->text.train.tokens);
  free(data->text.test.tokens);
  *data = (dataset){0};
}

int dataset_fold(dataset *data, uint64_t part, uint64_t of, diag *d) {
  split *train = &data->train, *held = &data->held;
  if (train->count < of || train->count > UINT32_MAX)
    return diag_error(d, 2107, "--fold %llu/%llu expects %llu examples or more, got %llu",
                      (unsigned long long)part, (unsigned long long)of, (unsigned long long)of,
                      (unsigned long long)train->count);
  uint64_t from = train->count * (part - 1) / of, to = train->count * part / of;
  *held = *train;
  held->count = to - from;
  held->gap = from;
  train->count -= held->count;
  train->gap_at = from;
  train->gap = held->count;
  return 0;
}

uint32_t *column_take(split *out, uint32_t f, uint64_t elements, diag *d) {
  out->columns[f] = malloc(elements * 4 + 1);
  if (!out->columns[f])
    diag_error(d, 2402, "out of memory: %llu numbers of the data set",
               (unsigned long long)elements);
  return (uint32_t *)(void *)out->columns[f];
}

uint64_t field_elements(const sinter_field *field) {
  uint64_t n = 1;
  for (uint32_t i = 0; i < field->rank; ++i)
    n *= (uint64_t)field->dims[i];
  return n;
}

bool image_fields_of(const sinter_data *spec, image_fields *out) {
  *out = (image_fields){.image = UINT32_MAX, .label = UINT32_MAX};
  for (uint32_t i = 0; i < spec->field_count; ++i) {
    const sinter_field *f = &spec->fields[i];
    bool file = f->decode >= SINTER_DECODE_PICTURE && f->decode <= SINTER_DECODE_PICTURE_STRETCHED;
    if ((f->decode == SINTER_DECODE_UNIT || file) && f->rank == 3) {
      out->image = i;
      out->files = file;
    }
    if (f->decode == SINTER_DECODE_CLASS && f->rank == 0)
      out->label = i;
  }
  if (spec->field_count != 2 || out->image == UINT32_MAX || out->label == UINT32_MAX)
    return false;
  const sinter_field *image = &spec->fields[out->image];
  out->channels = (uint32_t)image->dims[0];
  out->height = (uint32_t)image->dims[1];
  out->width = (uint32_t)image->dims[2];
  out->pixels = field_elements(image);
  out->classes = (uint32_t)spec->fields[out->label].limit;
  return true;
}
