/* table.c - tables as data sets: reading them, finding out what their columns are, and turning rows
 * into features. See table.h. */
#define _GNU_SOURCE
#include "table.h"

#include "data.h"
#include "json.h"
#include "source.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { NAME, KIND, VALUES }; /* cells of a row of table.columns */

static const sinter_field *field_of(const sinter_data *spec, uint32_t decode) {
  for (uint32_t i = 0; i < spec->field_count; ++i)
    if (spec->fields[i].decode == decode)
      return &spec->fields[i];
  return NULL;
}

const sinter_field *table_field(const sinter_data *spec) {
  const sinter_field *number = field_of(spec, SINTER_DECODE_TARGET);
  return number ? number : field_of(spec, SINTER_DECODE_TARGET_CLASS);
}

const sinter_field *table_features(const sinter_data *spec) {
  return field_of(spec, SINTER_DECODE_COLUMNS);
}

static bool has_classes(const sinter_data *spec) {
  return table_field(spec)->decode == SINTER_DECODE_TARGET_CLASS;
}

bool table_reads(const sinter_data *spec) {
  return spec->field_count == 2 && table_field(spec) && table_features(spec);
}

void table_free(data_table *t) {
  free(t->text);
  csv_free(&t->columns);
  csv_free(&t->test);
  t->text = NULL;
}

/* --- Reading -----------------------------------------------------------------------------------
 */

/* Every row has as many cells as the header, whose names differ. */
static int check_rows(const csv *file, diag *d) {
  if (file->rows < 2)
    return diag_error(d, 2107, "'%s' expects a header and a row or more, got %s", file->path,
                      file->rows ? "a header alone" : "nothing");
  uint64_t columns = csv_count(file, 0);
  for (uint64_t i = 0; i < columns; ++i)
    if (csv_find(file, csv_cell(file, 0, i)) != (int64_t)i)
      diag_error(d, 2112, "'%s' line %llu column %llu: expects another name, got '%s' twice",
                 file->path, (unsigned long long)file->lines[0], (unsigned long long)i + 1,
                 csv_cell(file, 0, i));
  for (uint64_t row = 1; row < file->rows && !d->code; ++row)
    if (csv_count(file, row) != columns)
      diag_error(d, 2112, "'%s' line %llu: expects %llu fields, as the header has, got %llu",
                 file->path, (unsigned long long)file->lines[row], (unsigned long long)columns,
                 (unsigned long long)csv_count(file, row));
  return d->code;
}

static int read_file(csv *file, source *s, diag *d) {
  uint64_t length;
  if (!s)
    return d->code;
  snprintf(file->path, sizeof file->path, "%s", s->path);
  char *bytes = (char *)source_read_all(s, &length, d);
  source_close(s);
  return bytes && !csv_parse(file, bytes, length, d) ? check_rows(file, d) : d->code;
}

static int read_built_in(csv *file, const sinter_data *spec, bool tests, diag *d) {
  uint64_t length;
  char *bytes = synthetic_table(spec, tests, &length);
  if (!bytes)
    return diag_error(d, 2402, "out of memory: the built-in table");
  snprintf(file->path, sizeof file->path, "built-in table");
  return csv_parse(file, bytes, length, d);
}

/* The files behind --data. Rows to predict need none to train with where weights say what columns
 * are. */
static int read_files(data_table *t, csv *train, const char *path, diag *d) {
  struct stat info;
  if (stat(path, &info) == 0 && !S_ISDIR(info.st_mode))
    return read_file(train, source_open_file(path, d), d);
  bool tests = source_exists(path, "test.csv"), trains = source_exists(path, "train.csv");
  if (!t->text || !tests || trains)
    read_file(train, source_open(path, "train.csv", NULL, d), d);
  if (d->code && tests && !trains)
    diag_detail(d, "rows of 'test.csv' alone need weights (--init) that say what its columns are");
  return !d->code && tests ? read_file(&t->test, source_open(path, "test.csv", NULL, d), d)
                           : d->code;
}

/* --- Finding out what columns are --------------------------------------------------------------
 */

/* Cells of one name: in the training table and in the tests'; -1: there are none. */
typedef struct column {
  const csv *files[2];
  int64_t at[2];
  int file; /* where next_value stands */
  uint64_t row;
} column;

/* The next cell with a value; NULL: there is no more. */
static const char *next_value(column *c) {
  for (; c->file < 2; ++c->file, c->row = 0)
    while (c->at[c->file] >= 0 && ++c->row < c->files[c->file]->rows) {
      const char *cell = csv_cell(c->files[c->file], c->row, (uint64_t)c->at[c->file]);
      if (!csv_missing(cell))
        return cell;
    }
  return NULL;
}

/* ",number,MEAN,DEVIATION"; false: a value is no number. */
static bool put_number(FILE *to, const column *c) {
  double sum = 0, squares = 0, count = 0, first = 0, value;
  bool equal = true; /* then their mean must not be rounded, or what is left of them would count */
  const char *cell;
  for (column all = *c; (cell = next_value(&all)); ++count) {
    if (!csv_number(cell, &value))
      return false;
    first = count > 0 ? first : value;
    equal = equal && value == first;
    sum += value;
  }
  double mean = equal ? first : sum / count;
  for (column all = *c; (cell = next_value(&all));) {
    csv_number(cell, &value);
    squares += (value - mean) * (value - mean);
  }
  double deviation = squares > 0 ? sqrt(squares / (count - 1)) : 1;
  if (!isfinite(squares))
    return false;
  char text[2][32];
  fprintf(to, ",number,%s,%s\n", json_f64(mean, text[0]), json_f64(deviation, text[1]));
  return true;
}

static int by_bytes(const void *x, const void *y) {
  return strcmp(*(const char *const *)x, *(const char *const *)y);
}

/* All values of a column, which the caller frees; NULL: out of memory. */
static const char **list_values(const column *c, uint64_t *count) {
  uint64_t most = c->files[0]->rows + (c->at[1] >= 0 ? c->files[1]->rows : 0) + 1;
  const char **values = malloc(most * sizeof *values);
  *count = 0;
  for (column all = *c; values && (values[*count] = next_value(&all));)
    ++*count;
  return values;
}

/* ",category,VALUE,…"; false: out of memory. */
static bool put_categories(FILE *to, const column *c) {
  uint64_t count;
  const char **values = list_values(c, &count);
  if (!values)
    return false;
  qsort(values, count, sizeof *values, by_bytes);
  fputs(",category", to);
  for (uint64_t i = 0; i < count; ++i) {
    if (i && strcmp(values[i - 1], values[i]) == 0)
      continue;
    fputc(',', to);
    csv_put(to, values[i]);
  }
  fputc('\n', to);
  free(values);
  return true;
}

static bool is_feature(const sinter_data *spec, const char *name) {
  const char *id = table_features(spec)->column;
  return strcmp(name, table_field(spec)->column) != 0 && !(id && strcmp(name, id) == 0);
}

/* t->text of the columns of both tables. */
static int describe(data_table *t, const csv *train, const sinter_data *spec, diag *d) {
  size_t length;
  FILE *to = open_memstream(&t->text, &length);
  bool good = to != NULL;
  for (uint64_t i = 0; i < csv_count(train, 0) && good; ++i) {
    const char *name = csv_cell(train, 0, i);
    column c = {.files = {train, &t->test},
                .at = {(int64_t)i, t->test.rows ? csv_find(&t->test, name) : -1}};
    if (!is_feature(spec, name))
      continue;
    csv_put(to, name);
    good = put_number(to, &c) || put_categories(to, &c);
  }
  good = to && fclose(to) == 0 && good;
  if (!good)
    diag_error(d, 2402, "out of memory: the columns of '%s'", train->path);
  return d->code;
}

/* --- Features ----------------------------------------------------------------------------------
 */

/* Whether a row of t->columns is one that `describe` makes. */
static bool is_column(const csv *columns, uint64_t row) {
  uint64_t count = csv_count(columns, row);
  double mean, deviation;
  if (count >= VALUES && strcmp(csv_cell(columns, row, KIND), "number") == 0)
    return count == VALUES + 2 && csv_number(csv_cell(columns, row, VALUES), &mean) &&
           csv_number(csv_cell(columns, row, VALUES + 1), &deviation) && deviation > 0;
  bool good = count >= VALUES && strcmp(csv_cell(columns, row, KIND), "category") == 0;
  for (uint64_t i = VALUES + 1; i < count && good; ++i)
    good = strcmp(csv_cell(columns, row, i - 1), csv_cell(columns, row, i)) < 0;
  return good;
}

static bool is_number(const csv *columns, uint64_t row) {
  return *csv_cell(columns, row, KIND) == 'n';
}

static uint64_t count_features(const csv *columns, uint64_t row) {
  return is_number(columns, row) ? 1 : csv_count(columns, row) - VALUES + 1;
}

/* The three columns that make most features: a number that is misspelt makes one a row. */
static void tell_widest(const csv *columns, diag *d) {
  uint64_t below = UINT64_MAX;
  for (int shown = 0; shown < 3; ++shown) {
    uint64_t widest = UINT64_MAX, most = 1;
    for (uint64_t row = 0; row < columns->rows; ++row) {
      uint64_t n = count_features(columns, row);
      if (n > most && n < below) {
        most = n;
        widest = row;
      }
    }
    if (widest == UINT64_MAX)
      return;
    below = most;
    diag_detail(d, "column '%s' makes %llu of them", csv_cell(columns, widest, NAME),
                (unsigned long long)most);
  }
}

/* t->columns from t->text; `path` is where that is from. */
static int parse_columns(data_table *t, const char *path, diag *d) {
  csv *columns = &t->columns;
  snprintf(columns->path, sizeof columns->path, "%s", path);
  uint64_t length = strlen(t->text);
  char *copy = strdup(t->text);
  if (!copy)
    return diag_error(d, 2402, "out of memory: the columns of '%s'", path);
  if (csv_parse(columns, copy, length, d))
    return d->code;
  for (uint64_t row = 0; row < columns->rows; ++row)
    if (!is_column(columns, row))
      return diag_error(d, 2201,
                        "'%s': \"columns\" line %llu expects NAME,number,MEAN,DEVIATION or "
                        "NAME,category and values in ascending order",
                        path, (unsigned long long)columns->lines[row]);
  return 0;
}

/* As many features as the model has. */
static int check_features(const csv *columns, const sinter_data *spec, diag *d) {
  uint64_t features = 0, wanted = field_elements(table_features(spec));
  for (uint64_t row = 0; row < columns->rows; ++row)
    features += count_features(columns, row);
  if (features == wanted)
    return 0;
  diag_error(d, 2113,
             "'%s' expects columns that make %llu features, as many as the model has, got %llu",
             columns->path, (unsigned long long)wanted, (unsigned long long)features);
  tell_widest(columns, d);
  return d->code;
}

static int bad_cell(const csv *file, uint64_t row, uint64_t at, const char *expects, diag *d) {
  return diag_error(d, 2112, "'%s' line %llu column %llu: expects %s in '%s', got '%s'", file->path,
                    (unsigned long long)file->lines[row], (unsigned long long)at + 1, expects,
                    csv_cell(file, 0, at), csv_cell(file, row, at));
}

/* The features of a column of all rows; `stride`: features of a row. */
static int encode_column(const data_table *t, uint64_t row, const csv *file, uint64_t at, float *to,
                         uint64_t stride, diag *d) {
  const csv *columns = &t->columns;
  double mean = 0, deviation = 1, value;
  bool number = is_number(columns, row);
  if (number) {
    csv_number(csv_cell(columns, row, VALUES), &mean);
    csv_number(csv_cell(columns, row, VALUES + 1), &deviation);
  }
  char **values = &t->columns.cells[columns->first[row] + VALUES];
  uint64_t count = csv_count(columns, row) - VALUES;
  for (uint64_t i = 1; i < file->rows; ++i, to += stride) {
    const char *cell = csv_cell(file, i, at);
    bool missing = csv_missing(cell);
    if (!number) {
      char **found =
          missing ? values + count : bsearch(&cell, values, count, sizeof *values, by_bytes);
      if (found)
        to[found - values] = 1;
    } else if (!missing && !csv_number(cell, &value)) {
      return bad_cell(file, i, at, "a number", d);
    } else if (!missing) {
      *to = (float)((value - mean) / deviation);
    }
  }
  return 0;
}

/* The columns that a file must have. */
static int check_header(const data_table *t, const csv *file, const sinter_data *spec, bool target,
                        diag *d) {
  const char *needed[] = {target ? table_field(spec)->column : NULL, table_features(spec)->column};
  uint64_t missing = 0, line = file->lines[0];
  for (uint64_t i = 0; i < t->columns.rows + 2; ++i) {
    const char *name = i < 2 ? needed[i] : csv_cell(&t->columns, i - 2, NAME);
    if (!name || csv_find(file, name) >= 0)
      continue;
    if (!missing++)
      diag_error(d, 2112, "'%s' line %llu: expects columns that it lacks", file->path,
                 (unsigned long long)line);
    if (missing <= 20)
      diag_detail(d, "- %s", name);
  }
  return d->code;
}

/* The classes of a target of categories, of both files or of the weights. */
static int find_classes(dataset *data, const csv *train, diag *d) {
  class_list *classes = &data->classes;
  const sinter_field *target = table_field(data->spec);
  const csv *test = &data->table.test;
  if (classes->text)
    return classes_parse(classes, classes->from, d) ? d->code : classes_check(classes, target, d);
  column c = {.files = {train, test},
              .at = {train->rows ? csv_find(train, target->column) : -1,
                     test->rows ? csv_find(test, target->column) : -1}};
  uint64_t count;
  const char **values = list_values(&c, &count);
  if (!values)
    return diag_error(d, 2402, "out of memory: the classes of '%s'", train->path);
  if (count) /* without a value: encode_classes says where one is missing */
    classes_make(classes, values, count, train->path, d);
  free(values);
  return !count || d->code ? d->code : classes_check(classes, target, d);
}

static int encode_classes(const class_list *classes, const csv *file, uint64_t at, uint32_t *to,
                          diag *d) {
  for (uint64_t i = 1; i < file->rows; ++i) {
    const char *cell = csv_cell(file, i, at);
    int64_t class = csv_missing(cell) ? -1 : classes_find(classes, cell);
    if (class < 0)
      return bad_cell(file, i, at,
                      csv_missing(cell) ? "a category" : "a category that the weights know", d);
    to[i - 1] = (uint32_t)class;
  }
  return 0;
}

static int encode_target(const csv *file, uint64_t at, float *to, diag *d) {
  double value;
  for (uint64_t i = 1; i < file->rows; ++i)
    if (!csv_number(csv_cell(file, i, at), &value) || !isfinite(to[i - 1] = (float)value))
      return bad_cell(file, i, at, "a number", d);
  return 0;
}

/* Rows -> examples. */
static int encode(const dataset *data, const csv *file, split *to, diag *d) {
  const data_table *t = &data->table;
  const sinter_data *spec = data->spec;
  int64_t target = csv_find(file, table_field(spec)->column);
  for (uint32_t f = 0; f < spec->field_count; ++f) {
    bool features = spec->fields[f].decode == SINTER_DECODE_COLUMNS;
    uint64_t n = field_elements(&spec->fields[f]);
    float *out = target >= 0 || features ? calloc((file->rows - 1) * n + 1, sizeof *out) : NULL;
    to->columns[f] = (uint8_t *)out;
    if (!out && (target >= 0 || features))
      return diag_error(d, 2402, "out of memory: the features of '%s'", file->path);
    if (out && !features &&
        (has_classes(spec)
             ? encode_classes(&data->classes, file, (uint64_t)target, (uint32_t *)out, d)
             : encode_target(file, (uint64_t)target, out, d)))
      return d->code;
    for (uint64_t row = 0; features && row < t->columns.rows; ++row) {
      int64_t at = csv_find(file, csv_cell(&t->columns, row, NAME));
      if (encode_column(t, row, file, (uint64_t)at, out, n, d))
        return d->code;
      out += count_features(&t->columns, row);
    }
  }
  to->count = file->rows - 1;
  return 0;
}

/* What columns are, of both files or of the weights, and whether the files have them. */
static int find_columns(data_table *t, const csv *train, const sinter_data *spec, diag *d) {
  bool has_train = train->rows > 0, has_test = t->test.rows > 0;
  if (has_train && check_header(t, train, spec, true, d)) /* before there are any: the target */
    return d->code;
  if (!t->text && describe(t, train, spec, d))
    return d->code;
  if (parse_columns(t, t->from ? t->from : train->path, d) ||
      (has_train && check_header(t, train, spec, true, d)) ||
      (has_test && check_header(t, &t->test, spec, false, d)))
    return d->code;
  return check_features(&t->columns, spec, d);
}

int table_open(dataset *data, const char *path, sinter_pool *pool, diag *d) {
  (void)pool;
  data_table *t = &data->table;
  const sinter_data *spec = data->spec;
  csv train = {.rows = 0};
  if (path)
    read_files(t, &train, path, d);
  else if (!read_built_in(&train, spec, false, d))
    read_built_in(&t->test, spec, true, d);
  if (!d->code && !find_columns(t, &train, spec, d) &&
      (!has_classes(spec) || !find_classes(data, &train, d)) &&
      (!train.rows || !encode(data, &train, &data->train, d)) && t->test.rows)
    encode(data, &t->test, &data->test, d);
  if (!d->code && t->test.rows)
    t->unknown = csv_find(&t->test, table_field(spec)->column) < 0;
  else if (!d->code)
    share_examples(data, "comes without a test.csv");
  csv_free(&train);
  return d->code;
}
